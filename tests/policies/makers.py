"""Pools, facts and one example of every kind of policy, for the tests of this room."""

from __future__ import annotations

from typing import Any, get_args

import msgspec

from wrp_policies import BalancingSpec, Ended, Outcome, Pool, Pools, SelectionSpec, Server
from wrp_signals.facts import Facts

SELECTIONS: dict[str, dict[str, Any]] = {
    "static": {"pools": ["small", "large"]},
    "weighted": {"pools": {"small": 3, "large": 1}},
    "cheapest_capable": {"pools": ["large", "small"]},
}

BALANCINGS: dict[str, dict[str, Any]] = {"round_robin": {}, "least_load": {}, "p2c": {}}


def kinds(union: Any) -> list[str]:
    """The tags of all members of a union of specs."""
    return [str(member.__struct_config__.tag) for member in get_args(union)]


def selection(kind: str) -> SelectionSpec:
    """The example of a selection spec, read as the configuration would read it."""
    spec: SelectionSpec = msgspec.convert({"kind": kind, **SELECTIONS[kind]}, type=SelectionSpec)
    return spec


def balancing(kind: str) -> BalancingSpec:
    """The example of a balancing spec."""
    spec: BalancingSpec = msgspec.convert({"kind": kind, **BALANCINGS[kind]}, type=BalancingSpec)
    return spec


def facts(**changes: Any) -> Facts:
    """A plain chat request of 100 prompt tokens."""
    return Facts(**{"id": "r1", "operation": "chat", "asked_model": "auto", "prompt_tokens": 100, **changes})


def pool(name: str, servers: int = 2, **changes: Any) -> Pool:
    """A pool of idle servers named after it: a0, a1, …"""
    made = changes.pop("of", None) or tuple(Server(f"{name}{i}") for i in range(servers))
    return Pool(name, model=f"model-{name}", servers=made, **changes)


def two_pools() -> Pools:
    """A cheap small pool and a dear large one, both loaded unevenly."""
    small = (Server("s0", in_flight=2, ttft=0.3), Server("s1", in_flight=1, ttft=0.2), Server("s2", up=False))
    large = (Server("l0", in_flight=4, limit=4), Server("l1", ttft=0.5), Server("l2", weight=0.5, in_flight=1))
    return (
        pool("small", of=small, price_in=0.1, price_out=0.2, context=8_000, turn=5),
        pool("large", of=large, price_in=1.0, price_out=2.0, context=128_000, turn=7),
    )


def outcome(pool_name: str, server: str, **changes: Any) -> Outcome:
    """A request that went well."""
    return Outcome(**{"pool": pool_name, "server": server, "model": "m", "ended": Ended.DONE, "ttft": 0.1, **changes})
