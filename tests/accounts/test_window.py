"""A sum over the last so many seconds."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.accounts.window import STEPS, Window

EVENTS = st.lists(st.tuples(st.floats(0, 3.0), st.integers(1, 5)), max_size=60)


@given(EVENTS, st.floats(0.5, 20.0))
def test_it_never_counts_less_than_there_is(events: list[tuple[float, int]], seconds: float):
    """Nor anything that is more than a step older than that."""
    window, now, added = Window(seconds), 0.0, []
    for later, amount in events:
        now += later
        window.add(amount, window.roll(now))
        added.append((now, amount))
        least = sum(amount for at, amount in added if at > now - seconds)
        most = sum(amount for at, amount in added if at >= now - seconds * (1 + 1 / STEPS) - 1e-9)
        assert least <= window.total <= most


@given(EVENTS, st.floats(0.5, 20.0))
def test_it_remembers_a_bounded_number_of_steps(events: list[tuple[float, int]], seconds: float):
    """However many events there are."""
    window, now = Window(seconds), 0.0
    for later, amount in events:
        now += later
        window.add(amount, window.roll(now))
        assert len(window._steps) <= STEPS + 1


@given(EVENTS.filter(bool), st.data())
def test_the_wait_is_long_enough_and_no_longer(events: list[tuple[float, int]], data: st.DataObject):
    """After it so much less counts; shortly before it, not yet."""
    window, now = Window(5.0), 0.0
    for later, amount in events:
        now += later
        window.add(amount, window.roll(now))
    total = window.total
    excess = data.draw(st.integers(1, total))
    wait = window.wait(excess, now)
    before = Window(5.0)
    before._steps, before.total = dict(window._steps), total
    before.roll(now + wait - 1e-6)
    assert before.total > total - excess
    window.roll(now + wait + 1e-9)
    assert window.total <= total - excess


def test_more_than_there_is_never_leaves():
    """So nobody is told to wait for it."""
    assert Window(1.0).wait(1, 0.0) == math.inf


def test_all_is_there_again_after_the_reset():
    """And at once where nothing was used."""
    window = Window(20.0)
    assert window.reset(3.0) == 0.0
    window.add(2, window.roll(3.5))
    assert window.reset(3.5) == 20.5
    window.roll(3.5 + 20.5)
    assert window.total == 0


def test_what_is_given_back_too_late_changes_nothing():
    """Its step does not count any more."""
    window = Window(20.0)
    step = window.roll(0.0)
    window.add(5, step)
    window.add(1, window.roll(30.0))
    window.take_back(5, step)
    assert window.total == 1
