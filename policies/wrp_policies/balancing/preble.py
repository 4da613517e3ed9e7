"""Stay where more than half of the prompt is warm, else spread the load (Preble, arXiv:2407.00023, algorithm E2)."""

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


class Preble(Simple, frozen=True, tag="preble"):
    """Exploits the longest cached prefix where it is longer than what is left to compute; among equally warm servers,
    and everywhere else, the one with the least to compute, this prompt included."""

    always: ClassVar[Wants] = "caches"

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted = usable_servers(pool), demand(facts, pool)
        order, warm = cheapest_first(servers, wanted.ttfts(servers), loads_on(servers), pool.turn), wanted.warm
        holders = [name for name in order if name in warm]
        longest = max([warm[name] for name in holders], default=0)
        if 2 * longest <= wanted.prompt:
            return order
        stay = [name for name in holders if warm[name] == longest]
        return tuple(stay + [name for name in order if warm.get(name) != longest])
