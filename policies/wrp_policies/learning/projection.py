"""From the vector of what was asked to the few numbers that a bandit learns from. It embeds nothing.

The axes that ship are principal components of requests (scripts/fit_projection.py): along them questions differ most,
and where they differ little a ridge learns little. Vectors of any other embedder are turned onto random axes.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Callable
from importlib import resources

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_signals.facts import Vector
from wrp_signals.signal import Tier

Floats = npt.NDArray[np.float64]

MOST_KEPT = 56
"""Axes that a file has."""


class Components(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file of axes holds: for vectors of the embedder `id`, float16[dim] their mean, float16[MOST_KEPT, dim] the
    axes, most telling first, both in base64; and what they were fitted to."""

    id: str
    dim: int
    mean: str
    axes: str
    sources: tuple[str, ...]


class Projection:
    """float32[dim] vectors to float32[kept]. Its `id` says which embedder and which axes: what was learned along other
    axes is worth nothing here."""

    __slots__ = ("_axes", "_offset", "dim", "id", "kept")

    def __init__(self, id: str, mean: Floats, axes: Floats) -> None:
        """`mean` float64[dim], `axes` float64[kept, dim]."""
        self.kept, self.dim = axes.shape
        self.id = id
        self._axes = np.ascontiguousarray(axes, np.float32)
        self._offset = (axes @ mean).astype(np.float32)

    def __call__(self, vector: Vector) -> Vector | None:
        """None where the vector is another embedder's, or not finite: somebody else's log, say."""
        if len(vector) != self.dim or not math.isfinite(vector.dot(vector)):
            return None
        along: Vector = self._axes.dot(vector)
        along -= self._offset
        return along


def shipped(name: str) -> bytes:
    """The bytes of one file of wrp_policies/weights. Raises FileNotFoundError."""
    return (resources.files("wrp_policies") / "weights" / name).read_bytes()


def projection(tier: Tier, id: str, dim: int, kept: int, read: Callable[[str], bytes] = shipped) -> Projection:
    """Onto the first `kept` axes that ship for the embedder `id` of this tier; onto random ones, always the same, where
    it is another. Fewer where vectors are shorter."""
    fitted = msgspec.json.decode(read(f"projection-{tier}.json"), type=Components)
    kept = min(kept, dim, MOST_KEPT)
    if fitted.id != id or fitted.dim != dim:
        return Projection(f"{id}/random-{kept}", np.zeros(dim), random_axes(id, dim, kept))
    axes = decoded(fitted.axes).reshape(-1, dim)[:kept]
    return Projection(f"{id}/{zlib.crc32(fitted.axes.encode()):08x}-{kept}", decoded(fitted.mean), axes)


def random_axes(id: str, dim: int, kept: int) -> Floats:
    """float64[kept, dim], orthonormal, decided by the embedder's name."""
    draw = np.random.default_rng(zlib.crc32(id.encode()))
    turned, _ = np.linalg.qr(draw.standard_normal((dim, kept)))
    return np.asarray(turned.T, np.float64)


def encoded(numbers: Floats) -> str:
    """As files hold them: float16, little-endian, base64."""
    return base64.b64encode(numbers.astype("<f2").tobytes()).decode()


def decoded(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text, validate=True), "<f2").astype(np.float64)
