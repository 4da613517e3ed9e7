"""Streams of requests of which it is known how well every model answers, and at what cost: for bench/bandits.py."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wrp_policies.types import Pool, Server
from wrp_signals.facts import Facts, packed
from wrp_signals.signal import Embedder

Floats = npt.NDArray[np.float64]

CHARACTERS = 4
"""Of a token, where nobody counted."""

LONG_ANSWER, SHORT_ANSWER = 300, 5
"""Tokens of an answer that reasons, and of one that names a letter."""

GPT4, MIXTRAL = (10.0, 30.0), (0.6, 0.6)
MMLU_PRO: Mapping[str, float] = {
    "Meta-Llama-3_1-8B-Instruct": 0.2,
    "Meta-Llama-3_1-70B-Instruct": 0.9,
    "Mistral-7B-Instruct-v0.2": 0.2,
    "Mixtral-8x7B-Instruct-v0.1": 0.6,
    "Qwen1.5-72B-Chat": 0.9,
    "Yi-34B": 0.8,
}
"""US$ per million tokens, by the number of parameters, as hosts of open models have them."""

PAIR = tuple(MMLU_PRO)[:2]


@dataclass(frozen=True)
class Stream:
    """`scores` float64[n, models] in [0, 1], `costs` float64[n, models] in US$. A model's prices are those of its pool;
    where costs were measured, answers are as long as these make them."""

    name: str
    facts: tuple[Facts, ...]
    models: tuple[str, ...]
    scores: Floats
    costs: Floats
    prices: tuple[tuple[float, float], ...]

    def pools(self) -> tuple[Pool, ...]:
        """One for each model."""
        return tuple(
            [
                Pool(model, model, (Server(f"{model}-0"),), price_in=price_in, price_out=price_out)
                for model, (price_in, price_out) in zip(self.models, self.prices, strict=True)
            ]
        )

    def tokens_out(self, row: int, model: int) -> int:
        """Tokens of that answer, by what it cost."""
        price_in, price_out = self.prices[model]
        return round((self.costs[row, model] * 1e6 - self.facts[row].prompt_tokens * price_in) / price_out)


def rows_of(path: Path) -> Iterable[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from csv.DictReader(file) if ".csv" in path.name else map(json.loads, file)


def facts_of(prompts: Sequence[str], embedder: Embedder) -> tuple[Facts, ...]:
    """As the router has them: the shape, and the vector of the static tier."""
    vectors = embedder.embed(prompts)
    return tuple(
        [
            Facts(str(row), "chat", "auto", prompt_tokens=len(one) // CHARACTERS, vectors={"static": packed(vector)})
            for row, (one, vector) in enumerate(zip(prompts, vectors, strict=True))
        ]
    )


def priced(facts: Sequence[Facts], prices: Sequence[tuple[float, float]], tokens: int) -> Floats:
    """float64[n, models], US$ for answers of so many tokens."""
    prompt = np.array([one.prompt_tokens for one in facts], float)
    return np.stack([(prompt * price_in + tokens * price_out) / 1e6 for price_in, price_out in prices], 1)


def routellm(data: Path, embedder: Embedder) -> Stream:
    """MMLU, Mixtral-8x7B and GPT-4 (1106), at the prices of their day."""
    rows = [one for one in rows_of(data / "route_routellm/mmlu_gsm8k.jsonl.gz") if one["benchmark"] == "mmlu"]
    facts = facts_of([one["prompt"] for one in rows], embedder)
    scores = np.array([[one["weak"], one["strong"]] for one in rows], float)
    prices = (MIXTRAL, GPT4)
    return Stream("RouteLLM MMLU, 2", facts, ("mixtral", "gpt-4"), scores, priced(facts, prices, SHORT_ANSWER), prices)


def mmlu_pro(data: Path, embedder: Embedder, models: Sequence[str]) -> Stream:
    """MMLU-Pro; open models of different sizes and ages."""
    known = {one["question_id"]: one for one in rows_of(data / "route_mmlu_pro/correct_matrix.csv.gz")}
    prompts, scores = [], []
    for one in rows_of(data / "route_mmlu_pro/questions.jsonl.gz"):
        right = known.get(str(one["question_id"]), {})
        if all(right.get(model) for model in models):
            options = [f"{chr(65 + place)}. {option}" for place, option in enumerate(one["options"])]
            prompts.append("\n".join([one["question"], *options]))
            scores.append([float(right[model]) for model in models])
    facts, prices = facts_of(prompts, embedder), tuple([(MMLU_PRO[model],) * 2 for model in models])
    name = f"MMLU-Pro, {len(models)}"
    return Stream(name, facts, tuple(models), np.array(scores), priced(facts, prices, LONG_ANSWER), prices)


def llmrouter(data: Path, embedder: Embedder) -> Stream:
    """Nine open models, eleven tasks."""
    rows = list(rows_of(data / "route_llmrouter9/llmrouter_9models.jsonl.gz"))
    listed = json.loads((data / "route_llmrouter9/default_llm.json").read_text())
    models = tuple(rows[0]["scores"])
    prices = tuple([(listed[model]["input_price"], listed[model]["output_price"]) for model in models])
    facts = facts_of([one["question"] for one in rows], embedder)
    scores = np.array([[one["scores"][model] for model in models] for one in rows], float)
    return Stream("LLMRouter, 9", facts, models, scores, priced(facts, prices, LONG_ANSWER), prices)


def routerbench(data: Path, embedder: Embedder) -> Stream:
    """Eleven models with the costs that RouterBench measured: of these, a tenth counts for the prompt."""
    rows = list(rows_of(data / "route_routerbench_subset/routerbench_arc_mbpp_winogrande.jsonl.gz"))
    models = tuple(rows[0]["score"])
    rows = [one for one in rows if all(one["score"].get(model) is not None for model in models)]
    scores = np.array([[one["score"][model] for model in models] for one in rows], float)
    costs = np.array([[one["cost"][model] for model in models] for one in rows], float)
    sound = np.isfinite(scores).all(1) & np.isfinite(costs).all(1)
    facts = facts_of([one["prompt"] for one, kept in zip(rows, sound, strict=True) if kept], embedder)
    prompt = np.array([one.prompt_tokens for one in facts], float)
    # the price per token that fits best, for the prompt: answers of these sets are mostly a letter
    per_token = (prompt @ costs[sound]) / (prompt @ prompt) * 1e6
    return Stream(
        "RouterBench, 11", facts, models, scores[sound], costs[sound], tuple([(p * 0.9, p * 0.9) for p in per_token])
    )


def streams(data: Path, embedder: Embedder) -> list[Stream]:
    """All of them."""
    return [
        routellm(data, embedder),
        mmlu_pro(data, embedder, PAIR),
        mmlu_pro(data, embedder, tuple(MMLU_PRO)),
        llmrouter(data, embedder),
        routerbench(data, embedder),
    ]
