"""What each signal costs per read, without the embedding; with --data also how good declared categories are.

python bench/signals.py [--json] [--data DATA]
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import timeit
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from wrp_signals import (
    DomainSpec,
    EmbeddingSpec,
    HashingEmbedder,
    KeywordSpec,
    Message,
    RequestView,
    ShapeSpec,
    Signal,
    TokensSpec,
    estimate_tokens,
    prefix_hashes,
)
from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.domain import declared, scores_of
from wrp_signals.onnx import OnnxEmbedder, minilm

SENTENCE = "The quick brown fox, 123 jumps over the lazy dog; what then? "
EXAMPLES, DRAWS = 10, 3
PATTERNS = (
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b[\w.+-]+@[\w-]+\.\w{2,}\b",
    r"sk-[A-Za-z0-9]{20,}",
    r"(?i)ignore .{0,20}rules",
)


def view(size: int, wide: str = "") -> RequestView:
    """A chat request with a short system prompt and `size` characters asked."""
    asked = (wide + SENTENCE * (size // len(SENTENCE) + 1))[:size]
    messages = (Message("system", "You are a helpful assistant. Answer briefly."), Message("user", asked))
    return RequestView("chat", "auto", messages, headers={"user-agent": "openai-python/3.52"})


def microseconds(call: Callable[[], object], number: int = 300) -> float:
    return round(min(timeit.repeat(call, number=number, repeat=9)) / number * 1e6, 2)


def costs() -> dict[str, dict[str, float]]:
    """Kind -> size of the request -> least microseconds of nine rounds."""
    embedder = HashingEmbedder(384)
    vector = embedder.embed([SENTENCE])[0]
    signals: dict[str, Signal] = {
        "shape": ShapeSpec().build(),
        "tokens": TokensSpec().build(),
        "keyword, 100 words": KeywordSpec(words=tuple(f"word{i}" for i in range(100))).build(),
        "keyword, 4 regexes": KeywordSpec(regex=PATTERNS).build(),
        "embedding, 50 examples": EmbeddingSpec(examples=tuple(f"example {i}" for i in range(50))).build(embedder),
        "domain, 16 categories": DomainSpec(categories={f"c{i}": (f"topic {i}",) for i in range(16)}).build(embedder),
    }
    sizes = {"1 KB": view(1_000), "1 KB, not ASCII": view(1_000, "naïve Ж中 "), "100 KB": view(100_000)}
    table = {
        name: {size: microseconds(partial(signal.read, one, vector), 50) for size, one in sizes.items()}
        for name, signal in signals.items()
    }
    calls: dict[str, Callable[[RequestView], object]] = {
        "estimate_tokens": estimate_tokens,
        "prefix_hashes": prefix_hashes,
    }
    for name, call in calls.items():
        table[name] = {size: microseconds(partial(call, one), 50) for size, one in sizes.items()}
    return table


def shipped() -> OnnxEmbedder:
    card = embedder_card(weights(EMBEDDER_CARD))
    return minilm(weights(EMBEDDER_CARD), weights(card.model), weights(card.tokenizer))


def lines(path: Path) -> list[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def declared_quality(data: Path) -> dict[str, list[float]]:
    """CLINC150: each of its 150 intents declared by training examples, asked its validation and out-of-scope sets. One
    figure per draw of the examples."""
    embedder = shipped()
    draws = [one_draw(data, embedder, seed) for seed in range(DRAWS)]
    return {name: [draw[name] for draw in draws] for name in draws[0]}


def one_draw(data: Path, embedder: OnnxEmbedder, seed: int) -> dict[str, float]:
    intents: dict[str, list[str]] = {}
    for row in lines(data / "cls_clinc150/train.jsonl.gz"):
        intents.setdefault(row["intent"], []).append(row["text"])
    draw = random.Random(seed)
    head = declared({name: tuple(draw.sample(texts, EXAMPLES)) for name, texts in intents.items()}, embedder)
    asked = lines(data / "cls_clinc150/val.jsonl.gz")
    strange = lines(data / "cls_clinc150/oos_train.jsonl.gz") + lines(data / "cls_clinc150/oos_val.jsonl.gz")
    scores = np.array([scores_of(head, vector) for vector in embedder.embed([row["text"] for row in asked])])
    outside = np.array([scores_of(head, vector).max() for vector in embedder.embed([row["text"] for row in strange])])
    right = [head.classes[best] == row["intent"] for best, row in zip(scores.argmax(1), asked, strict=True)]
    bar = float(np.quantile(scores.max(1), 0.05))
    return {
        "asked": len(asked),
        "accuracy": round(float(np.mean(right)), 3),
        "unknown_below_that_keeps_95_percent": round(bar, 3),
        "out_of_scope_refused_there": round(float((outside < bar).mean()), 3),
        "out_of_scope_asked": len(strange),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--data", type=Path, help="the development data")
    args = parser.parse_args()
    results: dict[str, Any] = {"microseconds": costs()}
    if args.data:
        results["declared_categories"] = declared_quality(args.data)
    if args.json:
        print(json.dumps(results))
        return
    for name, cost in results["microseconds"].items():
        print(f"{name:24s}" + "".join(f"{size:>18s} {value:8.2f} us" for size, value in cost.items()))
    for name, value in results.get("declared_categories", {}).items():
        print(f"{name:40s} {value}")


if __name__ == "__main__":
    main()
