"""How good answers are, in numbers. Everywhere what was said comes first and what is true second.

Scores and probabilities: higher speaks for the positive class; "at threshold t" means score >= t. What cannot be said
(no positives, no negatives, nothing at all) is nan, never 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Row = tuple[float, float, float, float]
"""Threshold, precision, recall, false positive rate."""

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
BINS = 15


def accuracy(guesses: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The share of guesses that are their labels."""
    said, true = _alike(np.asarray(guesses), np.asarray(labels))
    return float((said == true).mean()) if len(true) else math.nan


def macro_f1(guesses: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The mean F1 of the classes that occur among the labels. A guess outside of them costs its class's recall; it is
    no class of its own (scikit-learn: `labels=np.unique(labels)`)."""
    scores = f1_by_class(guesses, labels)
    return sum(scores.values()) / len(scores) if scores else math.nan


def f1_by_class(guesses: npt.ArrayLike, labels: npt.ArrayLike) -> dict[Any, float]:
    """F1 of every class that occurs among the labels."""
    said, true = _alike(np.asarray(guesses), np.asarray(labels))
    scores = {}
    for name in np.unique(true).tolist():
        chosen, wanted = said == name, true == name
        scores[name] = float(2 * (chosen & wanted).sum() / (chosen.sum() + wanted.sum()))
    return scores


def recall(guesses: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The share of positives that were found."""
    said, true = _alike(_bools(guesses), _bools(labels))
    return float(said[true].mean()) if true.any() else math.nan


def precision(guesses: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The share of finds that are positives."""
    said, true = _alike(_bools(guesses), _bools(labels))
    return float(true[said].mean()) if said.any() else math.nan


def fpr(guesses: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """The share of negatives that were taken for positives."""
    said, true = _alike(_bools(guesses), _bools(labels))
    return float(said[~true].mean()) if not true.all() else math.nan


def auroc(scores: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """How often a positive outscores a negative; a tie counts half (Mann-Whitney U)."""
    given, true = _alike(_scores(scores), _bools(labels))
    positives = int(true.sum())
    pairs = positives * (len(true) - positives)
    return float((_ranks(given)[true].sum() - positives * (positives + 1) / 2) / pairs) if pairs else math.nan


def recall_at_fpr(scores: npt.ArrayLike, labels: npt.ArrayLike, limit: float = 0.01) -> float:
    """The recall of the lowest threshold at which at most `limit` of the negatives are taken for positives; 0 where
    every threshold takes more."""
    given, true = _alike(_scores(scores), _bools(labels))
    if true.all() or not true.any():
        return math.nan
    return float((given[true] >= threshold_at_fpr(given, true, limit)).mean())


def threshold_at_fpr(scores: npt.ArrayLike, labels: npt.ArrayLike, limit: float) -> float:
    """The lowest score among all at which at most `limit` of the negatives are taken for positives; inf if none is."""
    given, true = _alike(_scores(scores), _bools(labels))
    negatives = np.sort(given[~true])
    candidates = np.unique(given)
    taken = len(negatives) - np.searchsorted(negatives, candidates, "left")
    fit = candidates[taken <= limit * len(negatives) + 1e-9]
    return float(fit[0]) if len(fit) else math.inf


def spearman(values: npt.ArrayLike, labels: npt.ArrayLike) -> float:
    """Spearman's rank correlation, ties sharing their ranks."""
    given, true = _alike(_scores(values), _scores(labels))
    if len(given) < 2 or (given == given[0]).all() or (true == true[0]).all():
        return math.nan
    return float(np.corrcoef(_ranks(given), _ranks(true))[0, 1])


def ece(scores: npt.ArrayLike, labels: npt.ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error (Guo et al. 2017): how far scores, taken as probabilities, are from what happened,
    over `bins` equal bins. For several classes pass the top probability and whether the top class was right."""
    given, true = _alike(_scores(scores), _bools(labels))
    if not len(true):
        return math.nan
    where = np.clip((given * bins).astype(int), 0, bins - 1)
    gaps = np.bincount(where, given - true, bins)
    return float(np.abs(gaps).sum() / len(true))


def calibration_table(
    scores: npt.ArrayLike, labels: npt.ArrayLike, thresholds: Sequence[float] = THRESHOLDS
) -> tuple[Row, ...]:
    """What each threshold gives, as (threshold, precision, recall, fpr), rounded to four places. Precision is 1 where
    nothing reaches the threshold, a rate without its class is 0: the table is written into cards as JSON."""
    given, true = _alike(_scores(scores), _bools(labels))
    rows = []
    for threshold in thresholds:
        said = given >= threshold
        hits = int((said & true).sum())
        found, positives = int(said.sum()), int(true.sum())
        negatives = len(true) - positives
        rates = (
            hits / found if found else 1.0,
            hits / positives if positives else 0.0,
            (found - hits) / negatives if negatives else 0.0,
        )
        rows.append((float(threshold), round(rates[0], 4), round(rates[1], 4), round(rates[2], 4)))
    return tuple(rows)


class Span(NamedTuple):
    """Characters `start` to `end` (not included) of a text are a `type`."""

    type: str
    start: int
    end: int


class Counts(NamedTuple):
    """Spans that were found and are there, found and are not, and are there and were not found."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def f(self, beta: float = 2.0) -> float:
        """F-beta over all: F2 weighs recall over precision."""
        weight = beta * beta
        whole = (1 + weight) * self.right + weight * self.missed + self.wrong
        return (1 + weight) * self.right / whole if whole else math.nan


def span_f2(found: Sequence[Sequence[Span]], labels: Sequence[Sequence[Span]], overlap: float = 0.5) -> float:
    """F2 of spans over all texts together (micro), as presidio's span evaluator counts: a found span is right where
    its type is that of a span not yet taken, and their characters in common are at least `overlap` of their union.
    1.0 wants exact bounds; 0.5, the default, forgives a bracket more or less; presidio's own default is 0.9."""
    return span_counts(found, labels, overlap).f()


def span_counts(found: Sequence[Sequence[Span]], labels: Sequence[Sequence[Span]], overlap: float = 0.5) -> Counts:
    """The counts behind `span_f2`."""
    total = Counts()
    for said, true in zip(found, labels, strict=True):
        right = _matches(said, true, overlap)
        total = Counts(total.right + right, total.wrong + len(said) - right, total.missed + len(true) - right)
    return total


def _matches(found: Sequence[Span], labels: Sequence[Span], overlap: float) -> int:
    pairs = [(_iou(a, b), i, j) for i, a in enumerate(found) for j, b in enumerate(labels) if a.type == b.type]
    taken: set[int] = set()
    given: set[int] = set()
    for share, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if share >= overlap and share > 0 and i not in taken and j not in given:
            taken.add(i)
            given.add(j)
    return len(taken)


def _iou(a: Span, b: Span) -> float:
    common = min(a.end, b.end) - max(a.start, b.start)
    union = max(a.end, b.end) - min(a.start, b.start)
    return common / union if common > 0 else 0.0


def _ranks(values: Floats) -> Floats:
    """1-based ranks, ties sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], np.float64)


def _scores(values: npt.ArrayLike) -> Floats:
    given = np.asarray(values, np.float64)
    if not np.isfinite(given).all():
        raise ValueError("scores must be finite")
    return given


def _bools(values: npt.ArrayLike) -> Bools:
    """Raises ValueError for anything but booleans and 0/1: scores in the place of labels."""
    given = np.asarray(values)
    if given.dtype != np.bool_ and not np.isin(given, (0, 1)).all():
        raise ValueError("labels must be booleans, or 0 and 1; they come second")
    return given.astype(np.bool_)


def _alike(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"one answer for one label: {first.shape} and {second.shape}")
    return first, second
