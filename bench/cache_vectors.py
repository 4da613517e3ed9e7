"""Vectors of real questions for bench/cache.py, and more like them where there are too few."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.onnx import minilm

Rows = npt.NDArray[np.float32]

DIM = 384
BATCH = 1024
BLENDS = 65536
"""Made at a time."""

TEXTS = ("cache_qqp", "route_mmlu_pro", "prompts_code_math", "cls_clinc150", "route_routerdc7", "route_routellm")
"""Folders of the development data whose texts are embedded; Quora's questions first."""


def texts(data: Path) -> list[str]:
    """Different texts of 15 to 400 characters, in a fixed random order."""
    found: dict[str, None] = {}
    for folder in TEXTS:
        for path in sorted((data / folder).glob("*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as file:
                for line in file:
                    found.update(dict.fromkeys(strings(json.loads(line))))
    mixed = [text for text in found if 15 <= len(text) <= 400 and " " in text]
    random.Random(1).shuffle(mixed)
    return mixed


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from strings(one)


def embedded(data: Path, wanted: int, bar: Callable[[str, float], None]) -> Rows:
    """At most so many texts of DATA by the model tier."""
    card = weights(EMBEDDER_CARD)
    facts = embedder_card(card)
    embedder = minilm(card, weights(facts.model), weights(facts.tokenizer), 1)
    chosen = texts(data)[:wanted]
    rows = np.empty((len(chosen), DIM), np.float32)
    for at in range(0, len(chosen), BATCH):
        bar("embedding", at / len(chosen))
        rows[at : at + BATCH] = embedder.embed(chosen[at : at + BATCH])
    return rows


def enlarged(real: Rows, wanted: int) -> Rows:
    """The real rows and, where that is too few, blends of a real row with 0.35 to 0.8 of another, drawn at random:
    cosines of about 0.8 to 0.95 to the first, and no direction in which real texts do not lie. Fewer are the beginning
    of more."""
    if wanted <= len(real):
        return real[:wanted]
    rng = np.random.default_rng(2)
    rows = np.empty((wanted, DIM), np.float32)
    rows[: len(real)] = real
    for at in range(len(real), wanted, BLENDS):
        first, second = rng.integers(0, len(real), (2, BLENDS))
        blend = real[first] + rng.uniform(0.35, 0.8, (BLENDS, 1)).astype(np.float32) * real[second]
        blend /= np.linalg.norm(blend, axis=1, keepdims=True)
        rows[at : at + BLENDS] = blend[: wanted - at]
    return rows


def synthetic(wanted: int) -> Rows:
    """Clusters without any meaning, for a machine without the development data."""
    rng = np.random.default_rng(3)
    rows = rng.standard_normal((wanted, DIM), np.float32)
    rows += 1.5 * rng.standard_normal((2048, DIM), np.float32)[rng.integers(0, 2048, wanted)]
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
