"""What every estimator is made of: weights, what a model expected, what came of it. It estimates nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .logged import Floats, Logged
from .missing import multiplied

PRESUMED = 4.0
"""Rows of each estimate whose errors are taken to be as large as anybody's, whatever its own few rows look like."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A log and a model's opinion of it, all float64[n].

    `raw` are the log's weights, `stands` for how many rows of its arm each known one stands (0 where nothing came),
    `weights` both together, worth `ess` rows. `expected` is what the model expects of the candidate, `residuals` what
    came beyond what it expected of the arm taken (nan where nothing came). `rival` is the same of the policy that the
    candidate is compared with, where that is not the one that was logged.
    """

    log: Logged
    raw: Floats
    stands: Floats
    weights: Floats
    ess: float
    expected: Floats
    residuals: Floats
    rival: Evidence | None


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What each row contributes: an estimate is the mean of `values` float64[n], linearised where it is a ratio.

    `spare` is variance of a score that the rows are too few to show; `bias` is how far the estimate may be off beside
    chance, on either side.
    """

    values: Floats
    spare: float = 0.0
    bias: float = 0.0


def evidence(log: Logged, predicted: Floats) -> Evidence:
    """`predicted` float64[n, K]: expected rewards by arm, from `predictions` or any model that did not see the rows."""
    other = log.instead()
    raw, stands = log.weights, multiplied(log, np.ones(len(log)))
    weights = raw * stands
    return Evidence(
        log=log,
        raw=raw,
        stands=stands,
        weights=weights,
        ess=effective(weights),
        expected=(log.target * predicted).sum(axis=1),
        residuals=log.rewards - log.of_action(predicted),
        rival=None if other is None else evidence(other, predicted),
    )


def effective(weights: Floats) -> float:
    """How many equally weighted rows are worth as much as these (Kish 1965)."""
    square = float(weights @ weights)
    return float(weights.sum()) ** 2 / square if square > 0.0 else 0.0


def presumed(log: Logged, weights: Floats, errors: Floats) -> float:
    """Variance to add to a score `weights` * `errors` (nan where nothing came).

    A canary's twenty rows may all have been answered well: their own variance is then 0, and the estimate far too sure.
    So as many as PRESUMED of the effective rows are taken to have errors as large as all rows of the log have them.
    """
    if not log.known.any():
        return 0.0
    rows = effective(weights)
    square = np.where(log.known, errors * errors, 0.0)
    heavy = weights * weights
    typical = float(heavy.mean()) * float(square.sum()) / int(log.known.sum())
    return PRESUMED / (rows + PRESUMED) * max(0.0, typical - float((heavy * square).mean()))
