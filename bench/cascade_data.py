"""Outcomes of a small and a large model on the same questions, and verifiers that are simulated from them."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]

SURE = 6.0
"""What stands for no error at all: z errs once in a billion."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """`small` and `large` float64[n] in [0, 1] are how good their answers were; one of each question. `price_small` is
    what an answer of the small one costs of one of the large."""

    name: str
    categories: list[str]
    small: Scores
    large: Scores
    price_small: float

    @property
    def worse(self) -> npt.NDArray[np.bool_]:
        """Where the large one is better."""
        return self.small < self.large

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        """Where the small one is right."""
        return self.small >= 0.5

    def usable(self, without_third: bool) -> npt.NDArray[np.int64]:
        """All questions, or those that `question_alone` did not learn from."""
        everything = np.arange(len(self.small))
        return everything[everything % 3 != 0] if without_third else everything


def simulated(right: npt.NDArray[np.bool_], error: float, rng: np.random.Generator) -> Scores:
    """Scores of a verifier that errs so often at its middle."""
    mu = NormalDist().inv_cdf(1.0 - error) if error else SURE
    z = np.where(right, mu, -mu) + rng.standard_normal(len(right))
    return np.asarray(1.0 / (1.0 + np.exp(-z)), dtype=np.float64)


def question_alone(data: Outcomes, rng: np.random.Generator) -> Scores:
    """The small model's mean in the question's category, drawn to the whole mean by ten; noise parts equals."""
    learned = [n for n in range(len(data.small)) if n % 3 == 0]
    whole = float(data.small[learned].mean())
    totals: dict[str, list[float]] = {}
    for n in learned:
        totals.setdefault(data.categories[n], []).append(float(data.small[n]))
    means = {name: (sum(seen) + 10 * whole) / (len(seen) + 10) for name, seen in totals.items()}
    found = np.array([means.get(name, whole) for name in data.categories])
    return np.asarray(np.clip(found + rng.normal(0.0, 1e-4, len(found)), 0.0, 1.0), dtype=np.float64)


@cache
def outcomes(folder: Path) -> tuple[Outcomes, ...]:
    """Four pairs of models."""
    return (routellm(folder), mmlu_pro(folder), llmrouter(folder), routerbench(folder))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _made(name: str, rows: list[tuple[str, str, float, float]], price: float, seed: int = 3) -> Outcomes:
    """Of (question, category, small, large), one of each question, in an order of no meaning."""
    distinct = list({" ".join(row[0].casefold().split()): row for row in rows}.values())
    order = np.random.default_rng(seed).permutation(len(distinct))
    chosen = [distinct[n] for n in order]
    small, large = (np.array([row[place] for row in chosen], dtype=np.float64) for place in (2, 3))
    return Outcomes(name, [row[1] for row in chosen], small, large, price)


def routellm(folder: Path) -> Outcomes:
    """Mixtral-8x7B and GPT-4 on MMLU and GSM8K; US$ 0.6 and 10 for a million tokens."""
    lines = _lines(folder / "route_routellm" / "mmlu_gsm8k.jsonl.gz")
    rows = [(one["prompt"], one.get("subject") or one["benchmark"], one["weak"], one["strong"]) for one in lines]
    return _made("RouteLLM", rows, 0.06)


def mmlu_pro(folder: Path) -> Outcomes:
    """Llama 3.1 8B and 70B, instructed."""
    asked = _lines(folder / "route_mmlu_pro" / "questions.jsonl.gz")
    text = {one["question_id"]: f"{one['question']} {one['options']}" for one in asked}
    with gzip.open(folder / "route_mmlu_pro" / "correct_matrix.csv.gz", "rb") as file:
        table = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
    names = "Meta-Llama-3_1-8B-Instruct", "Meta-Llama-3_1-70B-Instruct"
    rows = [
        (text[int(one["question_id"])], one["category"], float(one[names[0]]), float(one[names[1]]))
        for one in table
        if one[names[0]] and one[names[1]]
    ]
    return _made("MMLU-Pro", rows, 0.1)


def llmrouter(folder: Path) -> Outcomes:
    """Llama 3.1 8B and Nemotron Super 49B on eleven tasks."""
    names = "llama-3.1-8b-instruct", "llama-3.3-nemotron-super-49b-v1"
    lines = _lines(folder / "route_llmrouter9" / "llmrouter_9models.jsonl.gz")
    rows = [(one["question"], one["task"], one["scores"][names[0]], one["scores"][names[1]]) for one in lines]
    return _made("LLMRouter", rows, 0.2)


def routerbench(folder: Path) -> Outcomes:
    """Mixtral-8x7B and GPT-4 on ARC, MBPP and Winogrande, at the prices that were paid."""
    names = "mistralai/mixtral-8x7b-chat", "gpt-4-1106-preview"
    lines = list(_lines(folder / "route_routerbench_subset" / "routerbench_arc_mbpp_winogrande.jsonl.gz"))
    rows = [(one["prompt"], one["task"], one["score"][names[0]], one["score"][names[1]]) for one in lines]
    paid = [sum(one["cost"][name] for one in lines) for name in names]
    return _made("RouterBench", rows, paid[0] / paid[1])
