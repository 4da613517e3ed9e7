"""Eight estimates of what another policy would have earned on a log, each as scores of the log's rows.

w = target / propensity, r the reward, q a model's prediction. Sources: Horvitz and Thompson 1952 (`ips`), Ionides 2008
(`clipped_ips`), Swaminathan and Joachims 2015 (`snips`), Dudík, Langford and Li 2011 (`dm`, `dr`), Wang, Agarwal and
Dudík 2017 (`switch_dr`), Su, Dimakopoulou, Krishnamurthy and Dudík 2020 (`dros`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec
import numpy as np

from .evidence import Evidence, Scores, presumed
from .intervals import Method, interval
from .logged import Floats, Logged
from .missing import completed

Kind = Literal["ips", "clipped_ips", "snips", "dm", "dr", "sndr", "switch_dr", "dros"]

DEFAULT: Kind = "dr"

SUSPECTED = 2.0
"""Standard errors by which a shrunk estimate's bias is taken to be larger than it looks."""

LIMITS = (0.1, 0.25, 0.5, 0.75)
"""Of the largest weight: where `clipped_ips` may cut weights, and `switch_dr` may stop believing them."""

SOFTNESS = (1e-3, 1e-2, 0.03, 0.1, 0.3, 1.0, 10.0)
"""Of the largest weight's square: how much `dros` may shrink."""


class Estimate(msgspec.Struct, frozen=True, gc=False):
    """A value, and the ends between which the truth is in `level` of all cases; infinite where nothing can be said.

    Of `n` rows, worth as much as `ess` of the candidate's own. No row has a weight above `max_weight`.
    """

    kind: str
    value: float
    low: float
    high: float
    n: int
    ess: float
    max_weight: float
    level: float


def ips(seen: Evidence) -> Scores:
    """mean(w r): unbiased where propensities are right, and seldom the surest."""
    return _weighed(seen, seen.raw, seen.log.rewards)


def clipped_ips(seen: Evidence) -> Scores:
    """mean(min(w, λ) r), for the λ of least variance and suspected bias. The interval is stretched by what was cut."""
    log, w = seen.log, seen.raw
    most = float(w.max(initial=0.0))
    kept = _least(log, [w, *(np.minimum(w, part * most) for part in LIMITS)], log.rewards, np.zeros(len(log)))
    found = _weighed(seen, kept, log.rewards)
    return Scores(found.values, found.spare, _mean(completed(log, (w - kept) * np.abs(log.rewards))))


def snips(seen: Evidence) -> Scores:
    """Σ w r / Σ w: knows nothing but the log, and is nearly as good as a model; biased by 1 / n."""
    return _normalised(seen, seen.log.rewards, np.zeros(len(seen.log)))


def dm(seen: Evidence) -> Scores:
    """mean(Σ π q): what the model believes. The interval is stretched by as much as the log says it may be off."""
    return Scores(seen.expected, bias=_suspected(completed(seen.log, seen.raw * seen.residuals)))


def dr(seen: Evidence) -> Scores:
    """mean(Σ π q + w (r - q)): unbiased like `ips`, with only the model's errors left to weigh."""
    found = _weighed(seen, seen.raw, seen.residuals)
    return Scores(seen.expected + found.values, found.spare)


def sndr(seen: Evidence) -> Scores:
    """mean(Σ π q) + Σ w (r - q) / Σ w."""
    return _normalised(seen, seen.residuals, seen.expected)


def switch_dr(seen: Evidence) -> Scores:
    """`dr` that leaves rows of a weight above τ to the model, for the τ of least variance and suspected bias."""
    w = seen.raw
    most = float(w.max(initial=0.0))
    return _shrunk(seen, [w, *(np.where(w <= part * most, w, 0.0) for part in LIMITS)])


def dros(seen: Evidence) -> Scores:
    """`dr` with weights λ w / (w² + λ), for the λ of least variance and suspected bias; `dr` itself is one of them."""
    w = seen.raw
    most = float(w.max(initial=0.0)) ** 2 or 1.0
    return _shrunk(seen, [w, *(w / (w * w / (part * most) + 1.0) for part in SOFTNESS)])


ESTIMATORS: Mapping[Kind, Callable[[Evidence], Scores]] = {
    "ips": ips,
    "clipped_ips": clipped_ips,
    "snips": snips,
    "dm": dm,
    "dr": dr,
    "sndr": sndr,
    "switch_dr": switch_dr,
    "dros": dros,
}


def value(seen: Evidence, kind: Kind = DEFAULT, level: float = 0.95, method: Method = "student") -> Estimate:
    """What the candidate would have earned."""
    return estimated(kind, seen, ESTIMATORS[kind](seen), level, method)


def change(seen: Evidence, kind: Kind = DEFAULT, level: float = 0.95, method: Method = "student") -> Estimate:
    """The candidate beside the current policy, row by row: what both share is no reason for doubt."""
    return estimated(kind, seen, beside(seen, kind), level, method)


def current(seen: Evidence, kind: Kind = DEFAULT) -> Scores:
    """What the policy earned that the candidate is compared with: the rewards themselves, where it was logged."""
    return Scores(completed(seen.log, seen.log.rewards)) if seen.rival is None else ESTIMATORS[kind](seen.rival)


def beside(seen: Evidence, kind: Kind = DEFAULT, factor: float = 1.0) -> Scores:
    """Scores of the candidate less `factor` times those of the current policy."""
    ours, theirs = ESTIMATORS[kind](seen), current(seen, kind)
    return Scores(
        ours.values - factor * theirs.values,
        ours.spare + factor**2 * theirs.spare,
        ours.bias + factor * theirs.bias,
    )


def estimated(kind: str, seen: Evidence, scores: Scores, level: float, method: Method = "student") -> Estimate:
    """Scores as an estimate. Two effective rows at least must speak for an interval to be finite."""
    log, ess = seen.log, seen.ess
    mean = float(scores.values.mean()) if log.known.any() else math.nan
    low, high = -math.inf, math.inf
    if ess >= 2.0 and math.isfinite(mean):
        low, high = interval(scores.values, level, method, groups=log.groups, spare=scores.spare)
    most = float(seen.weights.max(initial=0.0))
    return Estimate(kind, mean, low - scores.bias, high + scores.bias, len(log), ess, most, level)


def _weighed(seen: Evidence, weights: Floats, terms: Floats) -> Scores:
    """mean(weights terms)."""
    return Scores(completed(seen.log, weights * terms), presumed(seen.log, weights * seen.stands, terms))


def _normalised(seen: Evidence, terms: Floats, added: Floats) -> Scores:
    """mean(added) + Σ w terms / Σ w, linearised (the delta method): the mean is the ratio, for the rest averages 0."""
    log, w = seen.log, seen.raw
    average = _mean(completed(log, w))
    if average <= 0.0:
        return Scores(np.full(len(log), np.nan))
    ratio = _mean(completed(log, w * terms)) / average
    off = terms - ratio
    return Scores(added + ratio + completed(log, w * off) / average, presumed(log, seen.weights / average, off))


def _shrunk(seen: Evidence, candidates: list[Floats]) -> Scores:
    """`dr` with the best of several weightings. The interval is stretched by how far that moved it."""
    best = _least(seen.log, candidates, seen.residuals, seen.expected)
    found = _weighed(seen, best, seen.residuals)
    moved = completed(seen.log, (best - seen.raw) * seen.residuals)
    return Scores(seen.expected + found.values, found.spare, abs(_mean(moved)))


def _least(log: Logged, candidates: list[Floats], terms: Floats, added: Floats) -> Floats:
    """Of several weightings, the first of which is unbiased, that of the least variance + suspected bias²."""
    full = completed(log, candidates[0] * terms)
    best, least = candidates[0], math.inf
    for weights in candidates:
        found = completed(log, weights * terms)
        error = _variance(added + found) + _suspected(found - full) ** 2
        if error < least:
            best, least = weights, error
    return best


def _suspected(off: Floats) -> float:
    """How large the mean of `off` may be: what it is, and SUSPECTED standard errors."""
    return abs(_mean(off)) + SUSPECTED * math.sqrt(_variance(off))


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def _variance(values: Floats) -> float:
    """Of their mean."""
    return float(values.var()) / len(values) if len(values) else 0.0
