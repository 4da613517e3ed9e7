"""Pools, facts and one example of every kind of policy, for the tests of this room."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import msgspec

from tests.policies.selection.quality_making import MATERIALS
from wrp_policies import BalancingSpec, Ended, Outcome, Pool, Pools, Selection, SelectionSpec, Server
from wrp_policies.catalogue import catalogue_of
from wrp_signals.facts import Facts

SELECTIONS: dict[str, dict[str, Any]] = {
    "static": {"pools": ["small", "large"]},
    "weighted": {"pools": {"small": 3, "large": 1}},
    "cheapest_capable": {"pools": ["large", "small"]},
    "quality": {"pools": ["small", "large"], "card": "q.npz", "floor": 0.05},
    "cascade": {"pools": ["small", "large"], "accept": {"kind": "logprob", "at": -0.4}},
    "latency": {"pools": ["small", "large"], "until": "first"},
    "multi_factor": {"pools": {"small": 0.6, "large": 0.9}},
    "linucb": {"pools": ["small", "large"], "dim": 17, "objective": {"cost": 0.3}, "budget": 0.001},
    "lints": {"pools": ["small", "large"], "dim": 17, "objective": {"latency": 0.2}, "discount": 0.99},
    "epsilon_greedy": {"pools": ["small", "large"], "dim": 16},
    "track_and_stop": {"pools": ["small", "large"]},
    "elo": {"pools": ["small", "large"], "objective": {"cost": 0.1}},
    "in_context": {"small": "small", "large": "large", "examples": 2, "discount": 0.99},
    "fusion": {"ask": ["small", "large"], "write": "large"},
    "multi_round": {"router": "large", "pools": {"small": "fast", "large": "good"}, "write": "large"},
    "shadow": {
        "use": {"kind": "weighted", "pools": {"small": 3, "large": 1}},
        "shadow": {"kind": "cheapest_capable", "pools": ["large", "small"]},
    },
}

BALANCINGS: dict[str, dict[str, Any]] = {
    "round_robin": {},
    "random": {},
    "least_load": {},
    "p2c": {},
    "consistent_hash": {"depth": 3},
    "session": {"by": "session"},
    "prefix": {"imbalance": 16},
    "min_ttft": {},
    "preble": {},
    "lmetric": {},
    "dualmap": {"slo_ttft": 2.0, "window": 200},
    "lora": {"slots": 4, "window": 200},
    "adaptive": {},
    "context_length": {"then": {"kind": "lora", "slots": 3, "window": 100}},
    "disaggregated": {"prefill": {"kind": "preble"}, "decode": {"kind": "adaptive", "window": 200}, "local": 100},
}

ADAPTERS = catalogue_of(("sql-*", "law"))
"""Of every pool that is made here."""

BLOCK = 100
"""Tokens of a block, in these tests."""


@dataclass(frozen=True)
class Warm:
    """A window on caches: each server holds so many tokens of any prompt's beginning."""

    held: Mapping[str, int]

    def tokens(self, prefix: Sequence[int]) -> Mapping[str, int]:
        most = BLOCK * len(prefix)
        return {name: min(most, held) for name, held in self.held.items() if min(most, held)}

    def span(self, blocks: int) -> int:
        return BLOCK * blocks


def kinds(union: Any) -> list[str]:
    """The tags of all members of a union of specs."""
    return [str(member.__struct_config__.tag) for member in get_args(union)]


def selection(kind: str) -> SelectionSpec:
    """The example of a selection spec, read as the configuration would read it."""
    spec: SelectionSpec = msgspec.convert({"kind": kind, **SELECTIONS[kind]}, type=SelectionSpec)
    return spec


def built(kind: str) -> Selection:
    """The policy of that example."""
    policy: Selection = selection(kind).build(MATERIALS)
    return policy


def balancing(kind: str) -> BalancingSpec:
    """The example of a balancing spec."""
    spec: BalancingSpec = msgspec.convert({"kind": kind, **BALANCINGS[kind]}, type=BalancingSpec)
    return spec


def facts(**changes: Any) -> Facts:
    """A plain chat request of 100 prompt tokens."""
    return Facts(**{"id": "r1", "operation": "chat", "asked_model": "auto", "prompt_tokens": 100, **changes})


def prompt(seed: int, blocks: int = 4) -> tuple[int, ...]:
    """The blocks of a prompt that shares its beginning with no other seed's."""
    rng = random.Random(seed)
    return tuple(rng.getrandbits(63) for _ in range(blocks))


def warm_pool(held: Mapping[str, int], *servers: Server, turn: int = 0) -> Pool:
    """A pool of these servers, of which some hold something."""
    return Pool("p", "m", servers, turn=turn, warm=Warm(held))


def pool(name: str, servers: int = 2, **changes: Any) -> Pool:
    """A pool of idle servers named after it: a0, a1, …"""
    made = changes.pop("of", None) or tuple(Server(f"{name}{i}") for i in range(servers))
    return Pool(name, **{"model": f"model-{name}", "servers": made, "adapters": ADAPTERS, **changes})


def two_pools() -> Pools:
    """A cheap small pool and a dear large one, both loaded and warm unevenly."""
    small = (
        Server("s0", in_flight=2, ttft=0.3, pending=4_000, running=3),
        Server("s1", in_flight=1, ttft=0.2, prefill=0.0002),
        Server("s2", up=False),
        Server("s3", in_flight=1, pending=900, base=0.1),
    )
    large = (Server("l0", in_flight=4, limit=4), Server("l1", ttft=0.5), Server("l2", weight=0.5, in_flight=1))
    warm = Warm({"s0": 600, "s2": 900, "l0": 900, "l2": 200})
    return (
        pool("small", of=small, price_in=0.1, price_out=0.2, context=8_000, turn=5, warm=warm),
        pool("large", of=large, price_in=1.0, price_out=2.0, context=128_000, turn=7, warm=warm),
    )


def random_facts(rng: random.Random, number: int = 0) -> Facts:
    """A request as they come: every second one begins as many do, every fifth is too short to have a beginning, every
    third wants an adapter."""
    start = (1, 2) if number % 2 else ()
    return facts(
        id=str(number),
        asked_model="auto" if number % 3 else f"sql-{number}",
        session=f"session-{number}",
        tenant=f"tenant-{number}",
        prompt_tokens=rng.randrange(1, 4_000),
        prefix=(*start, *[rng.getrandbits(63) for _ in range(rng.randrange(1, 40))]) if number % 5 else (),
    )


def outcome(pool_name: str, server: str, **changes: Any) -> Outcome:
    """A request that went well."""
    return Outcome(**{"pool": pool_name, "server": server, "model": "m", "ended": Ended.DONE, "ttft": 0.1, **changes})
