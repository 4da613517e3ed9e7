"""The less loaded of two."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Callable

import pytest

from tests.policies.makers import facts, pool
from wrp_policies import PowerOfTwo
from wrp_policies.types import Pool, Server

RNG = random.Random(0)


def test_p2c_first_beats_another_and_the_rest_are_by_load() -> None:
    """The most loaded never comes first, and behind the first stands the order of load."""
    servers = tuple(Server(f"s{i}", in_flight=i) for i in range(6))
    rng = random.Random(4)
    firsts = Counter[str]()
    for _ in range(6_000):
        first, *rest = PowerOfTwo().order(facts(), pool("p", of=servers), 0.0, rng)
        assert rest == sorted(rest)
        firsts[first] += 1
    assert "s5" not in firsts
    # rank i wins against the 5 - i servers behind it, of 15 pairs
    for i in range(5):
        assert firsts[f"s{i}"] / 6_000 == pytest.approx((5 - i) / 15, abs=0.03)


def test_p2c_of_two_and_one() -> None:
    """Of two it is the less loaded one, on a tie either; a single server is no choice."""
    two = pool("p", of=(Server("a", in_flight=1), Server("b")))
    assert {PowerOfTwo().order(facts(), two, 0.0, RNG) for _ in range(50)} == {("b", "a")}
    tie = pool("p", of=(Server("a"), Server("b")))
    assert {PowerOfTwo().order(facts(), tie, 0.0, RNG) for _ in range(50)} == {("a", "b"), ("b", "a")}
    assert PowerOfTwo().order(facts(), pool("p", servers=1), 0.0, RNG) == ("p0",)


def gaps(first: Callable[[Pool], str], servers: int = 16, balls: int = 3_000) -> float:
    """Median over ten runs of (most loaded - mean) when `first` places requests that never end."""
    seen = []
    for _ in range(10):
        load = {f"s{i:02}": 0 for i in range(servers)}
        for _ in range(balls):
            now = Pool("p", "m", tuple(Server(name, in_flight=count) for name, count in load.items()))
            load[first(now)] += 1
        seen.append(max(load.values()) - balls / servers)
    return statistics.median(seen)


def test_p2c_keeps_the_load_gap_small() -> None:
    """Balls into bins: the gap is log log n, not the square root that pure chance leaves (Azar et al. 1994)."""
    rng = random.Random(9)
    two = gaps(lambda now: PowerOfTwo().order(facts(), now, 0.0, rng)[0], balls=600)
    one = gaps(lambda now: rng.choice(now.servers).name, balls=600)
    assert two <= 3
    assert two < one / 3
