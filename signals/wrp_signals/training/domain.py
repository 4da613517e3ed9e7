"""`wrp train domain`: MMLU-Pro's fourteen categories, code and conversation, over the vector and the grams of a text.

Multinomial logistic regression; folds grouped by question, temperature scaled on what they held out. Deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wrp_signals.head import Calibration, HeadCard
from wrp_signals.signal import Embedder
from wrp_signals.training import metrics
from wrp_signals.training.domain_texts import BASIC, EXAMS, SOURCES, Sample, samples
from wrp_signals.training.folds import grouped_folds, splits
from wrp_signals.training.heads import (
    Features,
    Layout,
    Progress,
    arrays_of,
    best_temperature,
    features,
    fitted,
    softmax,
    tier_of,
    write_head,
)

BUCKETS = 1 << 15
STRENGTH = 3.0
FOLDS = 5
OWN = ("code", "conversation")
"""The categories that MMLU-Pro does not have."""


def train(data: Path, out: Path, embedder: Embedder | None, progress: Progress) -> HeadCard:
    """Writes domain-<tier>.bin and its card; ten minutes of one core, a gigabyte of memory. `data` holds the folders of
    the data sets. Raises FileNotFoundError where one is missing, ValueError without an embedder."""
    if embedder is None:
        raise ValueError("domain is trained on vectors: name a tier")
    progress("reading", 0.0)
    return built(samples(data), out, embedder, progress)


def built(found: Sequence[Sample], out: Path, embedder: Embedder, progress: Progress) -> HeadCard:
    """The same for any samples of five groups or more."""
    texts = [sample.text for sample in found]
    layout = Layout(embedder.dim, BUCKETS)
    progress("embedding", 0.02)
    seen = features(texts, embedder.embed(texts), layout)
    classes, truth = np.unique([sample.category for sample in found], return_inverse=True)
    folds = grouped_folds([sample.group for sample in found], FOLDS)
    scores = _held_out(seen, truth, len(classes), folds, progress)
    temperature = best_temperature(scores, truth)
    report, table, error = _report(found, classes, truth, scores, folds)
    progress("sources nobody trained on", 0.8)
    report["unseen_sources"] = _unseen(found, seen, classes, truth, temperature)
    progress("fitting", 0.9)
    weights = fitted(seen, np.eye(len(classes))[truth], STRENGTH)
    card = HeadCard(
        id="",
        signal="domain",
        tier=tier_of(embedder),
        embedder=embedder.id.split("@")[0],
        dim=embedder.dim,
        classes=tuple(classes.tolist()),
        weights="",
        sha256="",
        parts=(),
        buckets=BUCKETS,
        calibration=Calibration(temperature, 0.0, error),
        table=table,
        sources=SOURCES,
        report=report,
    )
    progress("done", 1.0)
    return write_head(out, card, arrays_of(weights, layout))


def _held_out(seen: Features, truth: Any, classes: int, folds: Any, progress: Progress) -> Any:
    """float[n, classes]: the scores of every text by the model that did not see its group."""
    scores = np.zeros((len(truth), classes), np.float32)
    for number, (train_rows, test_rows) in enumerate(splits(folds)):
        progress(f"fold {number + 1} of {FOLDS}", 0.1 + 0.7 * number / FOLDS)
        weights = fitted(seen.rows(train_rows), np.eye(classes)[truth[train_rows]], STRENGTH)
        scores[test_rows] = seen.rows(test_rows).scores(weights)
    return scores


def _report(
    found: Sequence[Sample], classes: Any, truth: Any, scores: Any, folds: Any
) -> tuple[dict[str, Any], Any, float]:
    """Figures, table and calibration error on texts whose group was not trained on; the temperature of each fold comes
    from the other folds."""
    chances = np.zeros_like(scores)
    for others, fold in splits(folds):
        chances[fold] = softmax(scores[fold], best_temperature(scores[others], truth[others]))
    top, right = chances.max(1), chances.argmax(1) == truth
    source = np.array([sample.source for sample in found])
    fourteen = [i for i, name in enumerate(classes) if name not in OWN]
    pro = source == EXAMS[0]
    among = chances[:, fourteen].argmax(1)
    error = round(metrics.ece(top, right), 4)
    report = {
        "texts": len(found),
        "folds": FOLDS,
        "macro_f1": _rounded(metrics.macro_f1(chances.argmax(1), truth)),
        "accuracy": _rounded(right.mean()),
        "mmlu_pro": {
            "questions": int(pro.sum()),
            "macro_f1": _rounded(metrics.macro_f1(chances[pro].argmax(1), truth[pro])),
            "macro_f1_per_fold": [
                _rounded(metrics.macro_f1(chances[pro & (folds == f)].argmax(1), truth[pro & (folds == f)]))
                for f in range(FOLDS)
            ],
            "accuracy": _rounded(right[pro].mean()),
            "macro_f1_among_the_fourteen": _rounded(metrics.macro_f1(np.array(fourteen)[among][pro], truth[pro])),
            "ece": _rounded(metrics.ece(top[pro], right[pro])),
        },
        "ece": error,
        "f1": {str(classes[i]): _rounded(f) for i, f in metrics.f1_by_class(chances.argmax(1), truth).items()},
        "sources": by_source(source, top, right),
    }
    return report, metrics.calibration_table(top, right), error


def _unseen(found: Sequence[Sample], seen: Features, classes: Any, truth: Any, temperature: float) -> dict[str, Any]:
    """The same by a model that was trained on none of the sources that are not BASIC: what to expect of others."""
    source = np.array([sample.source for sample in found])
    strange = np.flatnonzero(~np.isin(source, BASIC))
    known = np.flatnonzero(np.isin(source, BASIC))
    if not len(strange) or not len(known):
        return {}
    weights = fitted(seen.rows(known), np.eye(len(classes))[truth[known]], STRENGTH)
    chances = softmax(seen.rows(strange).scores(weights), temperature)
    return by_source(source[strange], chances.max(1), chances.argmax(1) == truth[strange])


def by_source(source: Any, top: Any, right: Any) -> dict[str, Any]:
    """Of each source how many texts, the share of right answers, and how sure the head was on average."""
    return {
        str(name): {
            "texts": int((source == name).sum()),
            "accuracy": _rounded(right[source == name].mean()),
            "probability": _rounded(top[source == name].mean()),
        }
        for name in sorted(set(source.tolist()))
    }


def _rounded(value: float) -> float:
    return round(float(value), 4)
