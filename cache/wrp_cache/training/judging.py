"""Pairs of questions, held against whether one answer served both: the figures of `wrp eval cache`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from wrp_signals.training.metrics import auroc
from wrp_signals.training.thresholds import Picked, TooFew, for_precision

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Report = dict[str, Any]

PRECISIONS = (0.90, 0.95, 0.98)
LEAST = 30
"""Pairs without which no threshold is recommended."""


def judged(scores: Floats, labels: Bools) -> Report:
    """How well scores rank pairs that share an answer before those that do not. What cannot be said is left out."""
    report: Report = {}
    area = auroc(scores, labels)
    if not math.isnan(area):
        precision, recall, _ = curve(scores, labels)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        report["auroc"], report["best_f1"] = round(area, 4), round(float(f1.max()), 4)
        report["recall_at_precision"] = {
            f"{wanted:.2f}": round(float(recall[precision >= wanted].max(initial=0.0)), 4) for wanted in PRECISIONS
        }
    return report


def curve(scores: Floats, labels: Bools) -> tuple[Floats, Floats, Floats]:
    """Precision, recall and threshold (score >= threshold) at every different score, the highest first."""
    order = np.argsort(-scores, kind="stable")
    ranked, right = scores[order], np.cumsum(labels[order])
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)
    return right[last] / (last + 1.0), right[last] / max(int(labels.sum()), 1), ranked[last]


def least_precision(scores: Floats, labels: Bools, wanted: float) -> Picked | None:
    """The lowest threshold of those tried whose precision is at least as wanted with a confidence of 95 %, however many
    are tried (`for_precision`); None where there is none, or too few pairs."""
    if len(scores) < LEAST:
        return None
    try:
        return for_precision(scores, labels, wanted)
    except TooFew:
        return None


def served(hits: Bools, labels: Bools) -> Report:
    """What the whole decision let through. Precision is left out where nothing was."""
    right, count = int((hits & labels).sum()), int(hits.sum())
    report: Report = {"hits": count, "false_hits": count - right}
    if count:
        report = {"precision": round(right / count, 4), **report}
    if labels.any():
        report["recall"] = round(right / int(labels.sum()), 4)
    return report


def by_category(
    categories: Sequence[str],
    cosines: Floats,
    vetoed: Bools,
    labels: Bools,
    threshold: Callable[[str], float],
    wanted: float,
) -> dict[str, Report]:
    """For every category its pairs, what was served at its threshold, and the threshold on the cosine from which on
    what the guard lets pass is right in `wanted` of the cases with a confidence of 95 %: `theta`, None where no
    threshold reaches that or the pairs are too few to tell."""
    names = np.array(categories, object)
    found = {}
    for name in sorted(set(categories)):
        of_it = names == name
        bar = threshold(name)
        passed = of_it & ~vetoed
        picked = least_precision(cosines[passed], labels[passed], wanted)
        told: Report = {"n": int(of_it.sum()), "threshold": bar}
        told |= served(~vetoed[of_it] & (cosines[of_it] >= bar), labels[of_it])
        told["theta"] = None
        if picked is not None:
            kept = passed & (cosines >= picked.threshold)
            told["theta"] = round(math.floor(picked.threshold * 10_000) / 10_000, 4)
            told["theta_precision"] = round(picked.precision, 4)
            told["theta_precision_at_least"] = round(picked.bound, 4)
            told["theta_recall"] = round(float((kept & labels).sum() / max(int((of_it & labels).sum()), 1)), 4)
        found[name] = told
    return found
