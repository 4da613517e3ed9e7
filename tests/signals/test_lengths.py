"""Quantiles of a fading past are near the true ones, whatever is added."""

import random
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.lengths import BINS, PER_OCTAVE, Lengths

MARKS = (0.5, 0.75)


def added(lengths, values):
    for value in values:
        lengths.add(value)
    return [2.0**middle for middle in lengths.middles]


def test_quantiles_are_within_a_bin_of_the_true_ones():
    """Of 2,000 lengths as answers have them; the last few hundred count."""
    draw = random.Random(1)
    values = [max(1, int(draw.lognormvariate(5, 1))) for _ in range(2_000)]
    true = quantiles(values[-800:], n=4)[1:]
    assert added(Lengths(MARKS), values) == pytest.approx(true, rel=0.15)


@pytest.mark.parametrize("value", [1, 2, 13, 1_000, 900_000])
def test_one_length_again_and_again_is_its_own_quantile(value):
    """To within the half of a bin."""
    assert added(Lengths(MARKS), [value] * 50) == pytest.approx([value] * 2, rel=0.2)


def test_the_past_fades():
    """After a thousand short answers, long ones of before are forgotten."""
    lengths = Lengths(MARKS)
    assert added(lengths, [4_000] * 1_000)[0] > 3_000
    assert added(lengths, [20] * 3_000)[0] < 25


def test_weights_never_overflow():
    """They start over long before."""
    lengths = Lengths(MARKS)
    added(lengths, [100] * 30_000)
    assert 2 ** lengths.middles[0] == pytest.approx(100, rel=0.2)


def test_what_is_longer_than_any_answer_is_in_the_last_bin():
    """Numbers of any size can be reported."""
    assert added(Lengths(MARKS), [10**300])[0] <= 2 ** (BINS / PER_OCTAVE)


@given(st.lists(st.integers(1, 10**9), max_size=80), st.integers(1, 10**6))
def test_what_was_kept_is_the_same_again(values, another):
    """The same quantiles now, and after the next length."""
    lengths = Lengths(MARKS)
    added(lengths, values)
    again = Lengths.again(MARKS, *lengths.kept())
    assert again.middles == lengths.middles
    assert added(again, [another]) == pytest.approx(added(lengths, [another]), rel=1e-9)
