"""What answers come to, and which agree."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.cascading.agreement import Agree, agreeing, final
from wrp_policies.cascading.types import Answer, Call, Wanted

KINDS: list[Agree] = ["exact", "number", "choice", "similar"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def came(text: str, agree: Agree, **wanted: Any) -> Any:
    """What a text comes to."""
    found = final(Answer(text), Wanted(**wanted), agree)
    return None if found is None else found[1]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("The answer is 42.", 42),
        ("First 3, then 1,250.50 in all.", Fraction("1250.5")),
        ("That is $ -4", -4),
        ("3-4", 4),
        ("= \u2212" + "7 degrees", -7),
        ("3/4", Fraction(3, 4)),
        (r"so \frac{3}{4}", Fraction(3, 4)),
        (r"which is \boxed{12}, as 99 said", 12),
        (r"\boxed{\frac{1}{2}}", Fraction(1, 2)),
        ("1.25e3", 1250),
        ("#### 18", 18),
        ("x4 and y", None),
        ("3 / 0", None),
        ("none at all", None),
    ],
)
def test_the_last_number(text: str, number: Any) -> None:
    """Exactly, however it is written."""
    assert came(text, "number") == number


@given(st.integers(-(10**12), 10**12), st.text(alphabet="abc .,:;!?\n", max_size=40))
def test_any_number_is_found(number: int, before: str) -> None:
    """Plain or in groups, whatever words are before it."""
    assert came(f"{before} {number}", "number") == came(f"{before} {number:,} .", "number") == number


@given(st.text(max_size=200), st.sampled_from(KINDS))
def test_nothing_raises(text: str, agree: Agree) -> None:
    """And what comes to something agrees with itself."""
    one = final(Answer(text), Wanted(), agree)
    assert agreeing(one, one) == (one is not None)


@pytest.mark.parametrize(
    ("text", "letter"),
    [
        ("The answer is (B).", "B"),
        ("Answer: **C**", "C"),
        ("(a) is wrong, so (d)", "D"),
        ("b)", "B"),
        (" C. ", "C"),
        (r"\boxed{A}", "A"),
        ("C. Because it is so.", "C"),
        ("A. this\nB. that", None),
        ("A dog is I think big", None),
        ("The answer is Berlin", None),
    ],
)
def test_the_letter_of_a_choice(text: str, letter: str | None) -> None:
    """The last that is called the answer; a list of all of them is none."""
    assert came(text, "choice") == letter


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Paris.", "  paris", True),
        ("Paris", "Rome", False),
        ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}', True),
        ('{"a": 1}', '{"a": 2}', False),
        ("[broken", "[BROKEN", True),
        ("", "", False),
    ],
)
def test_the_whole_text(one: str, other: str, same: bool) -> None:
    """Without case, spacing, and what stands around it; JSON by what it says. Nothing agrees with nothing."""
    both = [final(Answer(text), Wanted(), "exact") for text in (one, other)]
    assert agreeing(*both) is same


@given(VALUES)
def test_json_that_was_asked_for(value: Any) -> None:
    """Is compared as JSON, whatever else is configured."""
    loose, tight = json.dumps(value, indent=3), json.dumps(value, separators=(",", ":"), sort_keys=True)
    for kind in KINDS:
        assert came(loose, kind, json=True) == came(tight, kind, schema={})


def test_what_is_no_json_is_a_text() -> None:
    """NaN is none."""
    assert came("NaN!", "number", json=True) == "nan"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("The capital of France is Paris", "Paris is the capital of France.", True),
        ("The capital of France is Paris", "Nobody knows anything about it", False),
        ("It costs 5 dollars a month", "It costs 6 dollars a month", False),
        ("You can return it within a week", "You can not return it within a week", False),
        ("You should do it", "You shouldn't do it", False),
    ],
)
def test_similar_texts(one: str, other: str, same: bool) -> None:
    """Most words, the same numbers, and both deny it or neither does."""
    both = [final(Answer(text), Wanted(), "similar") for text in (one, other)]
    assert agreeing(*both) is same


@pytest.mark.parametrize("agree", ["exact", "similar"])
def test_very_long_texts(agree: Agree) -> None:
    """Are the same, or do not agree: nothing of them is left out in silence. Of words there are too many."""
    long = "word " * 8_000
    one, other = (final(Answer(text), Wanted(), agree) for text in (long + "a", long + "b"))
    assert not agreeing(one, other)
    assert agreeing(one, one) is (agree == "exact")
    assert not agreeing(*(final(Answer(text), Wanted(json=True), agree) for text in ("[" + long, "[ " + long)))


def test_calls_are_compared_by_name_and_arguments() -> None:
    """In any order; a text is none, and broken arguments are compared as they stand."""

    def said(*calls: Call) -> Any:
        return final(Answer("", calls), Wanted(), "number")

    one, two = Call("weather", '{"city": "Ulm", "days": 2}'), Call("time", "")
    assert agreeing(said(one, two), said(two, Call("weather", '{"days":2,"city":"Ulm"}')))
    assert not agreeing(said(one), said(Call("weather", '{"city": "Bonn"}')))
    assert not agreeing(said(one), said(Call("climate", one.arguments)))
    assert not agreeing(said(one), final(Answer("42"), Wanted(), "number"))
    assert agreeing(said(Call("f", "{oops")), said(Call("f", "{OOPS ")))


def test_what_was_cut_off_comes_to_nothing() -> None:
    """Its last number is not its result."""
    assert final(Answer("42 and th", finish_reason="length"), Wanted(), "number") is None
    assert not agreeing(None, ("number", 1))
