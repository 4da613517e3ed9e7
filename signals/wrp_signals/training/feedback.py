"""`wrp train feedback`: the head that hears what users say of an answer where no phrase of the table does.

Softmax regression over hashed words, word pairs and runs of letters; no embedding. It learns from lines that were
written for it, and from requests of other sets that say nothing of an answer. Seeded: the same data give the same head.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wrp_signals.feedback import CLASSES, said_of_it
from wrp_signals.grams import grams_of
from wrp_signals.head import Calibration, HeadCard, PartName
from wrp_signals.signal import Embedder
from wrp_signals.training import metrics
from wrp_signals.training.folds import grouped_folds, splits
from wrp_signals.training.heads import write_head

SEEDS = "feedback_seeds.txt"
BUCKETS = 1 << 13
STRENGTH = 10.0
"""scikit-learn's C: the inverse of the penalty."""

ASIDE = 0.15
"""What a request of another set weighs against a line that was written for this."""

PER_SET = 600
MEANT = {"thank_you": "satisfied", "repeat": "unclear"}
"""Intents of CLINC150 that say something of an answer. The rest of its small talk may say anything."""

SOURCES = (
    "lines written for this project",
    "CLINC150 (CC-BY-3.0): thanks, wishes to hear it again, and requests",
    "LLMRouter's collection (MIT), MMLU-Pro (MIT): questions",
)
Progress = Callable[[str, float], None]


class Line(NamedTuple):
    text: str
    says: str
    weight: float


def train(data: Path, out: Path, embedder: Embedder | None, progress: Progress) -> HeadCard:
    """Writes feedback-none.bin and its card; some seconds. `data` holds the folders of the data sets; no embedder
    is used. Raises FileNotFoundError where one is missing."""
    progress("reading", 0.0)
    return built([*written(), *requests(data, random.Random(1))], out, progress)


def built(lines: Sequence[Line], out: Path, progress: Progress) -> HeadCard:
    """The same for any lines."""
    matrix = _matrix([line.text for line in lines])
    labels = np.array([CLASSES.index(line.says) for line in lines])
    weight = np.array([line.weight for line in lines])
    progress("folds", 0.3)
    scores = np.zeros((len(lines), len(CLASSES)))
    for known, held in splits(grouped_folds([line.text for line in lines])):
        scores[held] = _fitted(matrix[known], labels[known], weight[known]).decision_function(matrix[held])
    progress("fitting", 0.8)
    model = _fitted(matrix, labels, weight)
    temperature = _temperature(scores, labels, weight)
    chances = _softmax(scores / temperature)
    best = chances.argmax(1)
    ours = weight == 1.0
    right = best == labels
    card = HeadCard(
        id="",
        signal="feedback",
        tier="none",
        embedder="",
        dim=0,
        classes=CLASSES,
        weights="",
        sha256="",
        parts=(),
        buckets=BUCKETS,
        calibration=Calibration(temperature, 0.0, round(metrics.ece(chances.max(1)[ours], right[ours]), 4)),
        table=metrics.calibration_table(chances.max(1)[ours], right[ours]),
        sources=SOURCES,
        report=_report(best, labels, ours),
    )
    arrays: dict[PartName, Any] = {"grams": model.coef_.T, "bias": model.intercept_}
    progress("done", 1.0)
    return write_head(out, card, arrays)


def _report(best: Any, labels: Any, ours: Any) -> dict[str, Any]:
    """What was held out: our own lines by all figures, requests by how many are rightly let pass."""
    return {
        "lines": int(ours.sum()),
        "requests": int((~ours).sum()),
        "held_out_lines": {
            "accuracy": round(metrics.accuracy(best[ours], labels[ours]), 4),
            "macro_f1": round(metrics.macro_f1(best[ours], labels[ours]), 4),
        },
        "held_out_requests": {"none": round(metrics.accuracy(best[~ours], labels[~ours]), 4)},
    }


def written() -> list[Line]:
    """The lines that were written for this, in the package."""
    lines, says = [], ""
    for line in (resources.files("wrp_signals.training") / SEEDS).read_text("utf-8").splitlines():
        if line.startswith("["):
            says = line.strip("[]")
        elif not line.startswith("#"):
            lines.append(Line(line, says, 1.0))
    return lines


def requests(data: Path, rng: random.Random) -> list[Line]:
    """Requests that say nothing of an answer, and those of CLINC150 that do."""
    found: list[Line] = []
    kinds: dict[str, list[str]] = {"": []}
    for row in _rows(data / "cls_clinc150" / "train.jsonl.gz"):
        if row["intent"] in MEANT:
            kinds.setdefault(row["intent"], []).append(row["text"])
        elif row["domain"] not in ("meta", "small_talk"):
            kinds[""].append(row["text"])
    questions = [row["question"] for row in _rows(data / "route_llmrouter9" / "llmrouter_9models.jsonl.gz")]
    exams = [row["question"] for row in _rows(data / "route_mmlu_pro" / "questions.jsonl.gz")]
    for texts, says in (*((texts, MEANT.get(kind, "none")) for kind, texts in kinds.items()), (questions, "none")):
        found += [Line(text, says, ASIDE) for text in rng.sample(texts, min(len(texts), PER_SET))]
    return found + [Line(text, "none", ASIDE) for text in rng.sample(exams, min(len(exams), PER_SET))]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _matrix(texts: Sequence[str]) -> Any:
    """float32[texts, BUCKETS], sparse: what `LinearHead` reads of the part of a text that the signal shows it."""
    from scipy import sparse

    found = [grams_of(said_of_it(text), BUCKETS) for text in texts]
    ends = np.cumsum([0, *(len(indices) for indices, _ in found)])
    values = np.concatenate([values for _, values in found])
    matrix = sparse.csr_matrix((values, np.concatenate([indices for indices, _ in found]), ends), (len(texts), BUCKETS))
    matrix.sum_duplicates()
    return matrix


def _fitted(matrix: Any, labels: Any, weight: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=STRENGTH, max_iter=500).fit(matrix, labels, sample_weight=weight)


def _softmax(scores: Any) -> Any:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def _temperature(scores: Any, labels: Any, weight: Any) -> float:
    """The temperature at which held-out lines are likeliest."""

    def surprise(temperature: float) -> float:
        chances = _softmax(scores / temperature)[np.arange(len(labels)), labels]
        return float(-(weight * np.log(chances + 1e-12)).sum())

    return min((float(step) for step in np.geomspace(0.2, 5.0, 65)), key=surprise)
