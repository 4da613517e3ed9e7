"""The pools that can serve a request, or why none can. It prices nothing and prefers none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from wrp_signals.facts import Facts

from .filters import fits_context, has_abilities, needs_of, tokens_of
from .types import Pool, Pools


class NoCapablePool(Exception):
    """No pool can serve the request, whatever its load. `lacks` says, by pool, what is missing, `reasons` the same."""

    def __init__(self, lacks: dict[str, str]) -> None:
        self.lacks = lacks
        self.reasons = "; ".join(f"{pool} {lack}" for pool, lack in lacks.items())
        super().__init__(f"no pool can serve this request: {self.reasons}")


@runtime_checkable
class Taking(Protocol):
    """A Balancing whose servers cannot all take every request. `takes` says whether one can that is up: where none can,
    its `order` names nobody. Raises NoCapablePool where no server of the pool could, up or not."""

    def takes(self, facts: Facts, pool: Pool) -> bool: ...


def takers(facts: Facts, pools: Pools, taking: Mapping[str, Taking]) -> Pools:
    """The pools that have a server for the request, as far as those who balance them can say, by name. Raises
    NoCapablePool naming all that never could."""
    lacks: dict[str, str] = {}
    able: list[Pool] = []
    for pool in pools:
        asked = taking.get(pool.name)
        try:
            if asked is None or asked.takes(facts, pool):
                able.append(pool)
        except NoCapablePool as unable:
            lacks |= unable.lacks
    if lacks:
        raise NoCapablePool(lacks)
    return tuple(able)


def capable(facts: Facts, pools: Pools) -> Pools:
    """The pools with enough context and every ability needed. Raises NoCapablePool where there is none."""
    able = has_abilities(facts, fits_context(facts, pools))
    if not able:
        raise NoCapablePool({pool.name: _lack(facts, pool) for pool in pools})
    return able


def _lack(facts: Facts, pool: Pool) -> str:
    missing = sorted(needs_of(facts) - pool.abilities)
    if missing:
        return f"has no {', '.join(missing)}"
    return f"holds {pool.context} tokens, not {tokens_of(facts)}"
