"""A share of the traffic for each pool: canaries and splits. It does not react to how they do."""

from __future__ import annotations

import random
from typing import Annotated

from msgspec import Meta

from wrp_policies.types import Choice, Pools
from wrp_signals.facts import Facts

from .spec import Simple

Weight = Annotated[float, Meta(ge=0, le=1e9)]


class Weighted(Simple, frozen=True, tag="weighted"):
    """Draws the first pool in proportion to its weight; the others follow by weight, as spares.

    Weights are relative, over the pools that can serve now; a pool of weight 0 is only ever a spare. Each pool's
    chance to be the first goes into the log.
    """

    pools: Annotated[dict[str, Weight], Meta(min_length=1)]

    def __post_init__(self) -> None:
        if not any(self.pools.values()):
            raise ValueError("at least one weight must be above 0")

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        weights = self.pools
        # by weight, equals by name: the draw may not depend on how the mapping or the fleet happens to be ordered
        order = sorted([pool.name for pool in pools if pool.name in weights], key=lambda name: (-weights[name], name))
        total = sum([weights[name] for name in order])
        if total == 0.0:
            return Choice(tuple(order), why="weighted: only spares are left")
        first = _draw(order, weights, rng.random() * total)
        order.remove(first)
        chance = weights[first] / total
        chances = {name: weights[name] / total for name in (first, *order) if weights[name]}
        return Choice((first, *order), f"weighted: {first} at {chance:.3g}", chance, chances)


def _draw(order: list[str], weights: dict[str, float], point: float) -> str:
    """The name in whose stretch of [0, total) `point` falls."""
    for name in order:
        point -= weights[name]
        if point < 0.0:
            return name
    return order[0]  # rounding alone can lead past the end: the heaviest, which is never one of weight 0
