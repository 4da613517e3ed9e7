"""Quality against cost at every exchange rate between the two: sweeps, hulls, AIQ (RouterBench, arXiv 2403.12031)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from .outcomes import Floats, Index

POINTS = 80
"""Exchange rates of one sweep, about."""

CANDIDATES = 400
SAMPLE = 400
"""Rates and prompts by which those are chosen."""


def choices(estimates: Floats, prices: Floats, rate: float) -> Index:
    """The column of the best `estimate - rate * price` in every row, intp[n]; of equals the one that is cheapest on
    average. `rate`: score for a US$; infinite: the cheapest."""
    order = np.argsort(prices.mean(axis=0), kind="stable")
    worth = -prices if math.isinf(rate) else estimates - rate * prices
    picked: Index = order[np.argmax(worth[:, order], axis=1)]
    return picked


def rates(estimates: Floats, prices: Floats) -> Floats:
    """Exchange rates, ascending, at which a router's spending is spread evenly, both in US$ and in its logarithm. They
    are chosen by what it estimates and what models cost in training, never by what answers turned out to be."""
    rows = np.linspace(0, len(estimates) - 1, min(SAMPLE, len(estimates))).astype(np.intp)
    some, cost = estimates[rows], prices[rows]
    worth = _ratios(some, cost)
    if not len(worth):
        return np.empty(0)
    tried = np.geomspace(worth.min() * 0.5, worth.max() * 2.0, CANDIDATES)
    spent = np.array([cost[np.arange(len(rows)), choices(some, cost, rate)].mean() for rate in tried])
    places = (_spread(spent) + _spread(np.log(np.maximum(spent, 1e-12)))) / 2
    steps = np.searchsorted(places, np.linspace(0.0, 1.0, POINTS))
    found: Floats = tried[np.unique(np.minimum(steps, CANDIDATES - 1))]
    return found


def _ratios(estimates: Floats, prices: Floats) -> Floats:
    """Rates at which a dearer and a better model is just worth as much as another, of all pairs."""
    found = [np.empty(0)]
    for column in range(estimates.shape[1]):
        dearer = prices - prices[:, column : column + 1]
        with np.errstate(invalid="ignore"):  # two that are both out of the question
            better = estimates - estimates[:, column : column + 1]
        real = (dearer > 0.0) & (better > 0.0) & np.isfinite(better)
        found.append(better[real] / dearer[real])
    return np.concatenate(found)


def _spread(values: Floats) -> Floats:
    """Descending values as places from 0 to 1."""
    falling = np.minimum.accumulate(values)
    span = falling[0] - falling[-1]
    return (falling[0] - falling) / span if span > 0.0 else np.zeros(len(values))


class Hull(NamedTuple):
    """Corners of the least concave curve above all points that never falls; costs ascend."""

    costs: list[float]
    scores: list[float]

    def area(self, low: float, high: float) -> float:
        """AIQ: the mean height between two costs; level beyond the last corner, and before the first."""
        if not high > low:
            return math.nan
        at = [low, *(cost for cost in self.costs if low < cost < high), high]
        heights = np.interp(at, self.costs, self.scores)
        return float(((heights[1:] + heights[:-1]) * np.diff(at)).sum() / 2 / (high - low))

    def reaches(self, score: float) -> float:
        """The least cost at which the curve is so high; infinite where it never is."""
        if self.scores[-1] < score - 1e-12:
            return math.inf
        return float(np.interp(score, self.scores, self.costs))


def hull(costs: Floats, scores: Floats) -> Hull:
    """The non-decreasing convex hull of points, float64[k] each: what is reached by tossing coins between them."""
    xs: list[float] = []
    ys: list[float] = []
    order = np.lexsort((-scores, costs))
    for x, y in zip(costs[order].tolist(), scores[order].tolist(), strict=True):
        if ys and y <= ys[-1]:
            continue
        while len(xs) > 1 and (ys[-1] - ys[-2]) * (x - xs[-2]) <= (y - ys[-2]) * (xs[-1] - xs[-2]):
            xs.pop()
            ys.pop()
        xs.append(x)
        ys.append(y)
    return Hull(xs, ys)


def hulls(costs: Floats, scores: Floats) -> Iterator[Hull]:
    """One for each row, float64[resamples, k]."""
    return (hull(cost, score) for cost, score in zip(costs, scores, strict=True))


def areas(costs: Floats, scores: Floats, low: Floats, high: Floats) -> Floats:
    """AIQ under all resamples, float64[resamples]; nan where all models cost the same."""
    ends = zip(hulls(costs, scores), low.tolist(), high.tolist(), strict=True)
    return np.array([one.area(first, last) for one, first, last in ends])


def costs_at(costs: Floats, scores: Floats, wanted: Floats) -> Floats:
    """The least cost of a score under all resamples, float64[resamples]; infinite where it is never reached."""
    return np.array([one.reaches(score) for one, score in zip(hulls(costs, scores), wanted.tolist(), strict=True)])
