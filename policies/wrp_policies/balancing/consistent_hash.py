"""A key's own server, unless it has more than its share (consistent hashing with bounded loads, arXiv:1608.01350)."""

from __future__ import annotations

import random
from typing import Annotated

from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_policies.unlearned import Unlearned
from wrp_signals.facts import Facts

from .affinity import By, key_by
from .hashing import Rendezvous
from .loads import loads_on
from .ranking import cheapest_first
from .spec import Spec, Wants


class ConsistentHash(Spec, frozen=True, tag="consistent_hash"):
    """`by` says what makes the key: of a prefix its first `depth` blocks, so many that shared system prompts differ.

    No server is given more than `bound` times the mean load by its keys; what is over goes to the key's next servers.
    A request without a key goes to the idlest."""

    by: Annotated[By, Meta(description="What requests with the same server have in common.")] = "prefix"
    depth: Annotated[int, Meta(ge=1, description="Blocks of a prefix that make its key.")] = 8
    bound: Annotated[float, Meta(gt=1, description="Of the mean load: no server gets more by its keys.")] = 1.25

    def wants(self) -> Wants:
        return "beginnings" if self.by == "prefix" else "nothing"

    def build(self) -> Hashed:
        return Hashed(self.by, self.depth, self.bound)


class Hashed(Unlearned):
    """Who belongs where follows from the names alone; only loads beyond the bound (inf: none) make it differ."""

    __slots__ = ("_bound", "_by", "_depth", "_ring")

    def __init__(self, by: By, depth: int, bound: float) -> None:
        self._by: By = by
        self._depth, self._bound = depth, bound
        self._ring = Rendezvous()

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers = usable_servers(pool)
        every = loads_on(servers)
        key = key_by(facts, self._by, self._depth)
        if key is None:
            return cheapest_first(servers, every, every, pool.turn)
        loads = dict(zip([server.name for server in servers], every, strict=True))
        most = self._bound * (sum(every) + 1) / len(every)
        own = [name for name in self._ring.order(key, pool) if name in loads]
        return tuple([n for n in own if loads[n] < most] + [n for n in own if loads[n] >= most])
