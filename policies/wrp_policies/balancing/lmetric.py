"""Tokens to be computed times requests in the batch: waits and decode interference in one number (LMetric)."""

from __future__ import annotations

import random
from typing import ClassVar

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .costs import demand
from .loads import loads_on
from .ranking import cheapest_first
from .spec import Simple, Wants


class LMetric(Simple, frozen=True, tag="lmetric"):
    """(pending + uncached) * (requests + 1), the least first; tokens count by the seconds they take there."""

    always: ClassVar[Wants] = "caches"

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        loads = loads_on(servers)
        each = zip(wanted.waits(servers), wanted.works(servers), loads, strict=True)
        return cheapest_first(servers, [(wait + work) * (load + 1.0) for wait, work, load in each], loads, pool.turn)
