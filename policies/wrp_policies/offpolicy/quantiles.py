"""Percentiles of what a candidate would have had (seconds, tokens), beside those of the current policy."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from .estimators import Estimate
from .evidence import effective
from .intervals import CHUNK, counts
from .logged import Floats, Logged
from .missing import multiplied

RESAMPLES = 400


class Percentiles(msgspec.Struct, frozen=True, gc=False):
    """The same percentile of both, and how far they are apart: resampled together, so that the interval is paired."""

    candidate: Estimate
    current: Estimate
    change: Estimate


def percentile(log: Logged, share: float, level: float = 0.95, rng: np.random.Generator | None = None) -> Percentiles:
    """The reward below which `share` of the candidate's would have been, by normalised weights (as `snips`).

    Intervals are those of a percentile bootstrap over rows, or whole groups. Far out in the tail few rows speak: with
    an `ess` of less than some 20 / (1 - share) they are too narrow. nan and infinite ends where nothing is known.
    """
    known = np.flatnonzero(log.known)
    order = known[np.argsort(log.rewards[known], kind="stable")]
    other = log.instead()
    theirs = np.ones(len(log)) if other is None else other.weights
    stands = np.vstack([multiplied(log, log.weights)[order], multiplied(log, theirs)[order]])
    most = stands.max(axis=1, initial=0.0)
    ess = [effective(one) for one in stands]
    if min(ess) < 2.0:
        nothing = [_estimate(log, math.nan, (-math.inf, math.inf), e, m, level) for e, m in zip(ess, most, strict=True)]
        return Percentiles(nothing[0], nothing[1], nothing[0])
    values = log.rewards[order]
    found = _at(values, stands, np.ones((1, len(order))), share)[:, 0]
    again = np.hstack(_resampled(log, order, values, stands, share, rng or np.random.default_rng(0)))
    tails = [(1.0 - level) / 2.0, (1.0 + level) / 2.0]
    rows = [(found[0], again[0]), (found[1], again[1]), (found[0] - found[1], again[0] - again[1])]
    ends = [(float(value), np.quantile(drawn, tails)) for value, drawn in rows]
    candidate, current, change = (
        _estimate(log, value, (float(low), float(high)), ess[who], float(most[who]), level)
        for who, (value, (low, high)) in zip((0, 1, 0), ends, strict=True)
    )
    return Percentiles(candidate, current, change)


def _estimate(log: Logged, value: float, ends: tuple[float, float], ess: float, most: float, level: float) -> Estimate:
    return Estimate("percentile", value, ends[0], ends[1], len(log), ess, float(most), level)


def _at(values: Floats, stands: Floats, drawn: Floats, share: float) -> Floats:
    """float64[2, resamples]: the first of the sorted `values` by which `share` of the weight is reached."""
    found = []
    for weights in stands:
        sums = np.cumsum(drawn * weights, axis=1)
        found.append(values[np.argmax(sums >= share * sums[:, -1:], axis=1)])
    return np.array(found)


def _resampled(
    log: Logged,
    order: np.typing.NDArray[np.intp],
    values: Floats,
    stands: Floats,
    share: float,
    rng: np.random.Generator,
) -> list[Floats]:
    """The same of RESAMPLES resamples."""
    member = np.arange(len(order)) if log.groups is None else np.unique(log.groups[order], return_inverse=True)[1]
    draws = int(member.max()) + 1
    at_once = max(1, CHUNK // len(order))
    return [
        _at(values, stands, counts(rng, draws, min(at_once, RESAMPLES - start))[:, member], share)
        for start in range(0, RESAMPLES, at_once)
    ]
