"""Labelled pairs of questions from a file, and the vectors' cosines. A line that cannot be used is told with its
place; all others are."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from wrp_cache.training.learning import Example
from wrp_signals import Embedder
from wrp_signals.training.labels import yes_or_no

from .examples import BadLine, lines
from .progress import Bar

BATCH = 256

LONGEST = 100_000
"""Characters of one question."""


def read_pairs(path: str) -> tuple[list[Example], list[BadLine]]:
    """The lines `a`, `b`, `dup`, optionally `category`, of a JSONL file (.gz too) with cosines of 0, and what
    is wrong with the others. Raises OSError."""
    found, bad = [], []
    for place, line in lines(path):
        try:
            found.append(_pair(json.loads(line)))
        except (ValueError, RecursionError) as error:
            said = f"not valid JSON: {error}" if isinstance(error, json.JSONDecodeError) else str(error)
            bad.append(BadLine(f"{place}: {said}"))
    return found, bad


def _pair(tree: Any) -> Example:
    """Raises ValueError that says what is missing."""
    if not isinstance(tree, dict):
        raise ValueError("not a JSON object")
    for name in ("a", "b"):
        text = tree.get(name)
        if not isinstance(text, str) or not text.strip():
            raise ValueError(f"`{name}` is no text")
        if len(text) > LONGEST:
            raise ValueError(f"`{name}` has more than {LONGEST} characters")
    category = tree.get("category", "default")
    if not isinstance(category, str):
        raise ValueError("`category` is no text")
    if tree.get("dup") is None:
        raise ValueError("no `dup`: 1 where the answer to `a` answers `b`, 0 where not")
    return Example(tree["a"], tree["b"], yes_or_no(tree["dup"], ""), 0.0, category)


def embedded(pairs: list[Example], embedder: Embedder, bar: Bar) -> list[Example]:
    """The pairs with their vectors and cosines; every question is embedded once."""
    texts = sorted({text for one in pairs for text in (one.a, one.b)}, key=len)
    place = {text: at for at, text in enumerate(texts)}
    rows = np.zeros((len(texts), embedder.dim), np.float32)
    for at in range(0, len(texts), BATCH):
        bar("embedding", at / len(texts))
        rows[at : at + BATCH] = embedder.embed(texts[at : at + BATCH])
    bar("embedding", 1.0)
    couples = [(rows[place[one.a]], rows[place[one.b]]) for one in pairs]
    return [one._replace(similarity=float(u @ v), vectors=(u, v)) for one, (u, v) in zip(pairs, couples, strict=True)]
