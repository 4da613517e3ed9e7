"""The server that will show the first token soonest (Mooncake, arXiv:2407.00079). With several routers it herds."""

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


class MinTtft(Simple, frozen=True, tag="min_ttft"):
    """By queue, uncached tokens and what a token takes there."""

    always: ClassVar[Wants] = "caches"

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        return cheapest_first(servers, wanted.ttfts(servers), loads_on(servers), pool.turn)
