"""`wrp train thresholds`: the lowest threshold that keeps a promise, and how sure that is."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from wrp_signals import SignalError
from wrp_signals.training.judging import Report
from wrp_signals.training.labels import class_of
from wrp_signals.training.metrics import Bools, Floats, calibration_table
from wrp_signals.training.thresholds import DOUBT, Picked, TooFew, for_fpr, for_precision

from .asking import Answer, ask
from .candidate import Candidate, Unusable, candidate
from .eval import labelled, spread
from .examples import BadLine
from .progress import Bar
from .telling import failed, tell

FIELDS = {
    "embedding": "threshold",
    "jailbreak": "threshold",
    "fact_check": "threshold",
    "domain": "unknown_below",
    "language": "unknown_below",
    "pii": "min_score",
}
"""What a kind's declaration calls the bar that its score is held to."""


def pick(options: argparse.Namespace) -> int:
    """0 where there is a threshold, 1 where the data cannot support the target."""
    try:
        report = _report(options)
        text = json.dumps(report, indent=1) + "\n"
        if options.out is not None:
            Path(options.out).write_text(text, encoding="utf-8")
    except (Unusable, TooFew, SignalError, BadLine, OSError) as error:
        return failed(error)
    sys.stdout.write(text if options.json else "\n".join(_lines(report)) + "\n")
    return 0


def _report(options: argparse.Namespace) -> Report:
    asked = candidate(options)
    if asked.signal.value_type == "string" and options.fpr is not None:
        raise Unusable(f"{asked.name} names a class: --precision is what a threshold can keep there")
    examples, bad = labelled(options, asked)
    tell(bad)
    bar = Bar()
    answers, failures = ask(asked, spread(examples, options.limit), bar)
    bar.end()
    tell([BadLine(f"{one.example.place}: the signal raised {one.error!r}") for one in failures])
    if not answers:
        raise Unusable(f"{options.data} has no line to judge by")
    scores, labels = scored(asked, answers)
    picked = for_fpr(scores, labels, options.fpr) if options.fpr else for_precision(scores, labels, options.precision)
    return _told(asked, options, picked, scores, labels)


def scored(asked: Candidate, answers: list[Answer]) -> tuple[Floats, Bools]:
    """A score and whether it should be high: for classes whether the class is right. Raises Unusable for a number whose
    labels are not yes and no."""
    truth = [answer.example.label for answer in answers]
    scores = np.array([answer.reading.score for answer in answers], np.float64)
    if asked.signal.value_type == "string":
        name = class_of(asked.kind)
        right = [name(answer.reading.value) == label for answer, label in zip(answers, truth, strict=True)]
        return scores, np.array(right, np.bool_)
    if asked.signal.value_type == "number":
        scores = np.array([answer.reading.value for answer in answers], np.float64)
        if not np.isin(truth, (0.0, 1.0)).all():
            raise Unusable("labels of a number must be 0 and 1 for a threshold")
    return scores, np.array(truth, np.bool_)


def _told(asked: Candidate, options: argparse.Namespace, picked: Picked, scores: Floats, labels: Bools) -> Report:
    report: Report = {"signal": asked.name, "kind": asked.kind, "tier": asked.tier}
    if asked.embedder is not None:
        report["embedder"] = asked.embedder.id
    target = {"fpr": options.fpr} if options.fpr else {"precision": options.precision}
    files = [name for name in (options.data, options.negatives) if name is not None]
    report |= {"data": files, "target": target, "confidence": 1.0 - DOUBT}
    report |= msgspec.to_builtins(picked)
    report["table"] = calibration_table(scores, labels)
    return report | {"yaml": yaml_line(asked, options.config, picked.threshold)}


def yaml_line(asked: Candidate, config: str | None, threshold: float) -> str:
    """What to write into a configuration: a declaration's own bar, or a condition where it has none. The tier is part
    of it, as scores of two tiers have nothing to do with one another."""
    field = FIELDS.get(asked.kind)
    if field is None or not hasattr(asked.spec, field):
        what = asked.name if asked.signal.value_type == "number" else f"{asked.name}.score"
        return f"when: {what} >= {decimal(threshold)}"
    fields: dict[str, Any] = {"tier": asked.tier} if hasattr(asked.spec, "tier") else {}
    if config is None and not asked.categories:
        fields = {"kind": asked.kind, **fields}
        return (
            f"{asked.name}: {{{', '.join(f'{key}: {value}' for key, value in fields.items())}, {field}: {threshold:g}}}"
        )
    return "\n".join(f"{key}: {value}" for key, value in (fields | {field: decimal(threshold)}).items())


def decimal(threshold: float) -> str:
    """All of its six decimals that count: rounding would break the promise."""
    return f"{threshold:.6f}".rstrip("0").rstrip(".")


def _lines(report: Report) -> list[str]:
    sure = f"{report['confidence']:.0%} sure"
    if "fpr" in report["target"]:
        first = (
            f"{report['fpr']:.2%} of {report['negatives']:,} negatives pass; at most {report['bound']:.2%} of others "
            f"like them, {sure}"
        )
        second = f"{report['recall']:.1%} of {report['positives']:,} positives are found"
    else:
        first = (
            f"{report['precision']:.2%} of what passes is right; at least {report['bound']:.2%} of other prompts like "
            f"these, {sure}, as long as {share(report):.0%} of all are"
        )
        second = f"{report['recall']:.1%} of what is right passes"
    return [f"threshold {decimal(report['threshold'])} on the {report['tier']} tier", first, second, "", report["yaml"]]


def share(report: Report) -> float:
    """Of positives, in the data."""
    return float(report["positives"] / (report["positives"] + report["negatives"]))
