"""Wrong keys, and how many there may be."""

from __future__ import annotations

import pytest

from wrp_router.live.guessing import SOURCES, Guesses, TooManyKeys


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 90.0

    def __call__(self) -> float:
        return self.now


def test_so_many_in_a_minute():
    """Then it is too many, and when the next minute begins is said; others are not concerned."""
    clock = Clock()
    guesses = Guesses(3, clock)
    for _ in range(3):
        guesses.wrong("a")
    with pytest.raises(TooManyKeys) as caught:
        guesses.wrong("a")
    assert (caught.value.status, caught.value.retry_after) == (429, 30.0)
    guesses.wrong("b")
    clock.now = 120.0
    guesses.wrong("a")


def test_any_number():
    """Where nothing is bounded."""
    guesses = Guesses(0, Clock())
    for _ in range(1000):
        guesses.wrong("a")


def test_more_sources_than_are_told_apart():
    """They count as one, so that memory has a bound."""
    guesses = Guesses(1, Clock())
    for number in range(SOURCES):
        guesses.wrong(str(number))
    guesses.wrong("new")
    with pytest.raises(TooManyKeys):
        guesses.wrong("newer")
    with pytest.raises(TooManyKeys):
        guesses.wrong("0")
