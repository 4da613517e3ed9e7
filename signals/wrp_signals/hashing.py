"""An embedder without weights: words and word pairs hashed into a vector. The twin of the model tier for tests.

It knows shared words, not meaning: never use it to route or cache real traffic.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np

from .vectors import Rows, unit

WORDS = 512
"""Words of a text that count; the rest is ignored, so that a long text costs no more."""

CHARACTERS = 16_384


class HashingEmbedder:
    """Deterministic over processes and machines. A text without words gets the first unit vector."""

    def __init__(self, dim: int = 256) -> None:
        if dim < 2:
            raise ValueError("dim must be at least 2")
        self._dim = dim

    @property
    def id(self) -> str:
        return f"hashing-{self._dim}"

    @property
    def dim(self) -> int:
        return self._dim

    def embed(self, texts: Sequence[str]) -> Rows:
        """float32[len(texts), dim], unit rows."""
        rows = np.zeros((len(texts), self._dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            self._fill(row, text)
        return unit(rows) if len(texts) else rows

    def _fill(self, row: Rows, text: str) -> None:
        words = [word.strip(".,;:!?\"'()[]") for word in text[:CHARACTERS].lower().split()[:WORDS]]
        pairs = [f"{a} {b}" for a, b in pairwise(words)]
        for gram, weight in [(w, 1.0) for w in words if w] + [(p, 0.5) for p in pairs]:
            code = crc32(gram.encode("utf-8", "replace"))
            row[(code >> 1) % self._dim] += weight if code & 1 else -weight
        if not row.any():
            row[0] = 1.0
