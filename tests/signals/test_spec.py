"""What declarations share: bounded evidence, scores within [0, 1], clear errors."""

import math

import pytest

from wrp_signals.spec import LENGTH, blank, given, short, within_unit


def test_evidence_is_one_short_line():
    """White space shrinks, long texts end in an ellipsis."""
    assert short(" a\n b ") == "a b"
    assert short("x" * LENGTH) == "x" * LENGTH
    assert len(short("y" * 1000)) == LENGTH
    assert short("z" * 30, 10) == "zzzzzzzzz…"


@pytest.mark.parametrize(("value", "inside"), [(-1.0, 0.0), (0.4, 0.4), (2.0, 1.0), (math.nan, 0.0)])
def test_scores_stay_within_bounds(value, inside):
    """Even what is not a number becomes a score: none."""
    assert within_unit(value) == inside


def test_a_missing_vector_is_a_programming_error():
    """Signals that want a vector do not guess without one."""
    with pytest.raises(ValueError, match="wants the vector"):
        given(None)


def test_blank_texts_are_those_without_a_mark():
    """Nothing and white space."""
    assert [blank(text) for text in ("", " \n\u3000", "x")] == [True, True, False]
