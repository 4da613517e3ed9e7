"""Plain kNN: what the models scored on the k training prompts nearest by cosine. No weights, nothing else learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from wrp_signals.signal import Tier
from wrp_signals.training.folds import grouped_folds, splits

from .outcomes import Floats, Index, OutcomeTable, known_means

if TYPE_CHECKING:
    from .contenders import Inputs

KS = (10, 20, 40, 70, 100, 150, 200)
FOLDS = 5
STEP = 512
"""Prompts compared at a time, so that memory stays small."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """`k` is the one of `ks` whose estimates of the differences between models had the least squared error on held-out
    folds of the training prompts."""

    tier: Tier
    ks: tuple[int, ...] = KS

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> NearestFitted:
        vectors = inputs.vectors[self.tier]
        ks = tuple(k for k in self.ks if k <= len(train) // 2) or (max(1, len(train) // 2),)
        k = ks[0] if len(ks) == 1 else ks[int(np.argmin(self._errors(train, vectors, ks, rng)))]
        return NearestFitted(self.tier, vectors, train.scores, k)

    def _errors(
        self, train: OutcomeTable, vectors: npt.NDArray[np.float32], ks: Sequence[int], rng: np.random.Generator
    ) -> Floats:
        """The squared error of each k on held-out prompts; all alike where there are too few groups to hold out."""
        count = min(FOLDS, len(set(train.groups)))
        errors = np.zeros(len(ks))
        if count < 2:
            return errors
        for kept, out in splits(grouped_folds(train.groups, count, int(rng.integers(2**31)))):
            found = averages(vectors[out], vectors[kept], train.scores[kept], ks)
            truth = apart(train.scores[out])
            errors += [np.nansum((apart(one) - truth) ** 2) for one in found]
        return errors


@dataclass(frozen=True, slots=True, eq=False)
class NearestFitted:
    """Keeps the training prompts' vectors and scores."""

    tier: Tier
    vectors: npt.NDArray[np.float32]
    scores: Floats
    k: int

    def estimate(self, inputs: Inputs) -> Floats:
        found: Floats = averages(inputs.vectors[self.tier], self.vectors, self.scores, (self.k,))[0]
        return found


def averages(
    asked: npt.NDArray[np.float32], seen: npt.NDArray[np.float32], scores: Floats, ks: Sequence[int]
) -> Floats:
    """The mean score of every model over the k nearest of those seen, for each k, float64[len(ks), n, m]. What is not
    known is not counted; where no neighbour is known, the model's mean of all."""
    known = np.isfinite(scores)
    filled, rest = np.where(known, scores, 0.0), known_means(scores)
    found: Floats = np.empty((len(ks), len(asked), scores.shape[1]))
    for start in range(0, len(asked), STEP):
        near = nearest(asked[start : start + STEP], seen, max(ks))
        for place, k in enumerate(ks):
            pick = near[:, :k]
            counts = known[pick].sum(axis=1)
            sums = filled[pick].sum(axis=1)
            found[place, start : start + STEP] = np.where(counts > 0, sums / np.maximum(counts, 1), rest)
    return found


def nearest(asked: npt.NDArray[np.float32], seen: npt.NDArray[np.float32], k: int) -> Index:
    """The places of the k nearest of those seen, nearest first, intp[n, k]. All vectors are of unit length."""
    k = min(k, len(seen))
    far = -(asked @ seen.T)
    near = np.argpartition(far, k - 1, axis=1)[:, :k] if k < len(seen) else np.tile(np.arange(k), (len(asked), 1))
    order = np.argsort(np.take_along_axis(far, near, axis=1), axis=1, kind="stable")
    return np.take_along_axis(near, order, axis=1)


def apart(scores: Floats) -> Floats:
    """Scores less the mean of their row: what tells models apart, float64[n, m]."""
    known = np.isfinite(scores)
    sums = np.where(known, scores, 0.0).sum(axis=1, keepdims=True)
    found: Floats = scores - sums / np.maximum(known.sum(axis=1, keepdims=True), 1)
    return found
