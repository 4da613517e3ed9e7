"""Thresholds with a promise."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.training.thresholds import (
    DOUBT,
    TooFew,
    above,
    at_most,
    below,
    fewest,
    for_fpr,
    for_precision,
    most_allowed,
    upper,
)


@pytest.mark.parametrize(
    ("k", "n", "bound"), [(0, 100, 0.029513), (1, 100, 0.046560), (5, 100, 0.102254), (50, 1000, 0.062863)]
)
def test_clopper_pearson(k: int, n: int, bound: float):
    """One-sided, at 95 %: the values of the beta distribution's quantiles."""
    assert upper(k, n) == pytest.approx(bound, abs=2e-5)
    beta = pytest.importorskip("scipy.stats").beta
    assert upper(k, n) == pytest.approx(beta.ppf(1 - DOUBT, k + 1, n - k))


def test_bounds_at_the_ends():
    """Everything seen, or nothing, says nothing against 1."""
    assert upper(0, 0) == upper(7, 7) == 1.0


@given(st.integers(-1, 60), st.integers(1, 60), st.floats(0, 1))
def test_the_binomial_distribution(k: int, n: int, rate: float):
    """As the sum of its terms."""
    terms = [math.comb(n, i) * rate**i * (1 - rate) ** (n - i) for i in range(min(k, n) + 1)]
    assert at_most(k, n, rate) == pytest.approx(sum(terms), abs=1e-9)


@pytest.mark.parametrize(("n", "allowed"), [(298, -1), (299, 0), (473, 1), (10_000, 83)])
def test_how_many_may_pass(n: int, allowed: int):
    """Of n, where 1 % shall be shown: none of 299, and one of 473."""
    assert most_allowed(n, 0.01) == allowed
    assert upper(allowed, n) <= 0.01 < upper(allowed + 1, n) or allowed < 0


def test_how_many_are_needed():
    """299 for 1 %, at 95 %."""
    assert fewest(0.01) == 299
    with pytest.raises(ValueError, match="no rate that data could show"):
        fewest(1.0)


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose positives lie higher, and labels, half and half."""
    chance = np.random.default_rng(seed)
    labels = np.arange(n) % 2 == 0
    return 1 / (1 + np.exp(-chance.normal(np.where(labels, 1.5, -1.5), 1.0))), labels


def test_the_false_positive_rate_is_kept():
    """Of fresh data from where the old came from, in at least 19 of 20 draws ."""
    fresh, truth = drawn(100_000, 10_000)
    kept = 0
    for seed in range(60):
        picked = for_fpr(*drawn(2_000, seed), target=0.02)
        assert picked.bound <= 0.02
        kept += float((fresh[~truth] >= picked.threshold).mean()) <= 0.02
    assert kept >= 57


def test_the_precision_is_kept():
    """And never bought by finding nothing."""
    fresh, truth = drawn(100_000, 10_000)
    kept = 0
    for seed in range(30):
        picked = for_precision(*drawn(2_000, seed), target=0.97)
        assert picked.bound >= 0.97
        assert picked.recall > 0.5
        kept += float(truth[fresh >= picked.threshold].mean()) >= 0.97
    assert kept >= 28


def test_what_is_picked_is_what_it_says():
    """Rates are those of the lines at hand."""
    scores, labels = drawn(2_000, 1)
    picked = for_fpr(scores, labels, 0.02)
    said = scores >= picked.threshold
    assert picked.fpr == pytest.approx(said[~labels].mean(), abs=1e-6)
    assert picked.recall == pytest.approx(said[labels].mean(), abs=1e-6)
    assert picked.precision == pytest.approx(labels[said].mean(), abs=1e-6)
    assert (picked.positives, picked.negatives) == (1_000, 1_000)


def test_too_few_negatives():
    """Are told with how many would do."""
    with pytest.raises(TooFew, match=r"50 negatives cannot show a false positive rate of 0\.01: at least 299"):
        for_fpr(*drawn(100, 0), target=0.01)


def test_negatives_at_the_top():
    """Where they score as high as scores get, no threshold helps."""
    scores, labels = np.ones(1_000), np.zeros(1_000, bool)
    with pytest.raises(TooFew, match="of 1000 negatives have the highest score there is, 1"):
        for_fpr(scores, labels, 0.01)


def test_only_negatives():
    """Have a threshold all the same, and no recall."""
    picked = for_fpr(np.linspace(0, 0.5, 400), np.zeros(400, bool), 0.01)
    assert picked.threshold > 0.5
    assert (picked.recall, picked.precision, picked.fpr) == (0.0, 1.0, 0.0)


def test_a_lax_target():
    """Takes the lowest threshold that there is."""
    picked = for_precision(np.linspace(0, 1, 200), np.ones(200, bool), 0.5)
    assert (picked.threshold, picked.recall, picked.fpr) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize("n", [0, 40])
def test_too_few_finds(n: int):
    """Precision needs finds, however right they are."""
    with pytest.raises(TooFew, match=rf"{n} lines cannot show a precision of 0.99: .* 597 finds are needed"):
        for_precision(np.linspace(0, 1, n), np.ones(n, bool), 0.99)


@given(st.floats(0, 1))
def test_six_decimals(score: float):
    """Round away from a score that shall not pass, and towards one that shall."""
    assert above(score) > score >= below(score)
    assert above(score) - below(score) < 3e-6
