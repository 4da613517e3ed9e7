"""Bootstrap by weights."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wrp_policies.training.resampling import Resamples, interval


def test_the_sample_itself_comes_first():
    """And each resample has as many groups as there are; rows of one group weigh the same."""
    made = Resamples(["x", "y", "x", "z"], 30, np.random.default_rng(1))
    weights = np.concatenate(list(made.chunks()))
    assert weights.shape == (31, 4)
    assert len(made) == 31
    assert (weights[0] == 1.0).all()
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[1:, [0, 1, 3]].sum(axis=1) == 3.0).all()


def test_an_interval_covers():
    """The means of normal draws: the standard error that the formula has, within a tenth."""
    values = np.random.default_rng(2).normal(5.0, 1.0, (400, 1))
    draws = Resamples([str(row) for row in range(400)], 2000, np.random.default_rng(3)).means(values)[:, 0]
    assert draws[0] == pytest.approx(values.mean())
    low, high = interval(draws) or (0.0, 0.0)
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20.0, rel=0.1)
    assert low < draws[0] < high


def test_chunks_change_nothing():
    """However few rows are held at a time."""
    values = np.arange(12.0).reshape(6, 2)
    groups = list("abcdef")
    whole = Resamples(groups, 20, np.random.default_rng(4)).means(values)
    few = Resamples(groups, 20, np.random.default_rng(4), cells=13)
    assert [len(weights) for weights in few.chunks()] == [2] * 10 + [1]
    np.testing.assert_allclose(few.means(values), whole)


def test_intervals_of_what_is_not_always_defined():
    """Undefined resamples do not count; none at all gives none; a bound may be infinite."""
    assert interval(np.array([0.5, np.nan, 0.1, 0.9])) == (0.1, 0.9)
    assert interval(np.array([0.5, np.nan])) is None
    assert interval(np.array([1.0, 0.5, math.inf])) == (0.5, math.inf)
