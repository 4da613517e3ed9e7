"""A learned guard made by hand, and words with vectors made up, for tests."""

from __future__ import annotations

from typing import Any
from zlib import crc32

import msgspec
import numpy as np

from wrp_cache.nearness import WordTable
from wrp_cache.weighing import TRAITS, GuardCard, Weighing
from wrp_signals.arrays import digest

BUCKETS = 64
VECTORS = np.array([1.0, 0.0], np.float32), np.array([0.6, 0.8], np.float32)
"""Of what was asked and of what is stored, where they make no difference."""


class MadeUp:
    """Every word has a vector of its own, drawn from its letters; "" and "unknown" have none."""

    id = "made-up-words"

    def weighed(self, word: str) -> Any:
        if word in ("", "unknown"):
            return np.zeros(8, np.float32)
        rng = np.random.default_rng(crc32(word.encode()))
        return np.asarray(rng.normal(size=8) * len(word), np.float32)


def words() -> WordTable:
    return WordTable(MadeUp())


def arrays(**changed: Any) -> dict[str, Any]:
    """One tree of depth 1: above a similarity of 0.9 it says 2, else -2. The network says 40 x similarity - 36.
    Words and vectors count nothing."""
    second = np.zeros((1, 1 + len(TRAITS) + 2, 1), "<f2")
    second[0, 1 + TRAITS.index("similarity")] = 1.0
    made = {
        "words": np.zeros(BUCKETS, "<f2"),
        "dense": np.zeros(len(TRAITS) + 1, "<f4"),
        "splits": np.array([[TRAITS.index("similarity")]], "<i2"),
        "bars": np.array([[0.9]], "<f4"),
        "leaves": np.array([[-2.0, 2.0]], "<f4"),
        "scale": np.array([[0.0], [1.0]], "<f4").repeat(len(TRAITS) + 1, 1),
        "first": np.zeros((1, 5, 1), "<f2"),
        "second": second,
        "last": np.array([[40.0, -36.0]], "<f4"),
    }
    return made | changed


def card(of: dict[str, Any] | None = None, **changed: Any) -> GuardCard:
    made = GuardCard(
        id="guard-by-hand",
        embedder="minilm-test",
        dim=2,
        table_of_words=MadeUp.id,
        sha256=digest(of or arrays()),
        traits=TRAITS,
        bar=0.5,
        pardon=2.0,
        offset=0.0,
        topics=True,
    )
    return msgspec.structs.replace(made, **changed)


def weighing(**changed: Any) -> Weighing:
    return Weighing(card(**changed), arrays(), words())
