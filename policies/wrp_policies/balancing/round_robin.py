"""Servers in turn. It looks at neither load nor latency."""

from __future__ import annotations

import random

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .spec import Simple


class RoundRobin(Simple, frozen=True, tag="round_robin"):
    """The next usable server by the pool's own count of dispatches (`turn`), then those after it."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        names = [server.name for server in usable_servers(pool)]
        start = pool.turn % len(names)
        return tuple(names[start:] + names[:start])
