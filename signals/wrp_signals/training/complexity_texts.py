"""What the complexity head learns from: questions, how likely a small model was to fail each, and whether one did."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from wrp_signals.training.domain_texts import mmlu, rows
from wrp_signals.training.folds import stem

SOURCES = (
    "MMLU-Pro question texts with the results of 24 models (TIGER-Lab, MIT and Apache-2.0)",
    "Questions of 13 tasks with the results of 9 models, as in LLMRouter (ulab-uiuc, MIT)",
)
JUDGED = "Meta-Llama-3_1-8B-Instruct"
JUDGED_ELSEWHERE = "llama-3.1-8b-instruct"
SMALL = (JUDGED_ELSEWHERE, "qwen2.5-7b-instruct", "mistral-7b-instruct-v0.3", "gemma-2-9b-it")
EXAM = "mmlu-pro"
ELSEWHERE = 0.2
"""How much a question of another source than EXAM counts."""

OWN_RESULT = 0.5
"""What the one model's own result counts in the target; the rest is what the results of others say of it. One result
is a coin that fell once: with the others the target has half the noise."""


class Question(NamedTuple):
    """`failed` is what happened to the small model, `others` what happened to all others (1: failed)."""

    text: str
    source: str
    failed: float
    others: tuple[float, ...]


def questions(data: Path) -> list[Question]:
    """All of them. Raises FileNotFoundError where a set is missing."""
    with gzip.open(data / "route_mmlu_pro/correct_matrix.csv.gz", "rt", encoding="utf-8", newline="") as file:
        results = {row["question_id"]: row for row in csv.DictReader(file)}
    found = []
    for row in rows(data / "route_mmlu_pro/questions.jsonl.gz"):
        known = results.get(str(row["question_id"]), {})
        if known.get(JUDGED):
            others = [_failed(known[name]) for name in known if name not in (JUDGED, "question_id", "category")]
            found.append(Question(row["question"], EXAM, _failed(known[JUDGED]), tuple(others)))
    for row in rows(data / "route_llmrouter9/llmrouter_9models.jsonl.gz"):
        if all(name in row["scores"] for name in SMALL):
            small = [1.0 - float(row["scores"][name]) for name in SMALL]
            found.append(Question(row["question"], row["task"], small[0], tuple(small[1:])))
    return found


def _failed(result: str) -> float:
    """nan where there is no result."""
    return 1.0 - float(result) if result else float("nan")


def targets(found: list[Question], judges: Any) -> Any:
    """How likely the small model is to fail each question, float[n]: its own result, and what those of the others
    say of it, by a logistic curve fitted on the exam's questions outside of `judges`, bool[n]; elsewhere their mean."""
    from sklearn.linear_model import LogisticRegression

    exam = np.array([one.source == EXAM for one in found])
    own = np.array([one.failed for one in found])
    said = np.zeros(len(found))
    others = np.array([one.others for one in found if one.source == EXAM])
    others = np.where(np.isnan(others), np.nanmean(others, 0), others)
    teaching = ~judges[exam]
    curve = LogisticRegression(C=0.3, max_iter=500).fit(others[teaching], own[exam][teaching] > 0.5)
    said[exam] = curve.predict_proba(others)[:, 1]
    said[~exam] = [np.mean(one.others) for one in found if one.source != EXAM]
    return OWN_RESULT * own + (1 - OWN_RESULT) * said


def mixtral(data: Path) -> tuple[list[str], list[bool]]:
    """MMLU's questions and whether Mixtral-8x7B failed them (RouteLLM): another exam, another model, no training."""
    failed = {}
    for row in rows(data / "route_routellm/mmlu_gsm8k.jsonl.gz"):
        failed[stem(row["prompt"].split("\nA. ")[0])] = not row["weak"]
    texts = {sample.group: sample.text for sample in mmlu(data)}
    return list(texts.values()), [failed[group] for group in texts]
