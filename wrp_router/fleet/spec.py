"""What a fleet is built from: pools and their servers as an operator names them. No measurement is in here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta


class ServerSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One engine. `limit` is how many requests it gets at once (0: no limit); `weight` its share beside the others."""

    name: str
    url: str
    limit: Annotated[int, Meta(ge=0)] = 0
    weight: Annotated[float, Meta(gt=0, le=1)] = 1.0


class PoolSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Servers of one model on one kind of hardware. Prices are US$ per million tokens; `context` is in tokens
    (0: not known); `abilities` are as in wrp_policies.types.Pool. Server names are unique within their pool."""

    name: str
    model: str
    servers: tuple[ServerSpec, ...]
    price_in: Annotated[float, Meta(ge=0)] = 0.0
    price_out: Annotated[float, Meta(ge=0)] = 0.0
    context: Annotated[int, Meta(ge=0)] = 0
    abilities: frozenset[str] = frozenset()


def refuse_namesakes(pools: Sequence[PoolSpec]) -> None:
    """Raises ValueError naming the pool where two pools, or two servers of one pool, share a name."""
    names: set[str] = set()
    for pool in pools:
        if pool.name in names:
            raise ValueError(f"two pools share the name {pool.name!r}")
        names.add(pool.name)
        if len({server.name for server in pool.servers}) < len(pool.servers):
            raise ValueError(f"two servers of pool {pool.name!r} share a name")
