"""How fast a line moves."""

from __future__ import annotations

import math

import pytest

from wrp_router.fleet.standing import LATELY, WINDOW, Standing


def moving(since: float, every: float, count: int) -> Standing:
    made = Standing(since)
    for number in range(1, count + 1):
        made.moved(since + number * every)
    return made


def test_nothing_moves() -> None:
    """Nobody's turn will come."""
    made = Standing(10.0)
    assert (made.rate(12.0), made.wait(0, 12.0)) == (0.0, math.inf)


@pytest.mark.parametrize("every", [0.005, 0.05, 0.5])
def test_a_steady_pace(every: float) -> None:
    """Fast or slow, it is found; so many turns later it is a newcomer's."""
    made = moving(100.0, every, 200)
    now = 100.0 + 200 * every
    assert made.rate(now) == pytest.approx(1 / every, rel=0.3)
    assert made.wait(9, now) == pytest.approx(10 * every, rel=0.3)


def test_what_was_long_ago_is_forgotten() -> None:
    """A line that moved and stands now."""
    made = moving(0.0, 0.01, WINDOW)
    assert made.rate(1.0) > 0
    assert made.rate(1.0 + LATELY) == 0.0


def test_who_may_wait_long_looks_back_as_long() -> None:
    """A turn every five seconds is a pace, for somebody who would wait a minute; a shorter look forgets nothing."""
    made = moving(0.0, 5.0, 20)
    assert made.rate(104.0) == 0.0
    assert made.wait(3, 104.0) == math.inf
    assert made.rate(104.0, 60.0) == pytest.approx(0.2)
    assert made.wait(3, 104.0, 60.0) == pytest.approx(20.0)


def test_since_it_began() -> None:
    """A line that has just begun is judged by what it did, not by the seconds before it."""
    made = moving(5.0, 0.1, 3)
    assert made.rate(5.3) == pytest.approx(10.0)
