"""What the benchmark of the bars makes of what it saw: windows, intervals, oracles, and the best of uniform bars."""

from __future__ import annotations

import itertools
import random

import pytest

from bench.cache_mixed import KINDS, added, best, kind_of, most_right, score, total, uniform
from bench.cache_overload import Bars as Easing
from bench.cache_overload import Before, config, simulated
from bench.cache_replay import Seen, replay
from bench.cache_rows import (
    Checking,
    Told,
    bars,
    by_quarter,
    interval,
    lowest,
    moved,
    oracle,
    parted,
    sliding,
    statics,
    taught,
    windows,
    wrong,
)
from bench.cache_truth import MIXED, Asked, World
from wrp_cache.bars.acceptance import Neighbour
from wrp_router.config.adapting import BudgetedBars


def seen(right: bool, given: str = "semantic", similarity: float = 0.9, category: str = "code") -> Seen:
    return Seen(category, "acme", given, right, False, similarity)  # type: ignore[arg-type]


def asked(requests: int, seed: int = 1) -> list[Asked]:
    return list(itertools.islice(World(MIXED, seed), requests))


def test_only_what_was_served_can_be_a_wrong_hit():
    """A probe that was not, and a miss, are none; a stale answer is."""
    given = [seen(False, kind) for kind in ("semantic", "exact", "probe", "miss")]
    assert [wrong(one) for one in given] == [True, True, False, False]
    stale = Seen("code", "acme", "exact", False, True)
    assert wrong(stale)
    assert [kind_of(one) for one in (seen(True), seen(False), stale)] == ["right", "wrong", "stale"]


def test_windows_follow_one_another():
    """Of 5,000; what is left counts from a half on. Wherever they begin, none is worse than the worst that slides."""
    many = [seen(at % 100 != 0) for at in range(12_600)]
    assert windows(many) == [(50, 5000), (50, 5000), (26, 2600)]
    assert [len(part) for part in parted(many[:12_400])] == [5000, 5000]
    burst = [seen(not 4900 <= at < 5000 + 20) for at in range(10_001)]
    assert sliding(burst) == 120 / 5000
    assert max(bad / of for bad, of in windows(burst)) == 100 / 5000
    assert sliding(burst[:100]) == 0.0


def test_interval_is_wilsons():
    """As tables have it; nothing known is anything."""
    assert interval(10, 100) == pytest.approx((0.1, 0.0552, 0.1744), abs=1e-4)
    assert interval(0, 0) == (0.0, 0.0, 1.0)


def test_the_lowest_threshold_that_keeps_a_rate():
    """Of what was checked, by category; above 1 where even the nearest was wrong."""
    known = [seen(n != 50, "probe", 1.0 - n / 1000) for n in range(100)]
    known += [seen(False, "probe", 0.99, "stem"), seen(True, "miss", 0.5)]
    found = lowest(known, 0.009)
    assert found["code"] == pytest.approx(1.0 - 49 / 1000)
    assert lowest(known, 0.01)["code"] == pytest.approx(1.0 - 99 / 1000)
    assert found["stem"] == found["finance"] == 2.0


def test_an_oracle_knows_every_quarter():
    """It serves from its thresholds on, and those of a quarter hold until that ends."""
    requests = asked(8)
    known = [seen(at < 4, "probe", 0.9) for at in range(8)]
    parts = oracle(requests, known)
    assert [until for until, _ in parts] == [requests[at].now for at in (1, 3, 5, 7)]
    assert [of["code"] for _, of in parts] == [0.9, 0.9, 2.0, 2.0]
    told, bar = Told(parts), bars()["code"]
    near, rng = Neighbour("code", "acme", b"", 0.95), random.Random(1)
    given = [told.verdict(near, bar, 0.0, now, rng) for now in (0.0, requests[5].now - 1e-9, 1e9)]
    assert given == ["serve", "miss", "miss"]
    assert by_quarter([seen(True), seen(True, "exact")] * 4) == [0.5] * 4
    assert moved([seen(at < 4, "probe", 0.96) for at in range(8)])["code"] == [0.0, 0.0, 1.0, 1.0]


def test_static_thresholds_are_judged_by_their_worst_window():
    """One that exceeds epsilon in a single window is not kept."""
    known = [seen(at % 40 != 0 or at < 5000, "probe", 0.94) for at in range(10_000)]
    known += [seen(True, "probe", 0.99)] * 5000
    found = statics(known)
    assert found["best_static_hits"] == pytest.approx(1 / 3)
    assert found["static_0.95_hits_and_worst_window"] == (pytest.approx(1 / 3), 0.0)


def test_the_best_uniform_bar_is_the_one_with_most_right_hits():
    """Of those with no more bad ones; each category's own is the best at a price."""
    empty = dict.fromkeys(("requests", "right", "wrong", "stale"), 0)
    grid = {
        (0.9, 60.0): {"code": {**empty, "right": 100, "wrong": 9}},
        (0.95, 60.0): {"code": {**empty, "right": 60, "stale": 2}},
        (0.99, 60.0): {"code": {**empty, "right": 50, "wrong": 2}},
    }
    assert most_right(grid, 2) == (0.95, 60.0)
    assert most_right(grid, 9) == (0.9, 60.0)
    assert most_right(grid, 1) is None
    assert [best(grid, "code", price) for price in (4.0, 15.0)] == [(0.9, 60.0), (0.95, 60.0)]
    assert total(added([grid[0.9, 60.0], grid[0.95, 60.0]]), "right", "stale") == 162


def test_memory_binds():
    """The same requests with a quarter of it: something is displaced, and less is hit."""
    requests = asked(3000)
    ample, tight = (score(requests, uniform((0.9, 1e5)), memory) for memory in (8 << 20, 1 << 20))
    assert total(ample, "requests") == total(tight, "requests") == 3000
    assert total(ample, "evicted") == 0 < total(tight, "evicted")
    assert total(ample, "right") > total(tight, "right")
    assert set(ample) == set(KINDS)


def test_checking_serves_nothing():
    """But exact hits, so every neighbour's worth is known."""
    assert {one.given for one in replay(asked(1500), bars(), Checking(), 8 << 20)} == {"exact", "probe", "miss"}


def test_the_overloaded_model_gets_less_with_relief():
    """In the simulator, with what came before in the cache; the same requests are asked with and without."""
    world = World(MIXED, 1, rate=40.0)
    stream = iter(world)
    earlier, now = list(itertools.islice(stream, 2000)), list(itertools.islice(stream, 900))
    usual, low = dict.fromkeys(KINDS, 0.99), dict.fromkeys(KINDS, 0.85)
    before = Before(earlier, taught(earlier, usual))
    off, on = (simulated(now, world, Easing(usual, low), relief, 1, before) for relief in (False, True))
    assert on.asked == off.asked > 100
    assert on.hits > off.hits > 0
    assert on.upstream < off.upstream
    assert all(0 <= found.wrong <= found.hits for found in (off, on))
    learning = Easing(usual, low, BudgetedBars(0.01))
    assert config(learning, relief=False).cache.relief is None
    assert simulated(now, world, learning, True, 1, before).asked == on.asked
