"""Pauses between tries."""

from __future__ import annotations

from wrp_router.workers.backoff import FIRST, LONGEST, WELL, Backoff


def test_it_doubles_up_to_a_bound():
    """While lives are short."""
    backoff = Backoff()
    pauses = [backoff.pause(0.0) for _ in range(20)]
    assert pauses[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert pauses[-1] == max(pauses) == LONGEST


def test_a_long_life_makes_good():
    """The next pause is the first again."""
    backoff = Backoff()
    for _ in range(10):
        backoff.pause(0.0)
    assert (backoff.pause(WELL), backoff.pause(0.0)) == (FIRST, 2 * FIRST)
