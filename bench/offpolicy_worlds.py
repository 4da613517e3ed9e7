"""Worlds whose truth is known: questions that every model has answered, policies that log them, and candidates."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wrp_policies.offpolicy import Logged, logged
from wrp_signals.static import static_embedder

Floats = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]

MMLU_PRO = (
    "Meta-Llama-3_1-8B-Instruct",
    "Meta-Llama-3_1-70B-Instruct",
    "Mixtral-8x7B-Instruct-v0.1",
    "gemini-1.5-flash-002",
    "Qwen1.5-72B-Chat",
)
WIDTH = 16
"""Components of the embeddings that the reward model sees."""

FLOOR, CANARY = 0.2, 0.05
"""What the exploring policy gives to all models alike, and what the canary's has beside the current model."""

WARM, SHARP, LEAN = 0.1, 0.03, 5.0
"""Temperatures of the exploring policy and of the soft candidate, over tables of categories that lean on all."""


@dataclass(frozen=True)
class World:
    """Every question's score by every model, [N, K], its US$ where they are known, and [N, d] what a model may see of
    it. Policies are chances [N, K]; they come from the other half of the questions."""

    name: str
    scores: Floats
    costs: Floats | None
    features: Floats
    loggings: Mapping[str, Floats]
    candidates: Mapping[str, Floats]

    def truth(self, chances: Floats) -> float:
        """What a policy earns over all questions: those that logs are drawn from."""
        return float((chances * self.scores).sum(axis=1).mean())

    def drawn(self, logging: str, n: int, rng: np.random.Generator) -> Drawn:
        """A log of n questions, with replacement."""
        rows = rng.integers(0, len(self.scores), n)
        chances = self.loggings[logging][rows]
        actions = (rng.random(n)[:, None] > np.cumsum(chances, axis=1)[:, :-1]).sum(axis=1)
        return Drawn(self, rows, actions, chances)


@dataclass(frozen=True)
class Drawn:
    """Which questions were asked, and who answered."""

    world: World
    rows: Index
    actions: Index
    chances: Floats

    @property
    def features(self) -> Floats:
        return self.world.features[self.rows]

    def beside(self, candidate: Floats) -> Logged:
        """As the library is told of it."""
        each = np.arange(len(self.rows))
        return logged(
            self.actions,
            self.chances[each, self.actions],
            self.world.scores[self.rows, self.actions],
            candidate[self.rows],
            logging=self.chances,
        )

    def costs(self) -> Floats:
        """US$ of what was done."""
        assert self.world.costs is not None
        return self.world.costs[self.rows, self.actions]


def worlds(data: Path) -> Iterator[World]:
    """All four, in turn; they are halved by question at random, the same way each time."""
    embedder = static_embedder()
    for name, texts, scores, costs, kinds in _tables(data):
        fit, judged = np.array_split(np.random.default_rng(0).permutation(len(texts)), 2)
        vectors = embedder.embed(texts).astype(np.float64)
        off = vectors - vectors[fit].mean(axis=0)
        features = off[judged] @ np.linalg.eigh(off[fit].T @ off[fit])[1][:, -WIDTH:]
        number = np.unique(kinds, return_inverse=True)[1]
        table = _table(scores[fit], number[fit], int(number.max()) + 1)
        paid = None if costs is None else costs[judged]
        yield World(name, scores[judged], paid, features, *_policies(table, scores[fit], number[judged]))


def _table(scores: Floats, kinds: Index, many: int) -> Floats:
    """Mean scores by category, those of few questions near to the mean of all."""
    sums = np.zeros((many, scores.shape[1]))
    np.add.at(sums, kinds, scores)
    return (sums + LEAN * scores.mean(axis=0)) / (np.bincount(kinds, minlength=many)[:, None] + LEAN)


def _policies(table: Floats, scores: Floats, kinds: Index) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Who logs, and who is judged."""
    n, k = len(kinds), scores.shape[1]
    best, second = np.argsort(-scores.mean(axis=0))[:2]
    canary = np.full((n, k), CANARY / (k - 1))
    canary[:, second] = 1.0 - CANARY
    loggings = {
        "uniform": np.full((n, k), 1.0 / k),
        "exploring": (1.0 - FLOOR) * _softmax(table / WARM)[kinds] + FLOOR / k,
        "canary": canary,
    }
    every = np.eye(k)
    candidates = {
        "by category": every[table.argmax(axis=1)][kinds],
        "soft": _softmax(table / SHARP)[kinds],
        "best model": np.tile(every[best], (n, 1)),
    }
    return loggings, candidates


def _softmax(table: Floats) -> Floats:
    power: Floats = np.exp(table - table.max(axis=1, keepdims=True))
    return power / power.sum(axis=1, keepdims=True)


def _tables(data: Path) -> Iterator[tuple[str, list[str], Floats, Floats | None, list[str]]]:
    """Name, texts, scores, costs and categories of each; questions that not all models have answered are left out."""
    found = [row for row in _lines(data / "route_routellm/mmlu_gsm8k.jsonl.gz") if row["benchmark"] == "mmlu"]
    pairs = np.array([[row["weak"], row["strong"]] for row in found], np.float64)
    yield "RouteLLM MMLU", [row["prompt"] for row in found], pairs, None, [row["subject"] for row in found]

    with gzip.open(data / "route_mmlu_pro/correct_matrix.csv.gz", "rt", encoding="utf-8", newline="") as file:
        right = {row["question_id"]: [row[name] for name in MMLU_PRO] for row in csv.DictReader(file)}
    found = _lines(data / "route_mmlu_pro/questions.jsonl.gz")
    found = [row for row in found if all(right.get(str(row["question_id"]), [""]))]
    scores = np.array([right[str(row["question_id"])] for row in found], np.float64)
    yield "MMLU-Pro, 5 models", [row["question"] for row in found], scores, None, [row["category"] for row in found]

    found = _lines(data / "route_llmrouter9/llmrouter_9models.jsonl.gz")
    scores = np.array([list(row["scores"].values()) for row in found], np.float64)
    yield "LLMRouter, 9 models", [row["question"] for row in found], scores, None, [row["task"] for row in found]

    found = _lines(data / "route_routerbench_subset/routerbench_arc_mbpp_winogrande.jsonl.gz")
    found = [row for row in found if None not in (*row["score"].values(), *row["cost"].values())]
    scores, costs = (np.array([list(row[key].values()) for row in found], np.float64) for key in ("score", "cost"))
    whole = ~(np.isnan(scores) | np.isnan(costs)).any(axis=1)
    found = [row for row, kept in zip(found, whole, strict=True) if kept]
    tasks = [row["task"] for row in found]
    yield "RouterBench, 11 models", [row["prompt"] for row in found], scores[whole], costs[whole], tasks


def _lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]
