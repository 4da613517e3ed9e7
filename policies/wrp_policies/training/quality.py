"""Grows the trees by which `quality` estimates models, from what models scored on prompts; and gives a grown forest a
further model. Needs scikit-learn (the extra `train`) to grow, nothing to extend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from wrp_policies.learning.forest import Forest, depth_of, values_of
from wrp_policies.learning.lookout import Lookout, Rows, projected
from wrp_policies.learning.quality_card import Quality, QualityCard
from wrp_policies.learning.trend import LENGTH, Trend, lines_of, trend_of
from wrp_signals.signal import Sense
from wrp_signals.surface import SURFACE, surface

from .outcomes import Floats, OutcomeTable

if TYPE_CHECKING:
    from .contenders import Inputs

COLUMNS = 48
"""Directions of each tier's vectors that trees may ask about."""

SHARE = 0.3
"""Of all features, how many each node may choose from."""

DEPTH = 18
"""Of a tree at most: a choice walks so many steps."""

PRIOR = 1.0
"""Prompts with the model's mean score that count as if they had fallen into every leaf."""


@dataclass(frozen=True, slots=True)
class Growing:
    """`trees` are grown until a leaf would have fewer than `leaf` prompts."""

    trees: int = 100
    leaf: int = 10

    def fit(self, train: OutcomeTable, inputs: Inputs, rng: np.random.Generator) -> Grown:
        """A contender of `wrp eval routing`."""
        vectors = with_surface(inputs)
        dims = {tier: rows.shape[1] for tier, rows in vectors.items()}
        return Grown(self.grow(train, vectors, dict.fromkeys(dims, ""), rng))

    def grow(
        self,
        train: OutcomeTable,
        vectors: Mapping[Sense, Rows],
        embedders: Mapping[Sense, str],
        rng: np.random.Generator,
    ) -> Quality:
        """`vectors`: float32[n, d] by the tiers that `embedders` names. Raises ImportError without scikit-learn."""
        from sklearn.ensemble import ExtraTreesRegressor

        lookout = _lookout(vectors, tuple(embedders))
        features = lookout.features(vectors)
        assert features is not None
        trees = ExtraTreesRegressor(
            self.trees,
            min_samples_leaf=min(self.leaf, max(1, len(train) // 4)),
            max_features=SHARE,
            max_depth=DEPTH,
            random_state=int(rng.integers(2**31)),
        )
        trees.fit(features, np.nan_to_num(train.filled()[0]))
        bare = _forest([tree.tree_ for tree in trees.estimators_])
        forest = replace(bare, values=values_of(bare, features, train.scores, PRIOR))
        dims = {tier: vectors[tier].shape[1] for tier in embedders}
        trend = trend_of(vectors["surface"], train.scores) if "surface" in embedders else None
        return Quality(_card(train, dict(embedders), dims), lookout, forest, trend)


@dataclass(frozen=True, slots=True, eq=False)
class Grown:
    """What `wrp eval routing` asks."""

    quality: Quality

    def estimate(self, inputs: Inputs) -> Floats:
        return self.quality.many(with_surface(inputs))


def with_surface(inputs: Inputs) -> dict[Sense, Rows]:
    """The vectors by tier, and what the prompts look like."""
    found: dict[Sense, Rows] = {"surface": np.stack([surface(prompt) for prompt in inputs.prompts])}
    found |= {tier: rows for tier, rows in inputs.vectors.items() if tier != "none"}
    # as facts have them: what a tree asks while it grows is what it will be asked later
    return {tier: rows.astype(np.float16).astype(np.float32) for tier, rows in found.items()}


def extended(quality: Quality, table: OutcomeTable, vectors: Mapping[Sense, Rows]) -> Quality:
    """The same with the models of `table` that it does not know yet (or knows otherwise): one pass over labelled
    prompts, which need not be those it was grown from. Raises ValueError where a tier is missing."""
    features = quality.lookout.features(vectors)
    if features is None:
        raise ValueError(f"needs vectors of {', '.join(quality.card.embedders)}")
    found = values_of(quality.forest, features, table.scores, PRIOR)
    old = [at for at, name in enumerate(quality.card.models) if name not in table.models]
    card, new = quality.card, _card(table, quality.card.embedders, quality.card.dims)
    merged = msgspec.structs.replace(
        card,
        **{
            name: tuple([*(getattr(card, name)[at] for at in old), *getattr(new, name)])
            for name in ("models", "scores", "costs", "samples")
        },
    )
    values = np.concatenate([quality.forest.values[:, old], found], 1)
    trend = _extended(quality.trend, vectors, table.scores, old) if quality.trend is not None else None
    return Quality(merged, quality.lookout, replace(quality.forest, values=values), trend)


def _extended(trend: Trend, vectors: Mapping[Sense, Rows], scores: Floats, old: list[int]) -> Trend:
    """What was seen stays what trees were grown from."""
    away = vectors["surface"][:, LENGTH].astype(np.float64) - trend.middle
    means, slopes = lines_of(away, scores)
    return replace(
        trend,
        means=np.concatenate([trend.means[old], means]),
        slopes=np.concatenate([trend.slopes[old], slopes]),
    )


def _lookout(vectors: Mapping[Sense, Rows], tiers: tuple[Sense, ...]) -> Lookout:
    means: dict[Sense, Rows] = {}
    projections: dict[Sense, Rows] = {}
    for tier in tiers:
        if tier != "surface":
            means[tier], projections[tier] = projected(vectors[tier], COLUMNS)
    return Lookout(tiers, means, projections)


def _forest(trees: list[Any]) -> Forest:
    """The nodes of all trees in one table, without values: of each the root, then the children of its inner nodes, two
    by two, in the order of these."""
    features, thresholds, belows, roots = [], [], [], []
    start = 0
    for tree in trees:
        inner = np.flatnonzero(tree.children_left >= 0)
        order = np.concatenate([[0], np.stack([tree.children_left[inner], tree.children_right[inner]], 1).ravel()])
        below = np.arange(tree.node_count)
        below[np.argsort(order)[inner]] = 1 + 2 * np.arange(len(inner))
        leaf = tree.children_left[order] < 0
        features.append(np.where(leaf, 0, tree.feature[order]))
        thresholds.append(np.where(leaf, np.inf, tree.threshold[order]))
        belows.append(below + start)
        roots.append(start)
        start += tree.node_count
    below, starts = np.concatenate(belows).astype(np.int32), np.array(roots, np.int32)
    return Forest(
        np.concatenate(features).astype(np.int32),
        np.concatenate(thresholds).astype(np.float32),
        below,
        starts,
        depth_of(below, starts),
        np.zeros((start, 0), np.float32),
    )


def _card(table: OutcomeTable, embedders: dict[Sense, str], dims: dict[Sense, int]) -> QualityCard:
    costs = [None if np.isnan(cost) else float(cost) for cost in table.mean_costs()]
    samples = (~np.isnan(table.scores)).sum(0)
    return QualityCard(
        id=f"quality-{len(table)}",
        models=table.models,
        scores=tuple(map(float, table.mean_scores())),
        costs=tuple(costs),
        samples=tuple(map(int, samples)),
        prompts=len(table),
        embedders={tier: SURFACE if tier == "surface" else id for tier, id in embedders.items()},
        dims=dims,
    )
