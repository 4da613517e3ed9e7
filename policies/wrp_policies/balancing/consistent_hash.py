"""A key's own server, unless it has more than its share (consistent hashing with bounded loads, arXiv:1608.01350)."""

from __future__ import annotations

import math
import random
from typing import Annotated, ClassVar

from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .affinity import By, key_by
from .hashing import Rendezvous
from .ranking import cheapest_first, loads_on
from .spec import Spec
from .unlearned import Unlearned


class ConsistentHash(Spec, frozen=True, tag="consistent_hash"):
    """`by` says what makes the key: of a prefix its first `depth` blocks, so many that shared system prompts differ.

    No server is given more than `bound` times the mean load by its keys; what is over goes to the key's next servers.
    A request without a key goes to the idlest."""

    wants_prefix: ClassVar[bool] = True

    by: By = "prefix"
    depth: Annotated[int, Meta(ge=1, description="Blocks of a prefix that make its key.")] = 8
    bound: Annotated[float, Meta(gt=1, description="Of the mean load: no server gets more by its keys.")] = 1.25

    def build(self) -> BoundedHash:
        return BoundedHash(self)


class BoundedHash(Unlearned):
    """Who belongs where follows from the names alone; only loads make it differ."""

    __slots__ = ("_ring", "_spec")

    def __init__(self, spec: ConsistentHash) -> None:
        self._spec = spec
        self._ring = Rendezvous()

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers = usable_servers(pool)
        loads = dict(zip([server.name for server in servers], loads_on(servers), strict=True))
        key = key_by(facts, self._spec.by, self._spec.depth)
        if key is None:
            return cheapest_first(servers, list(loads.values()), pool.turn)
        most = math.ceil(self._spec.bound * (sum(loads.values()) + 1) / len(loads))
        own = [name for name in self._ring.order(key, pool) if name in loads]
        return tuple([n for n in own if loads[n] < most] + [n for n in own if loads[n] >= most])
