"""How sure an average is."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.offpolicy.intervals import FEWEST, Method, counts, interval, normal, spread, student

NUMBERS = st.lists(st.floats(-100, 100), min_size=2, max_size=60)


@pytest.mark.parametrize(
    ("level", "freedom", "tabulated"),
    [(0.95, 3, 3.1824), (0.95, 5, 2.5706), (0.95, 10, 2.2281), (0.9, 4, 2.1318), (0.99, 30, 2.7500), (0.5, 7, 0.7111)],
)
def test_students_t(level: float, freedom: float, tabulated: float) -> None:
    """As printed in tables."""
    assert student(level, freedom) == pytest.approx(tabulated, abs=6e-4)


def test_many_degrees_of_freedom_are_normal() -> None:
    """1.96 standard errors hold 95 %."""
    assert student(0.95, 1e7) == pytest.approx(normal(0.95), rel=1e-6)
    assert normal(0.95) == pytest.approx(1.959964, abs=1e-6)


def test_a_plain_sample() -> None:
    """Its mean, and its standard deviation by the root of its size."""
    found = spread(np.array([0.0, 0.0, 1.0, 1.0]))
    assert found.mean == 0.5
    assert found.error == pytest.approx(math.sqrt(1 / 3 / 4))
    assert found.freedom == 3.0


def test_few_large_scores_make_few_degrees_of_freedom() -> None:
    """Of a thousand rows ten carry the mean: its variance is as sure as that of some twenty draws."""
    scores = np.zeros(1000)
    scores[:10] = 100.0
    assert FEWEST <= spread(scores).freedom < 25
    assert spread(np.tile([0.0, 1.0], 500)).freedom == 999


def test_equal_rows_of_a_group_count_once() -> None:
    """Ten rows each of ten groups are as sure as the ten."""
    ten = np.arange(10.0)
    alone, together = spread(ten), spread(np.repeat(ten, 10), np.repeat(np.arange(10), 10))
    assert together.error == pytest.approx(alone.error)
    assert together.freedom == pytest.approx(alone.freedom)


def test_groups_that_have_lost_their_rows() -> None:
    """Numbers that no row has are nobody."""
    scores, groups = np.array([1.0, 2.0, 4.0]), np.array([0, 5, 9])
    assert spread(scores, groups) == spread(scores, np.array([0, 1, 2]))
    low, high = interval(scores, 0.9, "percentile", groups=groups)
    assert 1.0 <= low <= high <= 4.0


def test_spare_variance_is_added() -> None:
    """Scores that do not differ are sure of nothing but that."""
    assert spread(np.ones(4), spare=1.0).error == 0.5


@pytest.mark.parametrize("method", get_args(Method))
@pytest.mark.parametrize("n", [0, 1])
def test_nothing_to_compare(n: int, method: Method) -> None:
    """One draw says nothing of how sure it is."""
    assert interval(np.ones(n), 0.95, method) == (-math.inf, math.inf)


@given(NUMBERS, st.sampled_from(get_args(Method)))
def test_ends_are_in_order(numbers: list[float], method: Method) -> None:
    """The lower end first, neither of them nan; all equal numbers have no width."""
    scores = np.array(numbers)
    low, high = interval(scores, 0.9, method)
    assert low <= high + 1e-9
    if len(set(numbers)) == 1:
        assert high - low == pytest.approx(0.0, abs=1e-9)


@given(NUMBERS, st.floats(-10, 10), st.floats(0.1, 10), st.booleans())
def test_units_do_not_matter(numbers: list[float], shift: float, scale: float, turned: bool) -> None:
    """In other units, or turned round, it is the same interval."""
    scores, scale = np.array(numbers), -scale if turned else scale
    ends = sorted(scale * end + shift for end in interval(scores, 0.95))
    assert interval(scale * scores + shift, 0.95) == pytest.approx(tuple(ends), abs=1e-5)


@given(NUMBERS)
def test_surer_is_wider(numbers: list[float]) -> None:
    """99 % hold what 90 % do."""
    scores = np.array(numbers)
    (low, high), (lower, higher) = interval(scores, 0.9), interval(scores, 0.99)
    assert lower <= low <= high <= higher


@pytest.mark.parametrize("method", get_args(Method))
def test_enough_equal_draws_agree_on_it(method: Method) -> None:
    """However it is made: within a tenth of the normal one's width."""
    scores = np.random.default_rng(1).normal(size=2000)
    width = 2 * normal(0.95) * scores.std() / math.sqrt(2000)
    ends = interval(scores, 0.95, method, rng=np.random.default_rng(2))
    assert ends == pytest.approx((scores.mean() - width / 2, scores.mean() + width / 2), abs=width / 10)


def test_draws_again() -> None:
    """As many as there were, each time."""
    found = counts(np.random.default_rng(0), 7, 5)
    assert found.shape == (5, 7)
    assert (found.sum(axis=1) == 7).all()
