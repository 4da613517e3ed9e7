"""What people write as labels."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.training.labels import LANGUAGES, NO, YES, class_of, language_of, number_of, plain, yes_or_no


@pytest.mark.parametrize(
    "label", [True, 1, 1.0, "1", "true", "Jailbreak", "UNSAFE", "prompt_injection", "has-pii", "yes"]
)
def test_yes(label: Any):
    """In many words."""
    assert yes_or_no(label)


@pytest.mark.parametrize(
    "label",
    [False, 0, 0.0, "0", "FALSE", "benign", "safe", "not_jailbreak", "no PII", "non-toxic", "fact_check_not_needed"],
)
def test_no(label: Any):
    """In as many, and by denial."""
    assert not yes_or_no(label)


def test_a_denied_no_is_yes():
    """Not safe is unsafe."""
    assert yes_or_no("not safe")
    assert not YES & NO


@pytest.mark.parametrize("label", ["perhaps", "0.7", 0.7, "", "2", "no idea", "medium"])
def test_neither(label: Any):
    """Is refused, with what would help."""
    with pytest.raises(ValueError, match=r"neither yes nor no \(--positive"):
        yes_or_no(label)


def test_the_positive_label():
    """Given one, all others mean no, whatever they say."""
    assert yes_or_no("Money_Back", "money back")
    assert not yes_or_no("yes", "money back")


@pytest.mark.parametrize(
    ("label", "number"), [(3, 3.0), ("0.25", 0.25), (True, 1.0), ("hard", 1.0), ("easy", 0.0), ("Medium", 0.5)]
)
def test_numbers(label: Any, number: float):
    """Also as words."""
    assert number_of(label) == number


@pytest.mark.parametrize("label", ["nan", float("inf"), "some", 10**400, -(10**400), "1e999"])
def test_no_numbers(label: Any):
    """What is not finite, or no number at all."""
    with pytest.raises(ValueError, match="label"):
        number_of(label)


@pytest.mark.parametrize("label", ["Computer_Science", "computer science", "COMPUTER-SCIENCE ", " computer  science"])
def test_classes(label: str):
    """However a class is spelt."""
    assert class_of("domain")(label) == "computer science"


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("DE", "de"),
        ("deu", "de"),
        ("German", "de"),
        ("zh-Hant", "zh"),
        ("zh_CN", "zh"),
        ("pt-BR", "pt"),
        ("Norwegian", "nb"),
        ("iw", "he"),
        ("jp", "ja"),
        ("tlh", "tlh"),
    ],
)
def test_languages(label: str, code: str):
    """By code of two or three letters, with a region or a script, or by name; unknown ones stay."""
    assert language_of(label) == class_of("language")(label) == code


def test_languages_are_many():
    """Each has its own code, under which it is found."""
    codes = {*LANGUAGES.values()}
    assert len(codes) > 100
    assert all(LANGUAGES[code] == code for code in codes)


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ("SAT", "satisfied"),
        ("wrong_answer", "wrong"),
        ("re-ask", "reask"),
        ("want different", "alternative"),
        ("x", "x"),
    ],
)
def test_feedback(label: str, word: str):
    """In the signal's own words."""
    assert class_of("feedback")(label) == word


@given(st.text() | st.integers() | st.floats() | st.booleans())
def test_plain_is_plain(label: Any):
    """Made plain twice is made plain once."""
    assert plain(plain(label)) == plain(label)
