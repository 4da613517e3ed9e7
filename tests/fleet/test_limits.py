"""How many requests a server gets at once: found from how long first tokens wait."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.limits import FIRST, FORGETS, SAMPLES, Limiter
from wrp_router.fleet.prefill import TtftModel
from wrp_router.fleet.spec import LimitSpec

SECOND = 1000
"""Prompt tokens that an idle server computes in a second."""


def line(times: float = 1.0) -> TtftModel:
    """A server's line, so many times as slow."""
    model = TtftModel()
    for tokens in (100, 200, 400, 800, 1600, 100, 300, 500, 700):
        model.learn(tokens, times * tokens / SECOND)
    return model


class Watched:
    """A limiter, its clock, and prompts of a second each."""

    def __init__(self, **spec: float) -> None:
        self.limiter = Limiter(LimitSpec(**spec))  # type: ignore[arg-type]
        self.line = line()
        self.now = 0.0

    def window(self, wait: float, in_flight: int | None = None, own: int = SECOND) -> int:
        """All first tokens of one come so much later than alone; the limit that follows."""
        busy = self.limiter.limit if in_flight is None else in_flight
        for number in range(SAMPLES):
            taken, self.now = self.now, self.now + 1.0
            over = self.limiter.first(self.line, own, own / SECOND + wait, busy, taken, self.now)
            assert over is (number == SAMPLES - 1)
        return self.limiter.limit


def test_it_begins_within_its_bounds():
    """At sixteen, or as near as it may."""
    found = [Limiter(LimitSpec(low, high)).limit for low, high in ((1, 256), (1, 4), (32, 64))]
    assert found == [FIRST, 4, 32]


def test_waits_make_it_smaller_and_at_last_one():
    """Half of it and of its root each time, at most: a server that does one thing at a time gets one."""
    watched = Watched()
    found = [watched.window(wait=50.0) for _ in range(8)]
    assert found[:4] == [10, 6, 4, 3]
    assert found[-1] == 1


def test_without_waits_it_grows_by_its_root():
    """As long as it is used: 16, 20, 24.5, up to the most."""
    watched = Watched(max=40)
    assert [watched.window(wait=0.0) for _ in range(5)] == [20, 24, 29, 34, 40]


def test_what_is_not_used_does_not_grow():
    """Fewer requests than it allows say nothing of more."""
    watched = Watched()
    assert [watched.window(wait=0.0, in_flight=FIRST - 1) for _ in range(3)] == [FIRST] * 3
    assert watched.window(wait=9.0, in_flight=FIRST - 1) < FIRST


def test_it_settles_where_waits_are_as_long_as_they_may_be():
    """Where half of them wait for as long as a prompt takes, times what the root adds: neither up nor down for long."""
    watched = Watched()
    found = []
    for _ in range(60):
        found.append(watched.window(wait=max(0.0, watched.limiter.limit - 30) * 0.2))
    assert 26 < min(found[30:]) <= max(found[30:]) < 44


@pytest.mark.parametrize("own", [10, SECOND, 20 * SECOND])
def test_long_prompts_are_no_congestion(own: int):
    """What a prompt takes by itself is not counted as waiting."""
    assert Watched().window(wait=0.0, own=own) > FIRST


def test_a_single_accident_in_a_window_is_nothing():
    """It goes by the middle of the waits."""
    watched = Watched()
    for number in range(SAMPLES):
        watched.limiter.first(watched.line, 100, 500.0 if number % 3 == 0 else 0.1, FIRST, number, number + 1.0)
    assert watched.limiter.limit > FIRST


def test_what_was_sent_before_says_nothing():
    """Of the queue that the old limit made, first tokens come for a while; they do not count."""
    watched = Watched()
    watched.window(wait=50.0)
    before = watched.limiter.limit
    for _ in range(3 * SAMPLES):
        assert not watched.limiter.first(watched.line, SECOND, 60.0, 16, watched.now - 5.0, watched.now + 60.0)
    assert watched.limiter.limit == before


def test_a_window_takes_a_second():
    """A burst of first tokens is one observation."""
    limiter = Limiter(LimitSpec())
    assert not any([limiter.first(line(), 10, 0.01, FIRST, 0.0, 0.5) for _ in range(500)])
    assert limiter.first(line(), 10, 0.01, FIRST, 0.0, 1.0)


def test_without_a_line_nothing_is_known():
    """And nothing changes."""
    limiter = Limiter(LimitSpec())
    assert not any([limiter.first(TtftModel(), 10, 99.0, FIRST, float(n), n + 99.0) for n in range(500)])
    assert limiter.limit == FIRST


def test_the_best_is_remembered_but_not_for_ever():
    """A line that grew worse under load is no excuse; but what is so for good is accepted in the end."""
    watched = Watched()
    watched.window(wait=0.0)
    watched.line = line(times=4.0)
    assert watched.window(wait=3.0) < 20  # its own line would say: no wait at all
    windows = math.ceil(math.log(4.0) / math.log(FORGETS))
    found = [watched.window(wait=3.0) for _ in range(windows + 20)]
    assert max(found[:10]) < 20
    assert found[-1] > 40


def test_other_bounds_hold_at_once():
    """After a reload."""
    limiter = Limiter(LimitSpec())
    limiter.under(LimitSpec(max=5))
    assert limiter.limit == 5
    limiter.under(LimitSpec(min=30))
    assert limiter.limit == 30


def test_bounds_that_cannot_be():
    """At least more than at most."""
    with pytest.raises(ValueError, match="at least 9 and at most 8"):
        LimitSpec(min=9, max=8)


@given(
    st.integers(1, 50),
    st.integers(0, 200),
    st.lists(
        st.tuples(st.floats(0, 1e4), st.integers(1, 10**6), st.integers(0, 500), st.floats(0, 90), st.floats(0, 9)),
        min_size=50,
        max_size=300,
    ),
)
def test_whatever_comes_it_stays_within_its_bounds(
    least: int, more: int, firsts: list[tuple[float, int, int, float, float]]
):
    """And never grows by more than its root."""
    limiter, now, model = Limiter(LimitSpec(least, least + more)), 0.0, line()
    for seconds, own, in_flight, ago, later in firsts:
        before = limiter.limit
        now += later
        limiter.first(model, own, seconds, in_flight, now - ago, now)
        assert least <= limiter.limit <= least + more
        assert limiter.limit <= before + math.sqrt(before + 1) + 1


def flat(seconds: float) -> TtftModel:
    """A server that takes as long whatever stands before a prompt."""
    model = TtftModel()
    for tokens in (10, 50, 100, 150, 20, 80, 120, 40, 60, 110, 90, 30):
        model.learn(tokens, seconds)
    return model


def test_where_prompts_do_not_wait_for_each_other_it_grows():
    """By a line through the origin each would wait for nearly all of its time."""
    limiter, model, now = Limiter(LimitSpec(max=64)), flat(0.5), 0.0
    assert model.flat == pytest.approx(0.5, rel=0.1)
    for _ in range(12 * SAMPLES):
        taken, now = now, now + 0.5
        limiter.first(model, 5, 0.5, limiter.limit, taken, now)
    assert limiter.limit == 64


def test_a_slot_that_is_waited_for_is_a_wait():
    """Beyond twenty at once prompts take longer in turn, and the line by tokens knows only that: what they took before
    is what they take alone. So it settles where they wait as long as they take, and not at one."""
    limiter, now, found = Limiter(LimitSpec(max=256)), 0.0, []
    for _ in range(60):
        over = max(0, limiter.limit - 20)
        model = flat(0.5) if not over else line()
        for _ in range(SAMPLES):
            taken, now = now, now + 1.0
            limiter.first(model, 5, 0.5 * (1 + over / 20), limiter.limit, taken, now)
        found.append(limiter.limit)
    assert 20 <= min(found[10:]) <= max(found) <= 60
