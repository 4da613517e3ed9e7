"""Who is much slower than the others, and who only seems to be."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.outliers import FRESH, HARDLY, Outliers, Speed
from wrp_router.fleet.prefill import TtftModel
from wrp_router.fleet.spec import OutlierSpec

RATE = 1e-3
"""Seconds that a prompt token takes on a healthy server."""


class Pool:
    """Servers whose windows are filled by hand: each is `times` slower than it should be."""

    def __init__(self, servers: int, spec: OutlierSpec | None = None) -> None:
        self.outliers = Outliers(spec or OutlierSpec())
        self.servers = [(Speed(), line()) for _ in range(servers)]
        self.now = 0.0

    def serve(self, place: int, times: float = 1.0, count: int = 6, ahead: int = 0, written: int = 100) -> None:
        """So many prompts of 500 tokens, with other tokens `ahead` of each, and their answers."""
        for _ in range(count):
            self.servers[place][0].first(500 + ahead, 500, times * RATE * (500 + ahead))
            self.servers[place][0].wrote(written)

    def look(self) -> list[tuple[int, str]]:
        """After a window's time."""
        self.now += 6.0
        return self.outliers.look(self.servers, self.now)

    def windows(self, windows: int, **of_last: float) -> list[tuple[int, str]]:
        """So many windows in which all but the last server are healthy; what the last of them came to."""
        told: list[tuple[int, str]] = []
        for _ in range(windows):
            for place in range(len(self.servers) - 1):
                self.serve(place)
            self.serve(len(self.servers) - 1, **of_last)  # type: ignore[arg-type]
            told = self.look()
        return told


def line() -> TtftModel:
    """A server's line, from prompts of several lengths."""
    model = TtftModel()
    for tokens in (100, 200, 400, 800, 1600, 100, 300, 500, 700):
        model.learn(tokens, RATE * tokens)
    return model


def accused(told: list[tuple[int, str]]) -> dict[int, str]:
    return {place: why for place, why in told if why}


def test_a_slow_server_is_told_in_its_third_window():
    """With how slow it is; the others are told to be fine."""
    pool = Pool(4)
    assert not accused(pool.windows(2, times=5.0))
    told = pool.windows(1, times=5.0)
    assert accused(told) == {3: "slow: ttft 5.0x the pool's median"}
    assert {place for place, why in told if not why} == {0, 1, 2}


def test_windows_in_a_row():
    """One in which it was as fast as the others starts the count anew."""
    pool = Pool(4)
    pool.windows(2, times=5.0)
    assert (3, "") in pool.windows(1)
    assert not accused(pool.windows(2, times=5.0))
    assert accused(pool.windows(1, times=5.0))


@pytest.mark.parametrize(("servers", "factor", "times"), [(2, 3.0, 50.0), (4, 3.0, 2.9), (4, 6.0, 5.0)])
def test_too_few_servers_or_not_slow_enough(servers: int, factor: float, times: float):
    """Of two nobody can say which is off."""
    assert not accused(Pool(servers, OutlierSpec(factor)).windows(6, times=times))


def test_one_long_prompt_or_a_few_accidents_are_no_slowness():
    """Three in four of the first tokens have to be late, for what they had to wait for."""
    pool = Pool(4)
    for _ in range(6):
        pool.serve(3, times=50.0, count=3)
        assert not accused(pool.windows(1, ahead=100_000))


def test_a_queue_of_ours_is_no_slowness():
    """First tokens come late and nobody knows why; but the server does as much as the others, so nobody accuses it."""
    pool = Pool(4)
    for _ in range(6):
        assert 3 not in dict(pool.windows(1, times=5.0, ahead=1000))


def test_who_has_a_queue_and_does_little_is_slow():
    """The others do six times as much in the same time."""
    pool = Pool(4)
    for _ in range(3):
        for place in range(3):
            pool.serve(place, count=30)
        pool.serve(3, times=5.0, ahead=1000)
        told = pool.look()
    assert accused(told) == {3: "slow: ttft 5.0x the pool's median"}


def test_half_of_a_pool_is_no_outlier():
    """Of two halves nobody can say which is right; of three in five, two can be off."""
    for servers, found in ((4, set()), (5, {3, 4})):
        pool = Pool(servers)
        for _ in range(3):
            for place in range(servers):
                pool.serve(place, times=8.0 if place >= servers - 2 else 1.0)
            told = pool.look()
        assert {*accused(told)} == found


def test_when_all_are_slow_nobody_is():
    """A day on which every prompt takes ten times as long is nobody's fault."""
    pool = Pool(5)
    for _ in range(6):
        for place in range(5):
            pool.serve(place, times=10.0)
        assert not accused(pool.look())


def test_milliseconds_are_nothing():
    """Another rack is five times as far, which nobody notices."""
    pool = Pool(4)
    for _ in range(6):
        for place in range(4):
            for _ in range(6):
                pool.servers[place][0].first(5, 5, HARDLY * (2.9 if place == 3 else 0.1))
        assert not accused(pool.look())


def test_who_is_not_asked_is_not_judged():
    """Four first tokens are no window; the next look has them, too."""
    pool = Pool(4)
    pool.windows(2, times=5.0)
    assert 3 not in dict(pool.windows(1, times=5.0, count=4))
    assert accused(pool.windows(1, times=5.0, count=1))


def test_what_was_long_ago_says_nothing():
    """Peers of two minutes ago are none."""
    pool = Pool(3)
    pool.windows(2, times=5.0)
    pool.now += FRESH
    pool.serve(2, times=5.0)
    assert pool.look() == []


def test_unmeasured_servers_are_left_out():
    """A server without a line is nobody's peer."""
    pool = Pool(3)
    pool.servers[0] = (Speed(), TtftModel())
    assert pool.windows(5, times=9.0) == []


def test_the_next_look_is_due_after_a_window():
    """As configured."""
    pool = Pool(3, OutlierSpec(every=2.5))
    pool.look()
    assert pool.outliers.due == pytest.approx(8.5)


@pytest.mark.parametrize(("times", "why"), [(4.0, "slow: ttft 4.0x the pool's median"), (2.0, "")])
def test_a_trial_tells_whether_it_is_still_slow(times: float, why: str):
    """By the line of the others; only of one that was ejected for it."""
    pool = Pool(4)
    pool.windows(3, times=5.0)
    speed = pool.servers[3][0]
    pool.outliers.tried(speed, 500, times * RATE * 500)
    assert speed.why == ""
    speed.ejected = True
    pool.outliers.tried(speed, 500, times * RATE * 500)
    assert speed.why == why


@given(
    st.integers(0, 1 << 32),
    st.integers(3, 9),
    st.lists(st.sampled_from([0, 0, 3, 6, 40]), min_size=9, max_size=9),
    st.floats(0.3, 30.0),
)
def test_equals_are_never_outliers(seed: int, servers: int, counts: list[int], pace: float):
    """However unevenly they are asked, with heavy-tailed prompts, and first tokens that take up to a half more."""
    rng = random.Random(seed)
    pool = Pool(servers)
    for _ in range(8):
        for place in range(servers):
            for _ in range(counts[place]):
                tokens = max(1, int(rng.paretovariate(0.8) * 50))
                pool.servers[place][0].first(tokens, tokens, pace * RATE * tokens * rng.uniform(0.75, 1.5))
        assert not accused(pool.look())
