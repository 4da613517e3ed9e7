"""`wrp train fact_check`: the head that tells requests for facts from programming, sums, writing and talk.

Logistic regression over hashed words, word pairs and runs of letters: no embedding. Seeded: the same data give the same
head.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wrp_signals.grams import FORM, form_of, grams_of
from wrp_signals.head import Calibration, HeadCard, PartName
from wrp_signals.signal import Embedder
from wrp_signals.training import metrics
from wrp_signals.training.fact_check_texts import PER_GROUP, SOURCES, Labelled, labelled
from wrp_signals.training.folds import grouped_folds, splits, stem
from wrp_signals.training.heads import write_head

BUCKETS = 1 << 14
STRENGTH = 3.0
"""scikit-learn's C: the inverse of the penalty."""

Progress = Callable[[str, float], None]


def train(data: Path, out: Path, embedder: Embedder | None, progress: Progress) -> HeadCard:
    """Writes fact_check-none.bin and its card; half a minute of one core. `data` holds the folders of the data sets; no
    embedder is used. Raises FileNotFoundError where one is missing."""
    progress("reading", 0.0)
    return built(labelled(data, random.Random(1)), out, progress)


def built(texts: Sequence[Labelled], out: Path, progress: Progress) -> HeadCard:
    """The same for any texts of five groups or more."""
    matrix = _matrix([one.text for one in texts])
    labels = np.array([one.needed for one in texts])
    weight = _weights(texts)
    progress("folds by question", 0.1)
    known = _held_out(matrix, labels, weight, grouped_folds([stem(one.text) for one in texts]))
    progress("folds by group", 0.5)
    strange = _held_out(matrix, labels, weight, grouped_folds([one.group for one in texts]))
    progress("fitting", 0.9)
    model = _fitted(matrix, labels, weight)
    temperature, offset = _platt(known, labels)
    chance = 1 / (1 + np.exp(-(known / temperature + offset)))
    report = {
        "texts": len(texts),
        "held_out_questions": {
            "auroc": round(metrics.auroc(known, labels), 4),
            "accuracy": round(metrics.accuracy(chance >= 0.5, labels), 4),
        },
        "held_out_groups": {"auroc": round(metrics.auroc(strange, labels), 4)},
    }
    calibration = Calibration(temperature, offset, round(metrics.ece(chance, labels), 4))
    progress("done", 1.0)
    return write_head(out, _card(calibration, metrics.calibration_table(chance, labels), report), _arrays(model))


def _card(calibration: Calibration, table: tuple[metrics.Row, ...], report: dict[str, Any]) -> HeadCard:
    """The card, but for what `write_head` knows."""
    return HeadCard(
        id="",
        signal="fact_check",
        tier="none",
        embedder="",
        dim=0,
        classes=("no", "yes"),
        weights="",
        sha256="",
        parts=(),
        buckets=BUCKETS,
        calibration=calibration,
        table=table,
        sources=SOURCES,
        report=report,
    )


def _arrays(model: Any) -> dict[PartName, Any]:
    """The model's coefficients as `LinearHead` wants them."""
    row = model.coef_[0]
    return {"grams": row[:BUCKETS, None], "form": row[None, BUCKETS : BUCKETS + FORM], "bias": model.intercept_}


def _weights(texts: Sequence[Labelled]) -> Any:
    """Every group weighs as much as PER_GROUP texts at most, and both answers the same."""
    sizes = Counter(one.group for one in texts)
    weight = np.array([min(1.0, PER_GROUP / sizes[one.group]) for one in texts])
    needed = np.array([one.needed for one in texts])
    weight[needed] *= weight[~needed].sum() / weight[needed].sum()
    return weight


def _matrix(texts: Sequence[str]) -> Any:
    """float32[texts, BUCKETS + FORM], sparse: what `LinearHead` reads."""
    from scipy import sparse

    found = [grams_of(text, BUCKETS) for text in texts]
    ends = np.cumsum([0, *(len(indices) for indices, _ in found)])
    values = np.concatenate([values for _, values in found])
    indices = np.concatenate([indices for indices, _ in found])
    grams = sparse.csr_matrix((values, indices, ends), (len(texts), BUCKETS))
    grams.sum_duplicates()
    return sparse.hstack([grams, np.array([form_of(text) for text in texts])]).tocsr()


def _fitted(matrix: Any, labels: Any, weight: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, max_iter=400).fit(matrix, labels, sample_weight=weight)


def _held_out(matrix: Any, labels: Any, weight: Any, folds: Any) -> Any:
    """Every text's log odds from a head that saw nothing of its fold."""
    scores = np.zeros(len(labels))
    for known, held in splits(folds):
        scores[held] = _fitted(matrix[known], labels[known], weight[known]).decision_function(matrix[held])
    return scores


def _platt(scores: Any, labels: Any) -> tuple[float, float]:
    """Temperature and offset that make probabilities of log odds."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(scores[:, None], labels)
    return float(1 / model.coef_[0, 0]), float(model.intercept_[0])
