"""What a fleet is built from: pools and their servers as an operator names them. No measurement is in here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.queueing import Fifo, OrderSpec
from wrp_policies.types import Role


class ServerSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine. `limit` is how many requests it gets at once (0: no limit); `weight` its share beside the others;
    `role` the half of requests that it serves ("": all of them)."""

    name: str
    url: str
    limit: Annotated[int, Meta(ge=0)] = 0
    weight: Annotated[float, Meta(gt=0, le=1)] = 1.0
    role: Role = ""


class PrefixSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How prompts' beginnings are remembered: in blocks of so many tokens, and how many of these a server is thought to
    keep until it says otherwise."""

    block_tokens: Annotated[int, Meta(ge=1, le=65_536)] = 128
    capacity: Annotated[int, Meta(ge=64)] = 16_384


class QueueSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines before servers: each is sent at most `prefills` prompts that are not computed yet, and at most `depth` wait
    for it, in this order. Where a newcomer's line takes more than `slo_ttft` seconds, those in it are spread between
    their two best choices."""

    order: OrderSpec = Fifo()
    prefills: Annotated[int, Meta(ge=1)] = 2
    depth: Annotated[int, Meta(ge=1)] = 512
    slo_ttft: Annotated[float, Meta(gt=0)] = 5.0


class PoolSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Servers of one model on one kind of hardware. Prices are US$ per million tokens; `context` is in tokens
    (0: not known); `abilities` are as in wrp_policies.types.Pool. Without `prefix` nobody asks who holds what; without
    `queue` servers get what they have room for. Where prompts are computed on servers of their own, `alone` says that
    the others can do without them. Server names are unique within their pool."""

    name: str
    model: str
    servers: tuple[ServerSpec, ...]
    price_in: Annotated[float, Meta(ge=0)] = 0.0
    price_out: Annotated[float, Meta(ge=0)] = 0.0
    context: Annotated[int, Meta(ge=0)] = 0
    abilities: frozenset[str] = frozenset()
    prefix: PrefixSpec | None = None
    queue: QueueSpec | None = None
    alone: bool = False


def refuse_namesakes(pools: Sequence[PoolSpec]) -> None:
    """Raises ValueError naming the pool where two pools, or two servers of one pool, share a name."""
    names: set[str] = set()
    for pool in pools:
        if pool.name in names:
            raise ValueError(f"two pools share the name {pool.name!r}")
        names.add(pool.name)
        if len({server.name for server in pool.servers}) < len(pool.servers):
            raise ValueError(f"two servers of pool {pool.name!r} share a name")
