"""How sure an average of scores is: a Student interval that few rows make wider, beside normal and bootstrap ones."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Literal

import msgspec
import numpy as np

from .logged import Floats, Index

Method = Literal["student", "normal", "percentile", "studentised"]
"""`student` is the default; the other ones are there to be compared, and the last two resample."""

FEWEST = 3.0
"""Degrees of freedom that an interval has at least: below, an approximation by Student's t says nothing."""

RESAMPLES = 500
CHUNK = 2_000_000
"""How many resampled counts are in memory at once."""


class Spread(msgspec.Struct, frozen=True, gc=False):
    """An average, its standard error, and how many degrees of freedom that one has."""

    mean: float
    error: float
    freedom: float


def spread(scores: Floats, groups: Index | None = None, spare: float = 0.0) -> Spread:
    """The average of `scores` float64[n], and how far it is off. Scores of one of `groups` count as one draw.

    `spare` is added to the variance of a score: what the scores themselves are too few to show. Degrees of freedom are
    2 n / (k - 1) for scores of kurtosis k, so many as their variance is sure to (Satterthwaite 1946): where a few large
    weights carry an estimate there are few, and the interval is wider for it. Infinite where nothing can be said.
    """
    n = len(scores)
    if n == 0:
        return Spread(math.nan, math.inf, FEWEST)
    mean = float(scores.mean())
    off = scores - mean
    if groups is not None:
        off = _sums(groups, off)
    draws = len(off)
    if draws < 2:
        return Spread(mean, math.inf, FEWEST)
    square = off * off
    second, fourth = float(square.mean()), float((square * square).mean())
    kurtosis = fourth / second**2 if second**2 > 0.0 else 1.0
    freedom = min(draws - 1.0, 2.0 * draws / max(kurtosis - 1.0, 1e-9))
    variance = second * draws**2 / (draws - 1) / n**2 + spare / n
    return Spread(mean, math.sqrt(variance), max(FEWEST, freedom))


def interval(
    scores: Floats,
    level: float,
    method: Method = "student",
    *,
    groups: Index | None = None,
    spare: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[float, float]:
    """Ends between which the mean of what `scores` were drawn from is, in `level` of all cases.

    Only the resampling methods draw from `rng` (a fixed one where there is none). Infinite ends where there are no two
    draws to compare.
    """
    found = spread(scores, groups, spare)
    if not math.isfinite(found.error):
        return -math.inf, math.inf
    if method in ("student", "normal"):
        half = found.error * (student(level, found.freedom) if method == "student" else normal(level))
        return found.mean - half, found.mean + half
    means, errors = _resampled(scores, groups, rng or np.random.default_rng(0))
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    if method == "percentile":
        low, high = np.quantile(means, tails)
    else:
        high, low = found.mean - found.error * np.quantile((means - found.mean) / np.maximum(errors, 1e-300), tails)
    return float(low), float(high)


def normal(level: float) -> float:
    """How many standard errors on either side hold `level` of a normal distribution."""
    return NormalDist().inv_cdf((1.0 + level) / 2.0)


def student(level: float, freedom: float) -> float:
    """The same of Student's t, for any `freedom` >= 3: Hill's expansion (1970, algorithm 396), to four digits."""
    a = 1.0 / (freedom - 0.5)
    b = 48.0 / (a * a)
    c = ((20700.0 * a / b - 98.0) * a - 16.0) * a + 96.36
    d = ((94.5 / (b + c) - 3.0) / b + 1.0) * math.sqrt(a * math.pi / 2.0) * freedom
    y = (d * (1.0 - level)) ** (2.0 / freedom)
    if y > 0.05 + a:
        x = normal(level)
        y = x * x
        if freedom < 5.0:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x
        y = math.expm1(a * y * y)
    else:
        tail = 1.0 / (((freedom + 6.0) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2.0) * 3.0)
        y = ((tail + 0.5 / (freedom + 4.0)) * y - 1.0) * (freedom + 1.0) / (freedom + 2.0) + 1.0 / y
    return math.sqrt(freedom * y)


def _sums(groups: Index, values: Floats) -> Floats:
    """By group; groups without rows are left out."""
    sums = np.bincount(groups, values).astype(np.float64)
    return sums[np.bincount(groups) > 0]


def counts(rng: np.random.Generator, draws: int, resamples: int) -> Floats:
    """float64[resamples, draws]: how often each of `draws` is drawn, when as many are drawn again."""
    picked = rng.integers(0, draws, (resamples, draws)) + np.arange(resamples)[:, None] * draws
    return np.bincount(picked.ravel(), minlength=resamples * draws).reshape(resamples, draws).astype(np.float64)


def _resampled(scores: Floats, groups: Index | None, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Means of RESAMPLES resamples of whole groups, and their standard errors."""
    sums, sizes = scores, np.ones(len(scores))
    if groups is not None:
        sums, sizes = _sums(groups, scores), _sums(groups, sizes)
    draws, at_once = len(sums), max(1, CHUNK // len(sums))
    means, errors = [], []
    for start in range(0, RESAMPLES, at_once):
        drawn = counts(rng, draws, min(at_once, RESAMPLES - start))
        rows = drawn @ sizes
        mean = drawn @ sums / rows
        # sum over draws of count * (sum - mean * size)^2, multiplied out
        square = drawn @ (sums * sums) - 2.0 * mean * (drawn @ (sums * sizes)) + mean**2 * (drawn @ (sizes * sizes))
        means.append(mean)
        errors.append(np.sqrt(np.maximum(square, 0.0)) / rows)
    return np.concatenate(means), np.concatenate(errors)
