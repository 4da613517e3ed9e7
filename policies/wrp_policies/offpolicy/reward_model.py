"""What every arm would have earned on every row, predicted from rows of other folds by ridge regressions.

Nobody should believe such a model alone. Estimators use it to have less left to weigh.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .logged import BadLog, Floats, Index, Logged

FOLDS = 5
EXPLAINED = 0.1
"""Of a reward's variance, how much its features are expected to tell: the penalty on slopes follows from it."""

PRIOR = 5.0
"""How many rows of its own an arm must have to be believed as much as all arms together."""


def predictions(log: Logged, features: npt.ArrayLike | None = None, folds: int = FOLDS) -> Floats:
    """float64[n, K]: expected rewards by arm, each row's by a model that saw no row of its fold.

    `features` float64[n, d] are of the request, d well below n; without them an arm's mean is all there is. Groups of
    the log stay in one fold. A prediction is the arm's level, a slope common to all arms (hard questions are hard for
    everybody) and the arm's own; levels lean on that of all by PRIOR rows, slopes on 0 by the penalty of Gaussian
    priors under which features explain EXPLAINED. Predictions stay between the least and the most that was seen. 0
    where no reward is known outside of the fold. Raises BadLog for features that do not fit or are not finite.
    """
    n = len(log)
    design = _design(features, n)
    fold_of = _folds(log, folds)
    found = np.zeros((n, len(log.arms)))
    known = np.flatnonzero(log.known)
    if not len(known):
        return found
    moments = _moments(log, design, fold_of, folds, known)
    for fold in range(folds):
        seen = known[fold_of[known] != fold]
        if len(seen):
            rows = fold_of == fold
            rewards = log.rewards[seen]
            levels = design[rows] @ _coefficients(*(np.delete(each, fold, axis=0).sum(axis=0) for each in moments)).T
            found[rows] = np.clip(levels, rewards.min(), rewards.max())
    return found


def _design(features: npt.ArrayLike | None, n: int) -> Floats:
    """A column of ones, and the features at mean 0 and variance 1; constant ones are 0."""
    given = np.zeros((n, 0)) if features is None else np.asarray(features, np.float64)
    if given.ndim != 2 or len(given) != n or not np.isfinite(given).all():
        raise BadLog(f"features: shape {given.shape} for {n} rows, or values that are not finite")
    if not n:
        return np.ones((0, given.shape[1] + 1))
    wide = given.std(axis=0)
    scaled = (given - given.mean(axis=0)) / np.where(wide > 1e-12, wide, np.inf)
    return np.hstack([np.ones((n, 1)), scaled])


def _folds(log: Logged, folds: int) -> Index:
    """Rows, or groups as they first come, in turn."""
    return (np.arange(len(log)) if log.groups is None else log.groups) % folds


def _moments(log: Logged, design: Floats, fold_of: Index, folds: int, known: Index) -> tuple[Floats, Floats]:
    """By fold and arm: sums of x x' and of x r, [folds, K, p, p] and [folds, K, p]."""
    arms, width = len(log.arms), design.shape[1]
    cell = fold_of[known] * arms + log.actions[known]
    order = np.argsort(cell, kind="stable")
    rows, rewards = design[known[order]], log.rewards[known[order]]
    ends = np.searchsorted(cell[order], np.arange(folds * arms + 1))
    squares, products = np.zeros((folds * arms, width, width)), np.zeros((folds * arms, width))
    for one in range(folds * arms):
        part = slice(ends[one], ends[one + 1])
        squares[one], products[one] = rows[part].T @ rows[part], rewards[part] @ rows[part]
    return squares.reshape(folds, arms, width, width), products.reshape(folds, arms, width)


def _coefficients(squares: Floats, products: Floats) -> Floats:
    """Level and slopes of every arm, [K, p], from its sums [K, p, p] and [K, p]."""
    rows = squares[:, 0, 0]
    total = rows.sum()
    overall_x, overall_y = squares[:, 0, 1:].sum(axis=0) / total, products[:, 0].sum() / total
    some = np.maximum(rows, 1.0)
    mean_x, mean_y = squares[:, 0, 1:] / some[:, None], products[:, 0] / some
    within = squares[:, 1:, 1:] - rows[:, None, None] * mean_x[:, :, None] * mean_x[:, None, :]
    along = products[:, 1:] - (rows * mean_y)[:, None] * mean_x
    width = within.shape[1]
    penalty = np.eye(width) * width * (1.0 - EXPLAINED) / EXPLAINED
    common = np.linalg.solve(within.sum(axis=0) + penalty, along.sum(axis=0))
    slopes = common + np.linalg.solve(within + penalty, (along - within @ common)[:, :, None])[:, :, 0]
    level = overall_y - overall_x @ common
    levels = (rows * (mean_y - (mean_x * slopes).sum(axis=1)) + PRIOR * level) / (rows + PRIOR)
    return np.hstack([levels[:, None], slopes])
