"""A conversation's own server, as long as it is up. It looks at load only where there is no session."""

from __future__ import annotations

import random
from typing import Literal

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .affinity import key_by
from .hashing import Rendezvous
from .ranking import cheapest_first, loads_on
from .spec import Spec
from .unlearned import Unlearned

By = Literal["session", "tenant"]


class Session(Spec, frozen=True, tag="session"):
    """By rendezvous hashing of the session, so that all routers agree without asking each other; while its server is
    down or full, the next one in the session's own order. Without a session: the idlest."""

    by: By = "session"

    def build(self) -> Sticky:
        return Sticky(self.by)


class Sticky(Unlearned):
    """Who belongs where follows from the names alone."""

    __slots__ = ("_by", "_ring")

    def __init__(self, by: By) -> None:
        self._by = by
        self._ring = Rendezvous()

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers = usable_servers(pool)
        key = key_by(facts, self._by)
        if key is None:
            return cheapest_first(servers, loads_on(servers), pool.turn)
        usable = {server.name for server in servers}
        return tuple([name for name in self._ring.order(key, pool) if name in usable])
