"""The longest cached prefix, unless the pool is out of balance: the cache-aware rule of the SGLang router."""

from __future__ import annotations

import random
from typing import Annotated, ClassVar

from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .costs import demand
from .loads import loads_on
from .ranking import cheapest_first
from .spec import Simple, Wants


class Prefix(Simple, frozen=True, tag="prefix"):
    """Where the busiest server has over `imbalance` requests more than the idlest and over `ratio` times as many, the
    idlest first; else the one that holds most of the prompt, if that is at least the share `match` of it; else the
    idlest. The defaults are those of sgl-router's `cache_aware`."""

    always: ClassVar[Wants] = "caches"

    match: Annotated[float, Meta(ge=0, le=1, description="The share of a prompt that must be warm.")] = 0.3
    imbalance: Annotated[int, Meta(ge=0, description="Requests by which servers may differ.")] = 64
    ratio: Annotated[float, Meta(ge=1, description="By which servers' loads may differ.")] = 1.5

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        loads = loads_on(servers)
        idlest_first = cheapest_first(servers, loads, loads, pool.turn)
        most, least = max(loads), min(loads)
        if most - least > self.imbalance and most > self.ratio * least:
            return idlest_first
        warm = wanted.warm
        holders = sorted([name for name in idlest_first if name in warm], key=warm.__getitem__, reverse=True)
        if not holders or warm[holders[0]] < self.match * wanted.prompt:
            return idlest_first
        return tuple(holders + [name for name in idlest_first if name not in warm])
