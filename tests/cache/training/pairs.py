"""Pairs to learn from in tests: generated ones, with cosines that say little."""

from __future__ import annotations

import random

from wrp_cache.training.learning import Example
from wrp_cache.training.traps import traps


def examples(count: int = 400, seed: int = 3) -> list[Example]:
    rng = random.Random(seed)
    made = traps(seed, count, share=0.5)
    return [Example(one.a, one.b, one.dup, 0.7 + 0.1 * one.dup + 0.2 * rng.random(), one.kind) for one in made]


def silent(stage: str, share: float) -> None:
    assert 0.0 <= share <= 1.0
