"""Denials, prefixes and opposites."""

from __future__ import annotations

import pytest

from wrp_cache.contrast import opposites, polarity, turns
from wrp_cache.marks import Pair, read


def pair(one: str, other: str) -> Pair:
    """Both texts, read."""
    return Pair(read(one), read(other))


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("I do", "I don't", "negation: not in one only"),
        ("with nuts", "without nuts", "negation: without in one only"),
        ("with nuts", "w/o nuts", "negation: without in one only"),
        ("he smoked", "he hardly smoked", "negation: hardly in one only"),
        ("it is safe", "it is unsafe", "opposite: unsafe != safe"),
        ("a careless man", "a careful man", "opposite: careless != careful"),
        ("overweight", "underweight", "opposite: overweight != underweight"),
        ("logs but not backups", "backups but not logs", "negation: of backups != of logs"),
        ("go or not go", "go", "negation: not in one only"),
        ("nobody came", "somebody came", "negation: nobody in one only"),
        ("delete everything but the logs", "delete the logs", "negation: but in one only"),
        ("is it illegal to call", "is it legal to call without asking", "negation: without in one only"),
    ],
)
def test_turned_round(one: str, other: str, evidence: str) -> None:
    """One denial more, another word denied, or a prefix that turns."""
    assert polarity(pair(one, other)) == evidence


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("is it not healthy", "is it unhealthy"),
        ("is it true or not", "is it true"),
        ("tell me whether or not it rains", "tell me whether it rains"),
        ("is it so, and why or why not?", "is it so, and why?"),
        ("why can't I sleep", "why am I not able to sleep"),
        ("it never rains", "it does not rain"),
        ("the same", "the same"),
    ],
)
def test_two_turns_are_none(one: str, other: str) -> None:
    """A denial and a prefix cancel, and idle `or not`s do not count."""
    assert polarity(pair(one, other)) is None


@pytest.mark.parametrize(
    ("one", "other", "vetoed"),
    [
        ("enable it", "disable it", True),
        ("enabling it", "deactivated it", True),
        ("how do I log in", "how do I log out", True),
        ("log in and out of it", "log in", False),
        ("must I file taxes", "may I file taxes", True),
        ("can I file taxes", "may I file taxes", False),
        ("increase and decrease", "increase", False),
        ("increase", "raise", False),
        ("the left one", "the one", False),
        ("hot or cold", "cold or hot", False),
        ("is it not legal", "is it illegal", False),
        ("is it not legal before", "is it illegal after", True),
    ],
)
def test_opposites(one: str, other: str, vetoed: bool) -> None:
    """Each must have a member of the class that the other lacks."""
    assert (opposites(pair(one, other)) is not None) == vetoed


def test_turns() -> None:
    """Either way round; and not for words that only look alike."""
    assert turns("lock", "unlock")
    assert turns("unlock", "lock")
    assert not turns("unit", "it")
    assert not turns("red", "blue")
