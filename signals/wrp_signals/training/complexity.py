"""`wrp train complexity`: how likely an 8B model is to fail, from the vector, the grams and the form of a question.

Logistic regression on targets that many models' results made less noisy; folds grouped by question, Platt scaling on
what they held out. Deterministic.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from wrp_signals.head import Calibration, HeadCard
from wrp_signals.signal import Embedder
from wrp_signals.training import metrics
from wrp_signals.training.complexity_texts import ELSEWHERE, EXAM, SOURCES, Question, mixtral, questions, targets
from wrp_signals.training.folds import grouped_folds, splits, stem
from wrp_signals.training.heads import (
    Features,
    Layout,
    Progress,
    arrays_of,
    features,
    fitted,
    platt,
    tier_of,
    write_head,
)

BUCKETS = 1 << 14
FORM_SCALE = 0.5
STRENGTH = 0.1
FOLDS = 5
FEWEST = 100
"""Questions of a source below which nothing is said of it."""


def train(data: Path, out: Path, embedder: Embedder | None, progress: Progress) -> HeadCard:
    """Writes complexity-<tier>.bin and its card; three minutes of one core. `data` holds the folders of the data sets.
    Raises FileNotFoundError where one is missing, ValueError without an embedder."""
    if embedder is None:
        raise ValueError("complexity is trained on vectors: name a tier")
    progress("reading", 0.0)
    return built(questions(data), out, embedder, progress, lambda: mixtral(data))


def built(
    found: list[Question],
    out: Path,
    embedder: Embedder,
    progress: Progress,
    strangers: Callable[[], tuple[list[str], list[bool]]],
) -> HeadCard:
    """The same for any questions of five groups or more, EXAM's among them; `strangers` are other questions, with
    whether another model failed them, that only judge."""
    texts = [one.text for one in found]
    layout = Layout(embedder.dim, BUCKETS, FORM_SCALE)
    progress("embedding", 0.05)
    seen = features(texts, embedder.embed(texts), layout)
    counts = np.array([1.0 if one.source == EXAM else ELSEWHERE for one in found])
    scores = _held_out(found, seen, counts, progress)
    failed = np.array([one.failed > 0.5 for one in found])
    temperature, offset = platt(scores, failed, counts)
    chances = _chance(scores, temperature, offset)
    progress("fitting", 0.8)
    weights = fitted(seen, targets(found, np.zeros(len(found), bool))[:, None], STRENGTH, counts)
    report = _report(found, chances, failed)
    report["mixtral_on_mmlu"] = _transfer(texts, strangers(), weights, layout, embedder)
    exam = np.array([one.source == EXAM for one in found])
    card = HeadCard(
        id="",
        signal="complexity",
        tier=tier_of(embedder),
        embedder=embedder.id.split("@")[0],
        dim=embedder.dim,
        classes=("easy", "hard"),
        weights="",
        sha256="",
        parts=(),
        buckets=BUCKETS,
        calibration=Calibration(temperature, offset, report["mmlu_pro"]["ece"]),
        table=metrics.calibration_table(chances[exam], failed[exam]),
        sources=SOURCES,
        report=report,
    )
    progress("done", 1.0)
    return write_head(out, card, arrays_of(weights, layout))


def _held_out(found: list[Question], seen: Features, counts: Any, progress: Progress) -> Any:
    """float[n]: raw scores of every question by the model that did not see its group, nor its results."""
    scores = np.zeros(len(found))
    folds = grouped_folds([stem(one.text) for one in found], FOLDS)
    for number, (train_rows, test_rows) in enumerate(splits(folds)):
        progress(f"fold {number + 1} of {FOLDS}", 0.1 + 0.7 * number / FOLDS)
        goal = targets(found, folds == number)[train_rows, None]
        weights = fitted(seen.rows(train_rows), goal, STRENGTH, counts[train_rows])
        scores[test_rows] = seen.rows(test_rows).scores(weights)[:, 0]
    return scores


def _chance(scores: Any, temperature: float, offset: float) -> Any:
    return 1 / (1 + np.exp(-(scores / temperature + offset)))


def _report(found: list[Question], chances: Any, failed: Any) -> dict[str, Any]:
    """Figures on questions that were not trained on: the exam, all others together, and each task alone."""
    source = np.array([one.source for one in found])
    report: dict[str, Any] = {"texts": len(found), "folds": FOLDS}
    for name, chosen in (("mmlu_pro", source == EXAM), ("other_tasks", source != EXAM)):
        if chosen.any():
            report[name] = _figures(chances[chosen], failed[chosen])
    tasks = [name for name in sorted(set(source.tolist()) - {EXAM}) if (source == name).sum() >= FEWEST]
    report["tasks"] = {name: _figures(chances[source == name], failed[source == name]) for name in tasks}
    return report


def _figures(chances: Any, failed: Any) -> dict[str, Any]:
    return {
        "questions": len(failed),
        "auroc": _rounded(metrics.auroc(chances, failed)),
        "ece": _rounded(metrics.ece(chances, failed)),
        "failed": _rounded(failed.mean()),
        "probability": _rounded(chances.mean()),
    }


def _transfer(
    known: list[str], strange: tuple[list[str], list[bool]], weights: Any, layout: Layout, embedder: Embedder
) -> dict[str, Any]:
    """How the head ranks questions that were not trained on by whether another model failed them."""
    trained = set(map(stem, known))
    pairs = [(text, failed) for text, failed in zip(*strange, strict=True) if stem(text) not in trained]
    if not pairs:
        return {}
    texts = [text for text, _ in pairs]
    scores = features(texts, embedder.embed(texts), layout).scores(weights)[:, 0]
    failed = np.array([failed for _, failed in pairs])
    return {"questions": len(pairs), "auroc": _rounded(metrics.auroc(scores, failed))}


def _rounded(value: float) -> float:
    return round(float(value), 4)
