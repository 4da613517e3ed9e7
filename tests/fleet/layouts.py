"""Configurations that follow one another: servers join, leave, move; what is remembered of prefixes changes."""

from __future__ import annotations

import math
from typing import NamedTuple

from tests.fleet.makers import done, failed, gone, pool, refused
from wrp_policies.types import Fault
from wrp_router.fleet import PoolSpec, ServerSpec
from wrp_router.fleet.spec import PrefixSpec

Key = tuple[str, str]
KEYS: list[Key] = [("p", f"s{i}") for i in range(4)] + [("q", "s0"), ("q", "s1")]
PREFIXES = [(), (1,), (1, 2), (1, 2, 3), (1, 2, 4), (5, 6)]
NOBODY = 0, 0, 0.0
"""What others have there, requests and tokens, and since when: nothing."""
MEMORY = PrefixSpec(100, 64)
MOVED = tuple(ServerSpec(f"s{i}", f"http://{'moved' if i else 'p0'}:8000", 3) for i in range(2))
LAYOUTS = [
    (pool("p", servers=4, limit=3, prefix=MEMORY, stale=5.0), pool("q", servers=2)),
    (pool("p", servers=3, limit=2, prefix=MEMORY, stale=5.0), pool("q", servers=2)),
    (pool("p", servers=4, limit=3, prefix=PrefixSpec(50)),),
    (PoolSpec("p", "m", MOVED, prefix=MEMORY), pool("q", servers=2, prefix=MEMORY)),
]


def servers_in(layout: tuple[PoolSpec, ...]) -> dict[Key, str]:
    """Keys and addresses of all servers."""
    return {(spec.name, server.name): server.url for spec in layout for server in spec.servers}


def block_in(layout: tuple[PoolSpec, ...], pool: str) -> int:
    """Tokens in a block of prefixes there; 0 where they are not remembered."""
    return next((spec.prefix.block_tokens for spec in layout if spec.name == pool and spec.prefix), 0)


def stale_in(layout: tuple[PoolSpec, ...], pool: str) -> float:
    """Seconds for which reports are good there."""
    return next((spec.stale for spec in layout if spec.name == pool), math.inf)


OUTCOMES = [
    done(tokens_cached=250),
    failed(),
    refused(),
    gone(),
    failed(fault=Fault.CREDENTIAL, status=429),
    done(tokens_cached=1),
]


class Prompt(NamedTuple):
    """Tokens to be computed on a server, until `due` if nobody sees when."""

    key: Key
    born: int
    tokens: int
    due: float
