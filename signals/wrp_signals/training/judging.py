"""What a signal said, held against what is true: the figures of `wrp eval`. It reads nothing and times nothing.

Figures that cannot be said of the data at hand are left out, so that nothing looks measured that was not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import metrics
from .metrics import Bools, Floats, Span

Report = dict[str, Any]

KEPT = 0.95
"""The share of lines in scope that shall still be answered where out-of-scope recall is measured."""

PLACES = 4


def judge_yes_no(said: Bools, scores: Floats, labels: Bools, probable: bool) -> Report:
    """For signals that say yes or no. `scores` speak for yes; `probable` says that they are probabilities."""
    both = bool(labels.any() and not labels.all())
    return rounded(
        {
            "accuracy": metrics.accuracy(said, labels),
            "macro_f1": metrics.macro_f1(said, labels) if both else math.nan,
            "auroc": metrics.auroc(scores, labels),
            "recall_at_fpr_1": metrics.recall_at_fpr(scores, labels),
            "fpr": metrics.fpr(said, labels),
            "recall": metrics.recall(said, labels),
            "precision": metrics.precision(said, labels),
            "ece": metrics.ece(scores, labels) if probable else math.nan,
        }
    )


def judge_classes(said: Sequence[str], scores: Floats, labels: Sequence[str], strange: Bools, probable: bool) -> Report:
    """For signals that name a class. Accuracy, F1 and calibration are those of the lines in scope; of the `strange`
    ones, which belong to no class, the share that scores below the bar that keeps 95 % of the others."""
    guesses, truth = np.array(said, object), np.array(labels, object)
    inside = ~strange
    right = guesses[inside] == truth[inside]
    report: Report = {
        "accuracy": float(right.mean()) if len(right) else math.nan,
        "macro_f1": metrics.macro_f1(guesses[inside].astype(str), truth[inside].astype(str)),
        "ece": metrics.ece(scores[inside], right.astype(bool)) if probable else math.nan,
    }
    if strange.any():
        report["oos"] = int(strange.sum())
        report["oos_recall"] = float((guesses[strange] == truth[strange]).mean())
        if inside.any():
            bar = float(np.quantile(scores[inside], 1 - KEPT))
            report |= {"oos_recall_at_95": float((scores[strange] < bar).mean()), "oos_bar_at_95": bar}
    by_class = metrics.f1_by_class(guesses[inside].astype(str), truth[inside].astype(str))
    return rounded(report) | {"f1_by_class": rounded(by_class)}


def judge_numbers(values: Floats, labels: Floats, threshold: float | None = None) -> Report:
    """For signals that say a number: against yes and no how well it ranks, and with a `threshold` what that gives;
    against numbers the rank correlation and the median of the relative error."""
    if np.isin(labels, (0.0, 1.0)).all():
        true = labels > 0.5
        report: Report = {
            "auroc": metrics.auroc(values, true),
            "recall_at_fpr_1": metrics.recall_at_fpr(values, true),
        }
        if threshold is not None:
            said = values >= threshold
            report |= {
                "accuracy": metrics.accuracy(said, true),
                "fpr": metrics.fpr(said, true),
                "recall": metrics.recall(said, true),
            }
        return rounded(report)
    known = labels != 0
    errors = np.abs(values[known] / labels[known] - 1)
    return rounded({"spearman": metrics.spearman(values, labels), "median_relative_error": float(np.median(errors))})


def judge_spans(
    found: Sequence[Sequence[Span]], labels: Sequence[Sequence[Span]], sought: frozenset[str] | None = None
) -> Report:
    """For signals that say where. Only types count that the signal seeks (all, if `sought` is None) and that some line
    has; how many spans of other types there were is said. `span_f2` wants half of the characters, `_exact` all."""
    present = {span.type for spans in labels for span in spans}
    counted = present if sought is None else present & sought
    said, true = _only(found, counted), _only(labels, counted)
    whole = metrics.span_counts(said, true)
    report: Report = {
        "span_f2": whole.f(),
        "span_f2_exact": metrics.span_f2(said, true, overlap=1.0),
        "span_recall": whole.right / max(1, whole.right + whole.missed),
        "span_precision": whole.right / max(1, whole.right + whole.wrong),
    }
    if not counted:
        report = {}
    by_type = {name: _of_type(said, true, name) for name in sorted(counted)}
    others = {
        "spans": sum(map(len, true)),
        "spans_of_types_not_sought": sum(map(len, labels)) - sum(map(len, true)),
        "found_of_types_not_labelled": sum(map(len, found)) - sum(map(len, said)),
    }
    return rounded(report) | others | {"span_types": by_type}


def _of_type(found: Sequence[Sequence[Span]], labels: Sequence[Sequence[Span]], name: str) -> Report:
    counts = metrics.span_counts(_only(found, {name}), _only(labels, {name}))
    return {"n": counts.right + counts.missed} | rounded(
        {
            "recall": counts.right / max(1, counts.right + counts.missed),
            "precision": counts.right / max(1, counts.right + counts.wrong),
        }
    )


def _only(spans: Sequence[Sequence[Span]], types: set[str] | frozenset[str]) -> list[list[Span]]:
    return [[span for span in line if span.type in types] for line in spans]


def rounded(report: Mapping[Any, Any]) -> Report:
    """The figures that there are, to four places."""
    return {
        name: round(value, PLACES) if isinstance(value, float) else value
        for name, value in report.items()
        if not (isinstance(value, float) and math.isnan(value))
    }
