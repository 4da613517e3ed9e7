"""Servers in turn. It looks at neither load nor latency."""

from __future__ import annotations

import random
from operator import attrgetter

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .spec import Simple

NAME = attrgetter("name")


class RoundRobin(Simple, frozen=True, tag="round_robin"):
    """The next usable server by the pool's own count of dispatches (`turn`), then those after it."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers = usable_servers(pool)
        start = pool.turn % len(servers)
        return tuple(map(NAME, servers[start:] + servers[:start]))
