"""Categories that a user declares by examples: a small classifier fitted while the signal is built, numpy only.

It sees the examples and nothing else: no data ships with it, and nothing in it knows any data set.
"""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np

from .errors import BadVector
from .facts import Vector
from .grams import Wording, grams_of
from .ranking import Ranking, ranked
from .signal import Embedder
from .vectors import Rows, unit

BUCKETS = 4_096
MANY = 1_024
"""Grams from which on it is cheaper to count buckets first."""

SPREAD = 8.0
"""How much of every direction's spread is taken for granted, where the spread within categories is 1 on average."""

WORDING = 0.4
"""What the wording's likeness counts, the vector's being 1."""

SCALE, PENALTY, STEPS, STRIDE = 10.0, 0.3, 30, 2.0
"""The regression: what a likeness of 1 counts, its penalty, steps of the descent, and how far beyond the safe step
length it goes: curvature is far below its bound where categories are many."""

WORK, EXAMPLES = 5e8, 2_500
"""Products in one step, and examples, beyond which fewer examples of each category are taken."""

ALL = 8_000
"""Examples that are looked at, evenly over the categories: more would take minutes to embed."""

TELLING = 0.5
"""The share of names that must say what their category is, for names to count as examples: "card_lost" does, "c17" does
not."""

FEWEST = 3
"""With fewer examples of each category than this within WORK, the middles decide alone."""

DOUBT = 0.05
"""What the logarithm of the best category's probability counts beside the cosine to its middle."""

LOWEST = 0.02
"""The share of the examples that score below one half. Of later messages it is about 0.05: the head was fitted to the
examples, which therefore look a little more at home."""

HOME, WIDTH, NARROWEST = 0.45, 0.1, 0.02
"""Where no category has two examples to learn it from: the cosine that scores one half, and the spread of cosines."""

ITERATIONS = 8
NOTHING = 1e-9


class DeclaredHead:
    """Which category, and how much at home in it.

    The vector is turned so that directions in which examples of one category differ count less (within-class
    covariance, shrunk), and put beside its grams; multinomial kernel regression over the examples decides. Safe from
    several threads.
    """

    __slots__ = ("_bias", "_grams", "_home", "_middles", "_rows", "_turn", "_width", "classes")

    def __init__(self, classes: tuple[str, ...], vectors: Rows, grams: Rows, labels: Any, names: int = 0) -> None:
        """`vectors` float32[n, dim] and `grams` float32[n, BUCKETS] of the examples, `labels` intp[n] their categories,
        each with one example at least. The last `names` are names: they help to tell categories apart, not to say where
        one is at home. Raises BadVector where the examples of one cancel out."""
        self.classes = classes
        self._turn = turn_of(vectors, labels)
        turned = unit(vectors @ self._turn)
        own = slice(len(labels) - names)
        self._middles = unit(shares_of(labels[own]) @ turned[own])
        seen = np.concatenate([turned, grams * np.float32((WORDING / 2) ** 0.5)], 1)
        centre = seen.mean(0)
        seen = seen - centre
        table = regression(seen, labels) if len(classes) > 1 else np.zeros((1, seen.shape[1]), np.float32)
        table = table if table is not None else SCALE * (shares_of(labels) @ seen)
        dim = vectors.shape[1]
        self._bias = -(table @ centre)
        self._rows = np.ascontiguousarray(np.concatenate([table[:, :dim], self._middles]))
        self._grams = np.ascontiguousarray(table[:, dim:].T * np.float32((WORDING / 2) ** 0.5))
        self._home, self._width = home_of(turned[own], labels[own], self._middles)

    def answer(self, vector: Vector, wording: Wording) -> Ranking:
        """As the regression ranks them. The score is how much at home the text is, 0 to 1: one half where one in fifty
        of the examples, each held against the others, lies lower; 0 where it points away from every category."""
        turned = vector @ self._turn
        both = self._rows @ turned
        both /= np.float32(max(float(turned @ turned) ** 0.5, NOTHING))
        count = len(self.classes)
        ranking = ranked((both[:count] + self._bias + self._worded(wording)).tolist())
        nearest = float(both[count:].max())
        if not nearest > 0.0:
            return ranking._replace(score=0.0)
        home = nearest + DOUBT * log(max(ranking.score, NOTHING)) - self._home
        return ranking._replace(score=1.0 / (1.0 + exp(-min(max(home / self._width, -60.0), 60.0))))

    def _worded(self, wording: Wording) -> Any:
        indices, weight = wording.grams(BUCKETS)
        if len(indices) <= MANY:
            return weight @ self._grams.take(indices, 0)
        return np.bincount(indices, weight, BUCKETS).astype(np.float32) @ self._grams


def declared(categories: dict[str, tuple[str, ...]], embedder: Embedder) -> DeclaredHead:
    """Embeds the examples and fits the head: under a second beyond the embedding for 150 categories of 10. Where the
    categories' names say what they are, each is one example more. What stands twice counts once: beside its twin it
    would look as if nothing but twins were at home. Raises BadVector where a category's examples cancel out."""
    most = max(ALL // len(categories), 1)
    different = [tuple(dict.fromkeys(examples)) for examples in categories.values()]
    taken = [[examples[i] for i in some(np.arange(len(examples)), most)] for examples in different]
    labels = np.repeat(np.arange(len(taken)), list(map(len, taken)))
    names = [" ".join(name.replace("_", " ").replace("-", " ").lower().split()) for name in categories]
    texts = [text for examples in taken for text in examples]
    vectors = np.asarray(embedder.embed([*texts, *names]), np.float32)
    named = len(names) if telling(vectors, labels) else 0
    if named:
        texts, labels = [*texts, *names], np.append(labels, np.arange(len(names)))
    grams = np.zeros((len(texts), BUCKETS), np.float32)
    for row, text in zip(grams, texts, strict=True):
        indices, weight = grams_of(text, BUCKETS)
        np.add.at(row, indices, weight)
    return DeclaredHead(tuple(categories), vectors[: len(texts)], grams, labels, named)


def telling(vectors: Rows, labels: Any) -> bool:
    """Whether most names, whose vectors come after the examples', lie nearest to the middle of their own examples."""
    middles = unit(shares_of(labels) @ vectors[: len(labels)])
    nearest = (vectors[len(labels) :] @ middles.T).argmax(1)
    return len(middles) > 1 and bool((nearest == np.arange(len(middles))).mean() > TELLING)


def shares_of(labels: Any) -> Rows:
    """float32[classes, n]: what turns examples into the mean of each category's."""
    shares = np.zeros((int(labels.max()) + 1, len(labels)), np.float32)
    shares[labels, np.arange(len(labels))] = 1.0
    return np.asarray(shares / shares.sum(1, keepdims=True), np.float32)


def turn_of(vectors: Rows, labels: Any) -> Rows:
    """float32[dim, dim]: whitening by the covariance within categories, shrunk towards none as examples are few."""
    dim = vectors.shape[1]
    apart = vectors - (shares_of(labels) @ vectors)[labels]
    spread = (apart.T @ apart).astype(np.float64)
    size = np.trace(spread) / dim
    freedom = len(labels) - int(labels.max()) - 1
    known = freedom / (freedom + dim) if size > NOTHING else 0.0
    wide = known * spread / max(size, NOTHING) + (1.0 - known + SPREAD) * np.eye(dim)
    lengths, axes = np.linalg.eigh(wide)
    return np.asarray(axes / np.sqrt(lengths), np.float32)


def regression(seen: Rows, labels: Any) -> Rows | None:
    """float32[classes, features], multinomial logistic regression by accelerated gradients over the kernel of the
    examples; None where there are too many categories to afford it."""
    count = int(labels.max()) + 1
    most = int(min((WORK / count) ** 0.5, EXAMPLES) / count)
    if most < FEWEST and len(labels) > most * count:
        return None
    taken = np.concatenate([some(np.flatnonzero(labels == one), most) for one in range(count)])
    seen = seen[taken]
    kernel = (seen @ seen.T) * np.float32(SCALE)
    goal = shares_of(labels[taken]).T > 0
    step = np.float32(STRIDE / (largest(kernel) / 2 + PENALTY))
    now: Any = np.zeros((len(taken), count), np.float32)
    ahead: Any = now
    pace = 1.0
    for _ in range(STEPS):
        chances = kernel @ ahead
        chances -= chances.max(1, keepdims=True)
        np.exp(chances, out=chances)
        chances /= chances.sum(1, keepdims=True)
        following = ahead - step * (chances - goal + np.float32(PENALTY) * ahead)
        quicker = (1.0 + (1.0 + 4.0 * pace * pace) ** 0.5) / 2.0
        ahead = following + np.float32((pace - 1.0) / quicker) * (following - now)
        now, pace = following, quicker
    return np.asarray(now.T @ seen * np.float32(SCALE), np.float32)


def some(rows: Any, most: int) -> Any:
    """At most so many of them, evenly."""
    return rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(int)]


def largest(kernel: Rows) -> float:
    """About the largest eigenvalue, from below."""
    vector: Any = np.cos(np.arange(len(kernel), dtype=np.float32))
    length = 0.0
    for _ in range(ITERATIONS):
        vector = kernel @ vector
        length = float(np.sqrt(vector @ vector))
        vector = vector / max(length, NOTHING)
    return length


def home_of(turned: Rows, labels: Any, middles: Rows) -> tuple[float, float]:
    """The cosine to the nearest middle that all but LOWEST of the examples reach when their own is made without them;
    and a third of the spread of these cosines."""
    counts = np.bincount(labels)
    able = np.flatnonzero(counts[labels] > 1)
    if not len(able):
        return HOME, WIDTH / 3
    sums = np.zeros_like(middles)
    np.add.at(sums, labels, turned)
    rest = sums[labels[able]] - turned[able]
    lengths = np.sqrt(np.einsum("ij,ij->i", rest, rest))
    own = np.einsum("ij,ij->i", rest, turned[able]) / np.maximum(lengths, NOTHING)
    cosines = turned[able] @ middles.T
    cosines[np.arange(len(able)), labels[able]] = own
    nearest = cosines.max(1)
    if not np.isfinite(nearest).all():
        raise BadVector("the examples give vectors that are not finite")
    return float(np.quantile(nearest, LOWEST)), max(float(nearest.std()), NARROWEST) / 3
