"""Clusters of prompts and how good every model was in each, as Avengers has it (arXiv 2505.19797). A baseline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from wrp_signals.signal import Tier

from .outcomes import Floats, Index, OutcomeTable, known_means

if TYPE_CHECKING:
    from .contenders import Inputs

Vectors = npt.NDArray[np.float32]

ROUNDS = 30
"""Of k-means at most: it has settled long before."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """`count` clusters (at most one for every eight prompts); a prompt belongs to its `near` nearest, by softmax of
    `-beta` times the distance to their centres; a model is as good as its mean in them."""

    tier: Tier
    count: int = 64
    near: int = 2
    beta: float = 6.0

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> ClustersFitted:
        vectors = inputs.vectors[self.tier]
        centres = k_means(vectors, max(1, min(self.count, len(train) // 8)), rng)
        of = closest(vectors, centres)
        means = np.array([known_means(train.scores[of == place]) for place in range(len(centres))])
        return ClustersFitted(self, centres, np.where(np.isnan(means), train.mean_scores(), means))


@dataclass(frozen=True, slots=True, eq=False)
class ClustersFitted:
    """`means`: float64[clusters, m]."""

    spec: Clusters
    centres: Vectors
    means: Floats

    def estimate(self, inputs: Inputs) -> Floats:
        far = np.sqrt(np.maximum(_squares(inputs.vectors[self.spec.tier], self.centres), 0.0)).astype(np.float64)
        near = np.argsort(far, axis=1, kind="stable")[:, : self.spec.near]
        distances = np.take_along_axis(far, near, axis=1)
        weights = np.exp(-self.spec.beta * (distances - distances[:, :1]))
        weights /= weights.sum(axis=1, keepdims=True)
        found: Floats = (self.means[near] * weights[:, :, None]).sum(axis=1)
        return found


def k_means(vectors: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Centres, float32[count, d]: k-means++ (Arthur and Vassilvitskii 2007), then Lloyd's rounds. A cluster that loses
    all its members starts again at the vector farthest from its centre."""
    centres = _started(vectors, count, rng)
    before = np.full(len(vectors), -1)
    for _ in range(ROUNDS):
        squares = _squares(vectors, centres)
        of = np.argmin(squares, axis=1)
        if (of == before).all():
            break
        before = of
        members = (of == np.arange(count)[:, None]).astype(np.float32)
        sizes = members.sum(axis=1)
        alone = np.flatnonzero(sizes == 0)
        centres = members @ vectors / np.maximum(sizes, 1)[:, None]
        if len(alone):
            centres[alone] = vectors[np.argsort(-squares.min(axis=1), kind="stable")[: len(alone)]]
    return centres


def _started(vectors: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Centres far from each other: each next one drawn by its squared distance to those before."""
    centres = np.empty((count, vectors.shape[1]), np.float32)
    centres[0] = vectors[rng.integers(len(vectors))]
    squares = _squares(vectors, centres[:1])[:, 0].astype(np.float64)
    for place in range(1, count):
        mass = np.maximum(squares, 0.0).cumsum()
        at = int(np.searchsorted(mass, rng.random() * mass[-1], "right")) if mass[-1] > 0.0 else 0
        centres[place] = vectors[min(at, len(vectors) - 1)]
        squares = np.minimum(squares, _squares(vectors, centres[place : place + 1])[:, 0])
    return centres


def closest(vectors: Vectors, centres: Vectors) -> Index:
    """The nearest centre of each, intp[n]."""
    found: Index = np.argmin(_squares(vectors, centres), axis=1)
    return found


def _squares(vectors: Vectors, centres: Vectors) -> Vectors:
    """Squared distances, float32[n, count]."""
    found: Vectors = (
        (vectors * vectors).sum(axis=1)[:, None] - 2 * (vectors @ centres.T) + (centres * centres).sum(axis=1)
    )
    return found
