"""Fits a learned guard to labelled pairs: a linear model of traits and words, and trees over it and the traits.

Never split by row: pairs that share a question, however indirectly, are trained on together or judged together.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wrp_cache.guard import Guard
from wrp_cache.marks import Pair
from wrp_cache.nearness import WordTable
from wrp_cache.traits import wording
from wrp_cache.weighing import TRAITS, traits_of
from wrp_signals.training.folds import grouped_folds

Floats = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]

BUCKETS = 1 << 16
DEPTH = 5
TREES = 240
FOLDS = 5
HIDDEN, NETWORKS, EPOCHS = 48, 3, 6
SHARE = 0.3
"""What a trait of one standard deviation counts in the linear model, where a word counts 1."""

STRENGTH = 0.1
"""scikit-learn's C of the linear model."""


class Example(NamedTuple):
    """Two questions, whether one answer serves both, and the cosine of their vectors."""

    a: str
    b: str
    dup: bool
    similarity: float
    category: str = ""


class Rows(NamedTuple):
    """`traits` float32[n, traits]; `words` a sparse float32[n, BUCKETS]; `vetoed` bool[n]; `fixed`: probability of
    pairs that need no weighing (nan for the others)."""

    traits: Any
    words: Any
    vetoed: npt.NDArray[np.bool_]
    fixed: Floats


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
    """The traits of every pair, as the guard sees them when it serves."""
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
    return Rows(traits, words, vetoed, fixed)


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


class Network(NamedTuple):
    """`inner` float32[columns + 1, hidden] and `outer` float32[hidden + 1], the biases last."""

    inner: Any
    outer: Any

    def scores(self, table: Any) -> Any:
        """float64[n]."""
        return np.maximum(table @ self.inner[:-1] + self.inner[-1], 0.0) @ self.outer[:-1] + self.outer[-1]


def network(table: Any, labels: Any) -> Network:
    """Networks of one hidden layer from several beginnings, side by side as one: their scores' mean."""
    from sklearn.neural_network import MLPClassifier

    mean, spread = table.mean(0), table.std(0)
    spread[spread < 1e-6] = np.inf
    scaled = ((table - mean) / spread).astype(np.float32)
    inner, outer, bias = [], [], 0.0
    for seed in range(NETWORKS):
        model = MLPClassifier(
            (HIDDEN,), alpha=1e-2, batch_size=min(256, len(table)), solver="adam", max_iter=EPOCHS, random_state=seed
        )
        with warnings.catch_warnings():  # that it stops early is meant
            warnings.simplefilter("ignore")
            model.fit(scaled, labels)
        first, last = model.coefs_
        weights = first / spread[:, None]
        inner.append(np.vstack([weights, model.intercepts_[0] - mean @ weights]))
        outer.append(last[:, 0] / NETWORKS)
        bias += float(model.intercepts_[1][0]) / NETWORKS
    return Network(np.hstack(inner).astype(np.float32), np.append(np.concatenate(outer), bias).astype(np.float32))


def held_out_sums(rows: Rows, labels: Any, folds: Any) -> Floats:
    """What linear models say of pairs that they were not fitted to."""
    sums = np.zeros(len(labels))
    for fold in np.unique(folds):
        rest = folds != fold
        sums[~rest] = linear(some(rows, rest), labels[rest]).sums(some(rows, ~rest))
    return sums


def held_out_scores(rows: Rows, labels: Any, folds: Any, progress: Progress, trees: int = TREES) -> Floats:
    """Raw scores (log odds) of the whole model for pairs that nothing of it was fitted to."""
    scores = np.zeros(len(labels))
    for done, fold in enumerate(np.unique(folds)):
        progress("judging", done / FOLDS)
        rest = folds != fold
        inside, outside = some(rows, rest), some(rows, ~rest)
        sums = held_out_sums(inside, labels[rest], folds[rest])
        table = np.column_stack([inside.traits, sums])
        model, layers = forest(table, labels[rest], trees), network(table, labels[rest])
        told = linear(inside, labels[rest]).sums(outside)
        table = np.column_stack([outside.traits, told])
        scores[~rest] = (model.decision_function(table) + layers.scores(table)) / 2
    return scores


def folds_of(examples: Sequence[Example], seed: int) -> Any:
    """The fold of every pair, heaps kept whole. Raises ValueError where there are fewer heaps than folds."""
    return grouped_folds(groups(examples), FOLDS, seed)


def some(rows: Rows, which: Any) -> Rows:
    """Those of some pairs."""
    return Rows(rows.traits[which], rows.words[which], rows.vetoed[which], rows.fixed[which])


def arrays_of(straight: Linear, model: Any, layers: Network) -> tuple[dict[str, npt.NDArray[Any]], float]:
    """The arrays of a weighing, and what its trees start from."""
    trees = [one[0].nodes for one in model._predictors]
    inner = (1 << DEPTH) - 1
    splits, bars = np.zeros((len(trees), inner), "<i2"), np.full((len(trees), inner), np.inf, "<f4")
    leaves = np.zeros((len(trees), inner + 1), "<f4")
    for number, nodes in enumerate(trees):
        _unfold(nodes, 0, 0, (splits[number], bars[number], leaves[number]))
    arrays = {
        "words": straight.words.astype("<f2"),
        "dense": np.asarray(straight.dense, "<f4"),
        "splits": splits,
        "bars": bars,
        "leaves": leaves,
        "inner": layers.inner.astype("<f4"),
        "outer": layers.outer.astype("<f4"),
    }
    return arrays, float(np.ravel(model._baseline_prediction)[0])


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
