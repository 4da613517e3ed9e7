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
    for key in range(3):
        guesses.wrong("a", key)
    with pytest.raises(TooManyKeys) as caught:
        guesses.wrong("a", 3)
    assert (caught.value.status, caught.value.retry_after) == (429, 30.0)
    guesses.wrong("b", 3)
    clock.now = 120.0
    guesses.wrong("a", 3)


def test_the_same_again():
    """Is no guess: whoever has an old key is told so, also when others of its address guess."""
    guesses = Guesses(2, Clock())
    for _ in range(100):
        guesses.wrong("a", 1)
    guesses.wrong("a", 2)
    with pytest.raises(TooManyKeys):
        guesses.wrong("a", 3)
    guesses.wrong("a", 1)


def test_any_number():
    """Where nothing is bounded, and nothing is remembered."""
    guesses = Guesses(0, Clock())
    for key in range(1000):
        guesses.wrong("a", key)
    assert not guesses._sources


def test_more_sources_than_are_told_apart():
    """They count as one, so that memory has a bound."""
    guesses = Guesses(1, Clock())
    for number in range(SOURCES):
        guesses.wrong(str(number), number)
    guesses.wrong("new", -1)
    with pytest.raises(TooManyKeys):
        guesses.wrong("newer", -2)
    with pytest.raises(TooManyKeys):
        guesses.wrong("0", -2)
