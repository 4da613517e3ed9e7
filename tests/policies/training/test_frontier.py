"""Quality against cost at every exchange rate."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.training.frontier import areas, choices, costs_at, hull, rates

points = st.lists(st.tuples(st.floats(0, 10, allow_subnormal=False), st.floats(0, 1)), min_size=1, max_size=12)


def test_choices():
    """By quality alone the best, of equals the cheapest; with a rate, what is left after the price; at any price the
    cheapest."""
    estimates = np.array([[0.9, 0.5, 0.9], [0.2, 0.5, -np.inf]])
    prices = np.array([[3.0, 1.0, 2.0]] * 2)
    assert choices(estimates, prices, 0.0).tolist() == [2, 1]
    assert choices(estimates, prices, 0.3).tolist() == [2, 1]
    assert choices(estimates, prices, 0.5).tolist() == [1, 1]
    assert choices(estimates, prices, math.inf).tolist() == [1, 1]


def test_rates_spread_the_spending():
    """From the first rate to the last, costs fall from those of quality alone to the cheapest, without a large gap."""
    rng = np.random.default_rng(1)
    estimates = rng.random((300, 4)) + np.linspace(0, 0.3, 4)
    prices = np.broadcast_to([1e-4, 1e-3, 2e-3, 1e-2], (300, 4))
    found = rates(estimates, prices)
    spent = [prices[0][choices(estimates, prices, rate)].mean() for rate in found]
    assert (np.diff(found) > 0.0).all()
    assert spent == sorted(spent, reverse=True)
    assert spent[0] > 0.95 * prices[0][choices(estimates, prices, 0.0)].mean()
    assert spent[-1] == pytest.approx(1e-4)
    assert -np.diff(spent).max() < 0.1 * spent[0]


def test_no_rate_where_nobody_is_worth_more():
    """One model alone, or none that is both dearer and better."""
    assert len(rates(np.array([[0.0, -np.inf]] * 3), np.array([[1.0, 2.0]] * 3))) == 0
    assert len(rates(np.array([[0.5, 0.4]]), np.array([[1.0, 2.0]]))) == 0
    same = rates(np.array([[0.5, 0.6]] * 2), np.array([[1.0, 2.0]] * 2))
    assert choices(np.array([[0.5, 0.6]]), np.array([[1.0, 2.0]]), float(same[-1])).tolist() == [0]


def test_a_hull_by_hand():
    """Points below the line between others are no corners, nor those that cost more and are no better."""
    costs, scores = np.array([1.0, 2.0, 3.0, 5.0, 4.0, 1.0]), np.array([0.2, 0.3, 0.8, 0.7, 0.9, 0.1])
    found = hull(costs, scores)
    assert (found.costs, found.scores) == ([1.0, 3.0, 4.0], [0.2, 0.8, 0.9])
    assert found.area(1.0, 5.0) == pytest.approx((2 * 0.5 + 0.85 + 0.9) / 4)
    assert found.area(0.0, 1.0) == pytest.approx(0.2)
    assert (found.reaches(0.5), found.reaches(0.1), found.reaches(0.95)) == (2.0, 1.0, math.inf)
    assert math.isnan(found.area(2.0, 2.0))


@given(points, st.floats(0, 10), st.floats(0.1, 5))
def test_what_a_hull_is(rows: list[tuple[float, float]], low: float, width: float):
    """Never below a point, rising, concave, made of points; more points never make its area smaller."""
    costs, scores = (np.array(column) for column in zip(*rows, strict=True))
    found = hull(costs, scores)
    heights = np.interp(costs, found.costs, found.scores)
    assert (heights >= scores - 1e-9).all()
    assert {*zip(found.costs, found.scores, strict=True)} <= {*rows}
    assert (np.diff(found.scores) > 0.0).all()
    slopes = np.diff(found.scores) / np.diff(found.costs)
    assert (np.diff(slopes) <= 1e-6 * np.abs(slopes[:-1])).all()
    high = low + width
    within = hull(costs[:1], scores[:1]).area(low, high)
    if costs[0] <= min(costs):
        assert found.area(low, high) >= within - 1e-9


@given(points, st.floats(0, 1))
def test_the_cost_of_a_score(rows: list[tuple[float, float]], wanted: float):
    """Is where the hull is so high, and nothing less is."""
    costs, scores = (np.array(column) for column in zip(*rows, strict=True))
    found = hull(costs, scores)
    cost = found.reaches(wanted)
    if math.isinf(cost):
        assert scores.max() < wanted
    else:
        assert np.interp(cost, found.costs, found.scores) >= wanted - 1e-6
        assert cost <= min([c for c, s in rows if s >= wanted], default=math.inf) + 1e-9


def test_of_all_resamples():
    """Each row has its own hull."""
    costs, scores = np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([[0.0, 1.0], [0.5, 0.4]])
    assert areas(costs, scores, np.ones(2), np.full(2, 2.0)) == pytest.approx([0.5, 0.5])
    assert costs_at(costs, scores, np.array([0.5, 0.6])).tolist() == [1.5, math.inf]
