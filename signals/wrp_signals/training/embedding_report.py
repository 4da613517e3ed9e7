"""How good a static embedder is: agreement with its teacher, likeness of sentences, and two tasks. It trains no table.

What judges must not have been among the texts that the table was fitted to: `held_out` says which texts these are.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np

from wrp_signals.vectors import Rows, unit

from .embedding_texts import QUESTIONS, rows_in
from .folds import stem
from .metrics import macro_f1, spearman

Embed = Callable[[Sequence[str]], Rows]

FOLDS = 5
"""One question in five judges, with all that begins like it."""

DRAWS, EXAMPLES = 3, 10
"""Declared categories: examples per class, and how often they are drawn anew."""

KEPT = 0.95
PENALTY = 3.0
"""scikit-learn's C of the domain head."""

STS = "cache_sts_mrpc/semeval_sts_2012_2016.csv.gz"
EXAMS = ("mmlupro", "routellm", "llmrouter9")
"""Families that share questions."""

CLINC = "cls_clinc150"


def held_out(texts: Sequence[str], families: Iterable[str], data: Path) -> set[str]:
    """The texts that judge: exam questions of one fold in all families that share them, CLINC150's own validation."""
    judging = {text for text, family in zip(texts, families, strict=True) if family in EXAMS and _judges(text)}
    parts = ("val", "oos_val", "oos_train")
    return judging | {row["text"].strip() for part in parts for row in rows_in(data / CLINC / f"{part}.jsonl.gz")}


def _judges(question: str) -> bool:
    return crc32(stem(question).encode()) % FOLDS == 0


def agreement(embed: Embed, texts: Sequence[str], taught: Rows) -> float:
    """Rank correlation (Spearman) of the likeness of 20,000 pairs of texts, here and in the teacher's vectors."""
    ours, rng = embed(texts), np.random.default_rng(0)
    a, b = rng.integers(0, len(texts), (2, 20_000))
    return spearman((ours[a] * ours[b]).sum(1), (taught[a] * taught[b]).sum(1))


def likeness(embed: Embed, data: Path) -> float:
    """SemEval STS 2012 to 2016: Spearman of cosine and human score, mean over its sets. Evaluated only."""
    rows = [row for row in rows_in(data / STS) if row["score"]]
    cosines = (embed([row["a"] for row in rows]) * embed([row["b"] for row in rows])).sum(1)
    scores = np.array([float(row["score"]) for row in rows])
    sets: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        sets[row["year"], row["set"]].append(number)
    return float(np.mean([spearman(cosines[part], scores[part]) for part in sets.values()]))


def domain(embed: Embed, data: Path) -> float:
    """Macro-F1 over MMLU-Pro's fourteen categories of a plain logistic regression, on the questions held out."""
    from sklearn.linear_model import LogisticRegression

    rows = list(rows_in(data / QUESTIONS))
    vectors = embed([row["question"] for row in rows])
    classes = np.array([row["category"] for row in rows])
    judging = np.array([_judges(row["question"]) for row in rows])
    head = LogisticRegression(C=PENALTY, max_iter=300).fit(vectors[~judging], classes[~judging])
    return macro_f1(head.predict(vectors[judging]), classes[judging])


def intents(embed: Embed, data: Path) -> tuple[float, float]:
    """CLINC150 from ten examples per intent, nearest middle: accuracy on its validation, and the share of the
    out-of-scope queries that score below the bar that keeps 95 % of the others; means of three draws."""
    examples: dict[str, list[str]] = defaultdict(list)
    for row in rows_in(data / CLINC / "train.jsonl.gz"):
        examples[row["intent"]].append(row["text"])
    names = sorted(examples)
    inside = [row for row in rows_in(data / CLINC / "val.jsonl.gz") if row["intent"] in examples]
    strange = [row["text"] for part in ("oos_train", "oos_val") for row in rows_in(data / CLINC / f"{part}.jsonl.gz")]
    asked, beyond = embed([row["text"] for row in inside]), embed(strange)
    truth = np.array([names.index(row["intent"]) for row in inside])
    results = []
    for draw in range(DRAWS):
        rng = random.Random(draw)
        middles = unit(np.array([embed(rng.sample(examples[name], EXAMPLES)).mean(0) for name in names]))
        scores = asked @ middles.T
        bar = np.quantile(scores.max(1), 1 - KEPT)
        results.append(((scores.argmax(1) == truth).mean(), ((beyond @ middles.T).max(1) < bar).mean()))
    accuracy, refused = np.mean(results, 0)
    return float(accuracy), float(refused)


def tasks(embed: Embed, data: Path) -> dict[str, Any]:
    """The two tasks and the likeness of sentences, by name."""
    accuracy, refused = intents(embed, data)
    return {
        "domain_macro_f1": round(domain(embed, data), 3),
        "clinc150_accuracy": round(accuracy, 3),
        "clinc150_oos_recall_at_95": round(refused, 3),
        "sts_spearman": round(likeness(embed, data), 3),
    }
