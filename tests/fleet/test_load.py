"""Moving averages and slow start."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.makers import done
from wrp_router.fleet.load import slow_start, smoothed, tpot_of


def test_first_sample_is_the_mean() -> None:
    """Not a fifth of it."""
    assert smoothed(0.0, 2.0) == 2.0
    assert smoothed(2.0, 3.0) == pytest.approx(2.2)


def test_a_mean_that_nobody_renewed_counts_less() -> None:
    """After the time in which it loses half, the sample is the other half; after an hour it is all but all."""
    assert smoothed(10.0, 0.1, 1.0) == smoothed(10.0, 0.1)
    assert smoothed(10.0, 0.1, 30.0) == pytest.approx(5.05)
    assert smoothed(10.0, 0.1, 3600.0) == smoothed(10.0, 0.1, math.inf) == pytest.approx(0.1)


@pytest.mark.parametrize("sample", [0.0, -1.0, math.nan, math.inf, 3601.0])
def test_absurd_samples_are_left_out(sample: float) -> None:
    """One broken measurement must not poison the average for good."""
    assert smoothed(0.7, sample) == 0.7
    assert smoothed(0.0, sample) == 0.0


@given(st.floats(1e-6, 3600), st.lists(st.floats(1e-6, 3600), max_size=50))
def test_mean_stays_among_the_samples(first: float, others: list[float]) -> None:
    """It never leaves the range of what was measured."""
    mean = smoothed(0.0, first)
    for sample in others:
        mean = smoothed(mean, sample)
    samples = [first, *others]
    assert min(samples) * (1 - 1e-9) <= mean <= max(samples) * (1 + 1e-9)


def test_tpot_is_over_the_tokens_after_the_first() -> None:
    """1.0 s for ten more tokens."""
    assert tpot_of(done()) == pytest.approx(0.1)


@pytest.mark.parametrize("tokens", [0, 1, -5, 10**400])
def test_tpot_of_too_few_or_absurdly_many_tokens_is_unknown(tokens: int) -> None:
    """An engine may report anything; a number that no float holds is not divided by."""
    assert tpot_of(done(tokens_out=tokens)) == 0.0


@pytest.mark.parametrize(("seconds", "share"), [(0.0, 0.1), (3.0, 0.1), (15.0, 0.5), (30.0, 1.0), (1e9, 1.0)])
def test_slow_start_takes_thirty_seconds(seconds: float, share: float) -> None:
    """From a tenth to all, in a straight line."""
    assert slow_start(seconds) == pytest.approx(share)
