"""What a fleet is built from: pools and their servers as an operator names them. No measurement is in here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.queueing import Fifo, OrderSpec
from wrp_policies.types import Role


class LimitSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A limit that is found: at least `min`, at most `max` requests at once, so many that first tokens wait for half of
    them no longer than `slack` times what a prompt takes there alone."""

    min: Annotated[int, Meta(ge=1)] = 1
    max: Annotated[int, Meta(ge=1)] = 256
    slack: Annotated[float, Meta(gt=0)] = 1.0

    def __post_init__(self) -> None:
        if self.min > self.max:
            raise ValueError(f"a limit of at least {self.min} and at most {self.max}")


class OutlierSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is too slow beside the others: three in four of its first tokens take more than `factor` times the pool's
    median, in three windows in a row, each of `samples` first tokens and `every` seconds at least."""

    factor: Annotated[float, Meta(gt=1)] = 3.0
    samples: Annotated[int, Meta(ge=4)] = 5
    every: Annotated[float, Meta(gt=0)] = 5.0


class ServerSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine. `limit` is how many requests it gets at once (0: no limit); `weight` its share beside the others;
    `context` its tokens (0: the pool's); `role` the half of requests that it serves ("": all of them)."""

    name: str
    url: str
    limit: Annotated[int, Meta(ge=0)] | LimitSpec = 0
    weight: Annotated[float, Meta(gt=0, le=1)] = 1.0
    context: Annotated[int, Meta(ge=0)] = 0
    role: Role = ""

    @property
    def answers(self) -> bool:
        """Whether requests are sent there; else it only computes prompts for those that answer them."""
        return self.role != "prefill"


class PrefixSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How prompts' beginnings are remembered: in blocks of so many tokens, and how many of these a server is thought to
    keep until it says otherwise. The n-th hash of a prompt covers `ladder[n - 1]` of them; without a ladder, n."""

    block_tokens: Annotated[int, Meta(ge=1, le=65_536)] = 128
    capacity: Annotated[int, Meta(ge=64)] = 16_384
    ladder: tuple[int, ...] = ()

    def ruler(self) -> Sequence[int]:
        """How many tokens the first n hashes cover, by n."""
        if not self.ladder:
            return range(0, 1 << 40, self.block_tokens)
        return [0, *[self.block_tokens * blocks for blocks in self.ladder]]


class QueueSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines before servers: each is sent at most `prefills` prompts that are not computed yet, and at most `depth` wait
    for it, in this order. Where a newcomer's line takes more than `slo_ttft` seconds, those in it are spread between
    their two best choices."""

    order: OrderSpec = Fifo()
    prefills: Annotated[int, Meta(ge=1)] = 2
    depth: Annotated[int, Meta(ge=1)] = 512
    slo_ttft: Annotated[float, Meta(gt=0)] = 5.0


class PoolSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Servers of one model on one kind of hardware. Prices and `abilities` are as in wrp_policies.types.Pool;
    `context` is in tokens (0: not known). Without `prefix` nobody asks who holds what; without `queue` servers get
    what they have room for; without `outliers` none is too slow. What is said of a server's load is good for
    `stale` seconds. `adapters` are names, and beginnings of names (`sql-*`), under which the servers offer
    adapters. Where prompts are computed on servers of their own, `alone` says that the others can do without them.
    Server names are unique within their pool."""

    name: str
    model: str
    servers: tuple[ServerSpec, ...]
    price_in: Annotated[float, Meta(ge=0)] = 0.0
    price_out: Annotated[float, Meta(ge=0)] = 0.0
    context: Annotated[int, Meta(ge=0)] = 0
    abilities: frozenset[str] = frozenset()
    prefix: PrefixSpec | None = None
    queue: QueueSpec | None = None
    stale: Annotated[float, Meta(gt=0)] = math.inf
    outliers: OutlierSpec | None = None
    adapters: tuple[str, ...] = ()
    alone: bool = False
    price_cached: Annotated[float, Meta(ge=0)] | None = None
    price_hour: Annotated[float, Meta(ge=0)] = 0.0


def refuse_namesakes(pools: Sequence[PoolSpec]) -> None:
    """Raises ValueError naming the pool where two pools, or two servers of one pool, share a name."""
    names: set[str] = set()
    for pool in pools:
        if pool.name in names:
            raise ValueError(f"two pools share the name {pool.name!r}")
        names.add(pool.name)
        if len({server.name for server in pool.servers}) < len(pool.servers):
            raise ValueError(f"two servers of pool {pool.name!r} share a name")
