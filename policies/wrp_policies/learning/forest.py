"""How good each model would be on a prompt, by the leaves of many trees into which similar prompts fall.

A leaf is to a model what a cluster is in UniRoute (Jitkrittum et al., arXiv 2502.08773): its error vector there. Trees
are grown once, from what some models scored (Geurts et al., Extremely randomized trees, 2006); a further model needs
no more than its scores on labelled prompts, which are averaged where they fall. Nothing here grows trees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Features = npt.NDArray[np.float32]
Index = npt.NDArray[np.int32]

BLOCK = 512
"""Prompts that fall through the trees at a time, so that memory stays small."""


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """All nodes of all trees in one table. `feature` int32[n] and `threshold` float32[n] are what a node asks: above
    it, on to the node after `below` int32[n], else to that itself. Both stand after their parent. A leaf leads to
    itself, and its threshold is infinite. `roots` int32[t]; `depth`: steps from a root to the furthest leaf. `values`
    float32[n, m]: the mean score of each model among the prompts of a leaf."""

    feature: Index
    threshold: Features
    below: Index
    roots: Index
    depth: int
    values: Features

    def leaves(self, features: Features) -> Index:
        """int32[n, t]: into which leaf of each tree the prompts, float32[n, d], fall. What is no number is above no
        threshold."""
        at = np.repeat(self.roots[None], len(features), 0)
        rows = np.arange(len(features))[:, None]
        for _ in range(self.depth):
            at = self.below[at] + (features[rows, self.feature[at]] > self.threshold[at])
        return at

    def estimate(self, features: Features) -> Floats:
        """float64[n, m]: the mean over the trees."""
        found = np.empty((len(features), self.values.shape[1]))
        for start in range(0, len(features), BLOCK):
            leaves = self.leaves(features[start : start + BLOCK])
            found[start : start + BLOCK] = self.values[leaves].mean(1)
        return found

    def one(self, features: Features) -> Floats:
        """float64[m] for one prompt, float32[d]."""
        at = self.roots
        for _ in range(self.depth):
            at = self.below.take(at) + (features.take(self.feature.take(at)) > self.threshold.take(at))
        return np.asarray(self.values.take(at, 0).mean(0), np.float64)


def depth_of(below: Index, roots: Index) -> int:
    """Steps from a root to the furthest leaf. Ends where children stand after their parents."""
    level, steps = roots, 0
    while True:
        level = level[below[level] != level]
        if not len(level):
            return steps
        level, steps = np.concatenate([below[level], below[level] + 1]), steps + 1


def values_of(forest: Forest, features: Features, scores: Floats, prior: float) -> Features:
    """float32[n, m]: what every node says of models that scored `scores`, float64[p, m] (nan: not known), on prompts
    of these features. Leaves into which few prompts fall are drawn towards the model's mean, as if `prior` more of that
    had fallen there."""
    known = ~np.isnan(scores)
    means = np.where(known.any(0), np.nansum(scores, 0) / np.maximum(1, known.sum(0)), np.nan)
    sums = np.repeat(prior * means[None], len(forest.feature), 0)
    counts = np.full(sums.shape, prior)
    filled = np.where(known, scores, 0.0)
    for start in range(0, len(features), BLOCK):
        part = slice(start, start + BLOCK)
        leaves = forest.leaves(features[part])
        for tree in leaves.T:
            np.add.at(sums, tree, filled[part])
            np.add.at(counts, tree, known[part])
    return np.asarray(sums / counts, np.float32)
