"""Pairs to learn from in tests: generated ones, with cosines that say little."""

from __future__ import annotations

import random
from typing import Any
from zlib import crc32

import numpy as np

from wrp_cache.training.learning import Example
from wrp_cache.training.traps import traps


def examples(count: int = 400, seed: int = 3) -> list[Example]:
    rng = random.Random(seed)
    made = traps(seed, count, share=0.5)
    return [
        Example(one.a, one.b, one.dup, 0.7 + 0.1 * one.dup + 0.2 * rng.random(), one.kind, (drawn(one.a), drawn(one.b)))
        for one in made
    ]


def drawn(text: str) -> Any:
    """A unit vector that says nothing."""
    vector = np.random.default_rng(crc32(text.encode())).normal(size=8)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def silent(stage: str, share: float) -> None:
    assert 0.0 <= share <= 1.0
