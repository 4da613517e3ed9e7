"""Numbers and units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.amounts import amounts, numbers
from wrp_cache.marks import Pair, read


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,000 or 01000", [("1000", ""), ("1000", "")]),
        ("twenty-five miles, two hundred", [("25", "mi"), ("200", "")]),
        ("a hundred and 5 million dollars", [("100", ""), ("5000000", "usd")]),
        ("$1.5 million", [("1500000", "usd")]),
        ("5.0 kg or 3.10", [("5", "kg"), ("3.10", "")]),
        ("one of them for one hour", [("1", "h")]),
        ("the second time, once a second, per second", [("2", ""), ("1", "")]),
        ("10:00 or 10:30", [("10", ""), ("10:30", "")]),
        ("twelve dozen, third, 5th", [("12", "dozen"), ("3", ""), ("5", "")]),
        ("1:2 thousand", [("1:2x1000", "")]),
        ("9" * 20 + " million", [("9" * 20 + "x1000000", "")]),
        ("٣ apples", [("3", "")]),
        ("2024-01-05", [("2024", ""), ("1", ""), ("5", "")]),
        ("nothing at all", []),
    ],
)
def test_numbers(text: str, found: list[tuple[str, str]]) -> None:
    """Spellings of one number are one number; versions keep their zeros."""
    assert numbers(read(text)) == found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 miles in 3 hours", "in 3 hours 5 miles"),
        ("an hour", "1 hour"),
        ("one apple", "1 apple"),
        ("a laptop under 500", "a laptop under $500"),
        ("3 stars in 2020", "in 2020 3 stars"),
        ("in km", "in kilometers"),
        ("per day", "any day"),
    ],
)
def test_the_same_amounts(one: str, other: str) -> None:
    """Order between units is free, `an hour` is one hour, and a currency may go without saying."""
    assert amounts(Pair(read(one), read(other))) is None


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("3 and 10", "10 and 3", "number: 3 10 != 10 3"),
        ("5 kg", "5 lb", "number: 5kg != 5lb"),
        ("$500", "€500", "number: 500usd != 500eur"),
        ("version 1 of it", "a version of it", "number: 1 != none"),
        ("one apple and 1 pear", "2 pears and one apple", "number: 1 != 2"),
        ("how far in km", "how far in miles", "unit: km != mi"),
        ("how far in km", "how far", "unit: km != none"),
    ],
)
def test_other_amounts(one: str, other: str, evidence: str) -> None:
    """The evidence shows both sides."""
    assert amounts(Pair(read(one), read(other))) == evidence


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_whole_numbers(one: int, other: int) -> None:
    """Two whole numbers agree if and only if they are equal, with or without grouping."""
    vetoed = amounts(Pair(read(f"give me {one:,} of it"), read(f"give me {other} of it")))
    assert (vetoed is None) == (one == other)


def test_units_after_in() -> None:
    """A unit that no number stands before asks for another answer where `in` does; spans of time do not."""
    feet, metres = read("its height in feet"), read("its height in metres")
    assert amounts(Pair(feet, metres)) == "unit: ft != m"
    assert amounts(Pair(feet, feet)) is None
    assert amounts(Pair(read("done in years"), read("done in months"))) is None
