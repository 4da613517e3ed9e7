"""What a bandit learns from: the facts of a request as a few numbers. It knows no pools, and remembers nothing."""

from __future__ import annotations

import math
import struct
import zlib

import numpy as np

from wrp_signals.facts import Facts, Vector
from wrp_signals.signal import Tier

from .projection import Projection

SHAPE, CATEGORIES = 8, 8
"""Numbers for a request's shape, and places that the names of categories are hashed to."""

LEAST_DIM, MOST_DIM = SHAPE + CATEGORIES, 64

PRECISIONS = (1.0, 3.0, 10.0)
"""How many observations stand against a weight of 1: for the constant, for the shape and the category, for the vector.
Chosen with bench/bandits.py: a vector tells little of which model is right, and a ridge that trusts it early loses."""

_SHAPE = struct.Struct(f"{SHAPE}f")

TOKENS, SPREAD = 5.5, 2.0
"""The logarithm of a middling prompt's length (some 240 tokens), and what is far from it."""


def shape(facts: Facts) -> list[float]:
    """The constant and the request's shape, all within about [-2, 2]."""
    length = max(-2.0, min(2.0, (math.log1p(facts.prompt_tokens) - TOKENS) / SPREAD))
    allowed = facts.max_tokens
    return [
        1.0,
        length,
        length * length - 0.5,
        min(2.0, math.log(max(1, facts.turns))),
        1.0 if facts.tools else 0.0,
        1.0 if facts.images else 0.0,
        1.0 if facts.response_format != "text" else 0.0,
        0.0 if allowed is None else max(-2.0, min(2.0, (math.log1p(max(0, allowed)) - TOKENS) / SPREAD)),
    ]


def bucket(category: str, buckets: int) -> int:
    """Where a category's name belongs, always the same."""
    return zlib.crc32(category.encode("utf-8", "replace")) % buckets


class Context:
    """Facts to float32[dim]: shape, hashed category (zeros where no signal of that name was read), and what is left of
    `dim` for the vector of what was asked, along a projection's axes (zeros where it was not in time)."""

    __slots__ = ("_projection", "_tier", "dim", "id", "precision")

    def __init__(self, dim: int, tier: Tier = "none", projection: Projection | None = None) -> None:
        """`dim` from LEAST_DIM to MOST_DIM."""
        self.dim = dim
        self._tier = tier
        self._projection = projection
        self.id = f"shape-{SHAPE}-{CATEGORIES}/{dim}/{projection.id if projection is not None else 'none'}"
        constant, known, vector = PRECISIONS
        self.precision = np.array([constant] + [known] * (LEAST_DIM - 1) + [vector] * (dim - LEAST_DIM))

    def __call__(self, facts: Facts) -> Vector:
        found = np.zeros(self.dim, np.float32)
        _SHAPE.pack_into(found, 0, *shape(facts))  # type: ignore[arg-type] # an array is a buffer
        if "category" in facts.readings:
            found[SHAPE + bucket(facts.category(), CATEGORIES)] = 1.0
        if self._projection is not None:
            vector = facts.vector(self._tier)
            along = self._projection(vector) if vector is not None else None
            if along is not None:
                found[LEAST_DIM : LEAST_DIM + len(along)] = along
        return found
