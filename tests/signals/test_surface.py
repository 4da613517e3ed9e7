"""What a text looks like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.surface import COUNTED, FIRST, LAST, MARKS, NAMES, WORDS, surface

ASKED = "Which of these is not prime?\nA. 7\nB. 9\n(C) eleven"


def number(text: str, name: str) -> float:
    """One of the numbers, by its name."""
    return float(surface(text)[NAMES.index(name)])


@given(st.text(max_size=300))
def test_any_text_has_numbers(text: str) -> None:
    """Always the same many, all finite, the same again for the same text."""
    one = surface(text)
    assert one.shape == (len(NAMES),)
    assert one.dtype == np.float32
    assert np.isfinite(one).all()
    assert (one == surface(text)).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("characters", np.log1p(len(ASKED))),
        ("lines", np.log1p(4)),
        ("options", 3),
        ("options with digits", 2),
        ("numbers", 2 / 12),
        ("ends with ?", 0),
        ("which", 1),
        ("not", 1),
        ("python", 0),
        ("?", 1 / len(ASKED)),
    ],
)
def test_numbers(name: str, expected: float) -> None:
    """Say what they are called."""
    assert number(ASKED, name) == pytest.approx(expected, rel=1e-6)


def test_a_question_ends_with_its_mark() -> None:
    """Whatever space follows."""
    assert number("What is up? \n", "ends with ?") == 1


def test_a_long_text() -> None:
    """Is looked at where it begins and ends; its length is the whole one's."""
    text = "a" * FIRST + "python " * 10_000 + "b" * LAST
    assert number(text, "python") == 0
    assert number(text, "characters") == pytest.approx(np.log1p(len(text)))


def test_names_are_different() -> None:
    """Each number has its own."""
    assert len(set(NAMES)) == len(NAMES) == len(COUNTED) + len(MARKS) + len(WORDS)
