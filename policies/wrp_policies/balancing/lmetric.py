"""Tokens to be computed times requests in the batch: waits and decode interference in one number (LMetric)."""

from __future__ import annotations

import random
from typing import ClassVar

from wrp_policies.filters import usable_servers
from wrp_policies.stateless import Stateless
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .costs import demand
from .ranking import cheapest_first, loads_on


class LMetric(Stateless, frozen=True, tag="lmetric"):
    """(pending + uncached) * (requests + 1), the least first; tokens count by the seconds they take there."""

    wants_prefix: ClassVar[bool] = True

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        each = zip(wanted.waits(servers), wanted.works(servers), loads_on(servers), strict=True)
        return cheapest_first(servers, [(wait + work) * (load + 1.0) for wait, work, load in each], pool.turn)
