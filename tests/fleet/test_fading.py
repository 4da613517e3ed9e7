"""A server that was slow once, where the pool has nearly nothing to do: whether it is ever asked again."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest

from tests.fleet.makers import Watched, asked, done, pool
from wrp_policies import LeastLoad, PowerOfTwo

POLICIES = pytest.mark.parametrize("policy", [LeastLoad(), PowerOfTwo()], ids=["least_load", "p2c"])


def lonely(
    policy: LeastLoad | PowerOfTwo, seconds: float, ttft: Callable[[str, float], float], gap: float = 5.0
) -> list[str]:
    """Which server answered each request, one at a time, of three that take `ttft(server, now)`."""
    fleet, rng, now, firsts = Watched(pool(servers=3)), random.Random(1), 0.0, list[str]()
    while now < seconds:
        (seen,) = fleet.snapshot(now)
        first = policy.order(asked(), seen, now, rng)[0]
        took = ttft(first, now)
        fleet.lease("p", first, now).end(done(ttft=took, duration=took), now + took)
        firsts.append(first)
        now += took + gap
    return firsts


@POLICIES
def test_a_cold_start_is_forgiven(policy: LeastLoad | PowerOfTwo) -> None:
    """Ten seconds once, and as fast as the others from then on: it gets its share of a quiet hour's requests."""
    cold = iter([10.0])
    firsts = lonely(policy, 3600.0, lambda server, now: next(cold, 0.1) if server == "s0" else 0.1)
    counts = Counter(firsts)
    assert counts["s0"] > len(firsts) / 5
    assert min(counts.values()) > len(firsts) / 5


@POLICIES
def test_who_stays_slow_is_asked_now_and_then(policy: LeastLoad | PowerOfTwo) -> None:
    """Ten times as slow: one request in dozens finds out that it still is."""
    counts = Counter(lonely(policy, 3600.0, lambda server, now: 1.0 if server == "s0" else 0.1))
    assert 5 < counts["s0"] < sum(counts.values()) / 10
