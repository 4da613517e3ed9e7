"""The guarantee: exact tails, and thresholds that are wrong no more often than they say."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.cascading.conformal import (
    binomial_tail,
    calibrated,
    candidates,
    least,
    ranks,
    threshold,
    upper_bound,
)

ALPHA = DELTA = 0.05


@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.001, 0.999))
def test_tails_are_exact(n: int, k: int, p: float) -> None:
    """As the sum of the binomial's terms."""
    expected = sum(comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(min(k, n) + 1))
    assert binomial_tail(k, n, p) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("k", "n", "bound"), [(0, 59, 0.0495), (5, 100, 0.1023), (10, 10, 1.0)])
def test_upper_bounds(k: int, n: int, bound: float) -> None:
    """Clopper and Pearson's, from tables; its tail is delta."""
    assert upper_bound(k, n, 0.05) == pytest.approx(bound, abs=1e-3)


def test_the_fewest_that_say_anything() -> None:
    """59 without a failure give 5 % with 95 % confidence; one less does not."""
    assert least(ALPHA, DELTA) == 59
    assert ranks(80, ALPHA, DELTA) == []
    assert threshold(np.ones(80), np.zeros(80, bool), ALPHA, DELTA).at is None


@given(st.integers(1, 20_000))
def test_candidates_depend_on_the_number_alone(n: int) -> None:
    """A few ranks, ascending to all of them."""
    found = ranks(n, ALPHA, DELTA)
    assert len(found) <= candidates(n)
    assert found == sorted(set(found))
    assert not found or found[-1] == n


def draw(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and answers that are worse the more often the lower they score: 1 - score, to the fourth."""
    scores = rng.random(n)
    return scores, rng.random(n) < (1 - scores) ** 4


def risk(at: float) -> float:
    """In truth, of those above: the mean of (1 - s)^4 over [at, 1]."""
    return (1 - at) ** 4 / 5


@pytest.mark.parametrize("n", [200, 1000])
def test_it_is_wrong_no_more_often_than_it_says(n: int) -> None:
    """300 draws: at most 5 % of thresholds, and chance, accept more than 5 % worse answers; and they do accept."""
    rng = np.random.default_rng(n)
    found = [threshold(*draw(rng, n), ALPHA, DELTA).at for _ in range(300)]
    some = [at for at in found if at is not None]
    assert sum(risk(at) > ALPHA for at in some) <= 15 + 11
    assert len(some) > (100 if n == 200 else 290)


def test_a_worthless_verifier_is_found_out() -> None:
    """Scores that say nothing, and a tenth of answers worse: nothing is accepted, but for what delta allows."""
    rng = np.random.default_rng(1)
    found = [threshold(rng.random(1000), rng.random(1000) < 0.1, ALPHA, DELTA).at for _ in range(200)]
    assert sum(at is not None for at in found) <= 10 + 8


def test_where_all_are_good_all_are_accepted() -> None:
    """Without a bar."""
    found = threshold(np.linspace(0, 1, 1000), np.zeros(1000, bool), ALPHA, DELTA)
    assert (found.at, found.accepted, found.worse) == (0.0, 1000, 0)
    assert found.bound < 0.01


def test_ties_are_not_split() -> None:
    """All answers of one score are accepted, or none: of these half are worse."""
    scores = np.repeat([0.2, 0.9], 500)
    worse = np.repeat([True, False], 500)
    found = threshold(scores, worse, ALPHA, DELTA)
    assert found.at is not None
    assert 0.2 < found.at <= 0.9
    assert (found.accepted, found.worse) == (500, 0)
    assert threshold(np.full(1000, 0.5), np.arange(1000) % 2 == 0, ALPHA, DELTA).at is None


def test_categories() -> None:
    """Each by itself, where it has enough; the others as all together."""
    rng = np.random.default_rng(2)
    scores, worse = draw(rng, 3000)
    names = ["easy"] * 1400 + ["hard"] * 1400 + ["rare"] * 200
    worse[:1400], worse[1400:2800] = False, True
    found = calibrated(scores, worse, [*names[:-190], *["few"] * 40, *["rare"] * 150], ALPHA, DELTA)
    assert found["easy"].at == 0.0
    assert found["hard"].at is None
    assert (found["few"].shared, found["few"].at, found["few"].n) == (True, found[""].at, 40)
    assert not found["rare"].shared


@pytest.mark.parametrize(
    ("scores", "alpha", "what"), [([0.5], 0.0, "shares"), ([0.5, 0.5], 0.05, "lengths"), ([1.5], 0.05, "scores")]
)
def test_what_makes_no_sense(scores: list[float], alpha: float, what: str) -> None:
    """Is refused."""
    with pytest.raises(ValueError, match=what):
        calibrated(np.array(scores), np.array([True]), ["a"], alpha, DELTA)
