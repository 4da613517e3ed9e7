"""Fits a learned guard to labelled pairs: a linear model of traits and words, trees and networks over it and the rest.

Never split by row: pairs that share a question, however indirectly, are trained on together or judged together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wrp_cache.guard import Guard
from wrp_cache.marks import Pair
from wrp_cache.meeting import Layers, Standard, stored
from wrp_cache.nearness import WordTable
from wrp_cache.training import network
from wrp_cache.training.network import PLAN, Couples, Plan, Told, couples
from wrp_cache.traits import wording
from wrp_cache.weighing import TRAITS, traits_of
from wrp_signals.facts import Vector
from wrp_signals.training.folds import grouped_folds

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]

BUCKETS = 1 << 16
DEPTH = 5
TREES = 240
FOLDS = 5
SHARE = 0.3
"""What a trait of one standard deviation counts in the linear model, where a word counts 1."""

STRENGTH = 0.1
"""scikit-learn's C of the linear model."""


class Example(NamedTuple):
    """Two questions, whether one answer serves both, the cosine of their unit vectors, and those."""

    a: str
    b: str
    dup: bool
    similarity: float
    category: str = ""
    vectors: tuple[Vector, Vector] | None = None


class Rows(NamedTuple):
    """`traits` float32[n, traits]; `words` a sparse float32[n, BUCKETS]; `vetoed` bool[n]; `fixed`: probability of
    pairs that need no weighing (nan for the others); `couples`: their vectors."""

    traits: Any
    words: Any
    vetoed: npt.NDArray[np.bool_]
    fixed: Floats
    couples: Couples


class Linear(NamedTuple):
    """`words` float32[BUCKETS] and `dense` float32[traits + 1], the bias last."""

    words: Any
    dense: Any

    def sums(self, rows: Rows) -> Any:
        """float64[n]."""
        return rows.words @ self.words + rows.traits @ self.dense[:-1] + self.dense[-1]


def groups(examples: Sequence[Example]) -> list[str]:
    """For every pair the name of the heap of questions it belongs to: two pairs with a question in common (by its
    letters and digits) are of one heap, and so are those linked by others."""
    leader: dict[str, str] = {}

    def found(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    names = [(_stem(one.a), _stem(one.b)) for one in examples]
    for a, b in names:
        leader[found(a)] = found(b)
    return [found(a) for a, _ in names]


def _stem(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower())) or text


def rows_of(examples: Sequence[Example], table: WordTable, topics: bool, progress: Progress) -> Rows:
    """The traits of every pair, as the guard sees them when it serves. Raises ValueError where one has no vectors."""
    from scipy.sparse import csr_matrix

    guard = Guard()
    traits = np.zeros((len(examples), len(TRAITS)), np.float32)
    vetoed, fixed = np.zeros(len(examples), np.bool_), np.full(len(examples), np.nan)
    index: list[int] = []
    ends = [0]
    for place, one in enumerate(examples):
        pair = guard.reader(one.a)(one.b)
        if isinstance(pair, Pair):
            evidence = guard.evidence(pair)
            traits[place] = traits_of(pair, evidence, one.similarity, table)
            index += wording(pair, BUCKETS, topics)
            vetoed[place] = any(evidence)
        else:
            fixed[place] = 1.0 if pair is None else 0.0
            vetoed[place] = pair is not None
        ends.append(len(index))
        if place % 256 == 0:
            progress("reading pairs", place / len(examples))
    words = csr_matrix((np.ones(len(index), np.float32), index, ends), (len(examples), BUCKETS))
    return Rows(traits, words, vetoed, fixed, couples([(one.a, one.b, one.vectors) for one in examples]))


def linear(rows: Rows, labels: Any) -> Linear:
    """Logistic regression. Constant traits count nothing, words that never occur neither."""
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    mean, spread = rows.traits.mean(0), rows.traits.std(0)
    spread[spread < 1e-6] = np.inf
    scaled = csr_matrix((rows.traits - mean) / spread * SHARE)
    used = np.flatnonzero(rows.words.getnnz(0))
    whole = hstack([rows.words[:, used], scaled]).tocsr()
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=200, random_state=0)
    model.fit(whole, labels)
    split = model.coef_[0][len(used) :] / spread * SHARE
    bias = float(model.intercept_[0]) - float(split @ mean)
    words = np.zeros(BUCKETS, np.float32)
    words[used] = model.coef_[0][: len(used)].astype(np.float16)  # as they are stored
    return Linear(words, np.append(split, bias))


def forest(table: Any, labels: Any, trees: int = TREES) -> Any:
    """Gradient boosting of shallow trees (histograms, as LightGBM's)."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.06,
        max_leaf_nodes=16,
        max_depth=DEPTH,
        l2_regularization=5.0,
        min_samples_leaf=20,
        early_stopping=False,
        random_state=0,
    )
    return model.fit(table, labels)


def held_out_sums(rows: Rows, labels: Any, folds: Any) -> Floats:
    """What linear models say of pairs that they were not fitted to."""
    sums = np.zeros(len(labels))
    for fold in np.unique(folds):
        rest = folds != fold
        sums[~rest] = linear(some(rows, rest), labels[rest]).sums(some(rows, ~rest))
    return sums


class Model(NamedTuple):
    """What is fitted to pairs: the linear model, trees, and networks with what their traits are scaled by."""

    straight: Linear
    trees: Any
    standard: Standard
    networks: Sequence[Layers]

    def scores(self, rows: Rows) -> Floats:
        """Log odds, float64[n]."""
        table = np.column_stack([rows.traits, self.straight.sums(rows)])
        read = network.scores(self.standard, self.networks, rows.couples, table)
        return np.asarray(self.trees.decision_function(table) + read) / 2

    def arrays(self) -> tuple[dict[str, npt.NDArray[Any]], float]:
        """The arrays of a weighing, and what its trees start from."""
        full, start = unfolded(self.trees)
        told = {"words": self.straight.words.astype("<f2"), "dense": np.asarray(self.straight.dense, "<f4")}
        return told | full | stored(self.standard, self.networks), start


def modelled(rows: Rows, labels: Any, folds: Any, told: Told, trees: int = TREES, plan: Plan = PLAN) -> Model:
    """Everything fitted to these pairs. The linear model's sum, as a trait, is that of pairs it was not fitted to."""
    table = np.column_stack([rows.traits, held_out_sums(rows, labels, folds)])
    standard, networks = network.fitted(rows.couples, table, labels, told, plan)
    return Model(linear(rows, labels), forest(table, labels, trees), standard, networks)


def held_out_scores(
    rows: Rows, labels: Any, folds: Any, progress: Progress, trees: int = TREES, plan: Plan = PLAN
) -> Floats:
    """Log odds that the whole model gives pairs that nothing of it was fitted to."""
    scores = np.zeros(len(labels))
    each = np.unique(folds)
    for done, fold in enumerate(each):
        rest = folds != fold

        def told(share: float, done: int = done) -> None:
            progress("judging", (done + share) / len(each))

        model = modelled(some(rows, rest), labels[rest], folds[rest], told, trees, plan)
        scores[~rest] = model.scores(some(rows, ~rest))
    return scores


def folds_of(examples: Sequence[Example], seed: int) -> Any:
    """The fold of every pair, heaps kept whole. Raises ValueError where there are fewer heaps than folds."""
    return grouped_folds(groups(examples), FOLDS, seed)


def some(rows: Rows, which: Any) -> Rows:
    """Those of some pairs."""
    return Rows(rows.traits[which], rows.words[which], rows.vetoed[which], rows.fixed[which], rows.couples.some(which))


def unfolded(model: Any) -> tuple[dict[str, npt.NDArray[Any]], float]:
    """Trees as full ones of one depth, and what they start from."""
    trees = [one[0].nodes for one in model._predictors]
    inner = (1 << DEPTH) - 1
    splits, bars = np.zeros((len(trees), inner), "<i2"), np.full((len(trees), inner), np.inf, "<f4")
    leaves = np.zeros((len(trees), inner + 1), "<f4")
    for number, nodes in enumerate(trees):
        _unfold(nodes, 0, 0, (splits[number], bars[number], leaves[number]))
    return {"splits": splits, "bars": bars, "leaves": leaves}, float(np.ravel(model._baseline_prediction)[0])


def _unfold(nodes: Any, node: int, at: int, into: tuple[Any, Any, Any]) -> None:
    """One tree of any shape as a full one: below an early leaf both ways lead to its value."""
    splits, bars, leaves = into
    one = nodes[node]
    if at >= len(splits):
        leaves[at - len(splits)] = one["value"]
        return
    if not one["is_leaf"]:
        splits[at], bars[at] = one["feature_idx"], one["num_threshold"]
    left, right = (node, node) if one["is_leaf"] else (int(one["left"]), int(one["right"]))
    _unfold(nodes, left, 2 * at + 1, into)
    _unfold(nodes, right, 2 * at + 2, into)
