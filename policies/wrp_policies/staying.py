"""A conversation that stays where it was, whatever another pool promises. It asks nobody why."""

from __future__ import annotations

from .types import Choice


def stayed(choice: Choice, pool: str) -> Choice:
    """The same choice with this pool first, by no chance; what it was otherwise where the pool is none of those that
    can serve the request. In a cascade only the pools behind it come into question for a better answer."""
    pools = choice.pools
    if pool not in pools or (pools[0] == pool and not choice.chances):
        return choice
    why = f"stays with {pool}, which called the tools"
    if choice.bars.get(pool):
        later = pools[pools.index(pool) :]
        bars = {name: bar for name, bar in choice.bars.items() if name in later}
        return Choice(later, why, bars=bars, shadow=choice.shadow)
    return Choice((pool, *[name for name in pools if name != pool]), why, shadow=choice.shadow)
