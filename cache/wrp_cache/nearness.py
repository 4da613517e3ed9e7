"""How near the words of two questions are in meaning, by the static tier's table. It never looks at whole sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from wrp_cache.marks import Pair
from wrp_signals.facts import Vector

NEARNESS = (
    "near_least",
    "near_most",
    "nearest_worst",
    "far_worst",
    "far_all",
    "far_fewer",
    "weight_shared",
    "weight_common",
    "weight_fewer_alone",
    "weight_more_alone",
    "matter_cosine",
    "alone_cosine",
    "matter_distance",
)
"""What `nearness` gives, in this order."""

_MOST = 40
"""Words of matter of a text that are looked at."""

_KEPT = 8_192
"""Words whose vectors are kept at hand."""

_NOTHING = [0.0] * len(NEARNESS)


class Words(Protocol):
    """A table of word vectors: the static tier's embedder is one."""

    @property
    def id(self) -> str: ...

    def weighed(self, word: str) -> Vector:
        """float32[dim], longer for more telling words, zeros for unknown ones."""
        ...


class WordTable:
    """Vectors of single words, the lately used ones at hand. Bounded memory."""

    __slots__ = ("_kept", "_words", "id")

    def __init__(self, words: Words) -> None:
        self.id, self._words = words.id, words
        self._kept: dict[str, tuple[Vector, float]] = {}

    def word(self, word: str) -> tuple[Vector, float]:
        """Unit vector (zeros where nothing is known) and length, which is large for telling words."""
        known = self._kept.get(word)
        if known is None:
            whole = self._words.weighed(word)
            length = _length(whole)
            known = np.asarray(whole / _some(length), np.float32), length
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[word] = known
        return known


def nearness(pair: Pair, table: WordTable) -> list[float]:
    """How well each text's words of matter are matched by the other's, and what those weigh that are not. Symmetric."""
    here, there = _words(pair.a.matter), _words(pair.b.matter)
    if not here or not there:
        return _NOTHING
    (x, u), (y, v) = _stacked(here, table), _stacked(there, table)
    match = x @ y.T
    lost_here, lost_there = (1.0 - match.max(1)) * u, (1.0 - match.max(0)) * v
    lost = sorted((float(lost_here.sum()), float(lost_there.sum())))
    near = sorted((1.0 - float(lost_here.sum()) / _some(u.sum()), 1.0 - float(lost_there.sum()) / _some(v.sum())))
    alone_here = np.array([word not in pair.common for word in here])
    alone_there = np.array([word not in pair.common for word in there])
    apart_here, apart_there = (u * alone_here) @ x, (v * alone_there) @ y
    alone = sorted((float(u @ alone_here), float(v @ alone_there)))
    common = float(u.sum()) - float(u @ alone_here)
    whole_here, whole_there = u @ x, v @ y
    return [
        *near,
        min(float(match.max(1).min()), float(match.max(0).min())),
        max(float(lost_here.max()), float(lost_there.max())),
        sum(lost),
        lost[0],
        common / _some(common + sum(alone)),
        common,
        *alone,
        _cosine(whole_here, whole_there),
        _cosine(apart_here, apart_there),
        _length(whole_here - whole_there),
    ]


def _words(matter: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(matter))[:_MOST]


def _stacked(words: Sequence[str], table: WordTable) -> tuple[Any, Any]:
    found = [table.word(word) for word in words]
    return np.array([vector for vector, _ in found]), np.array([length for _, length in found], np.float32)


def _some(value: Any) -> float:
    return max(float(value), 1e-6)


def _length(vector: Any) -> float:
    return math.sqrt(float(vector @ vector))


def _cosine(x: Any, y: Any) -> float:
    return float(x @ y) / _some(_length(x) * _length(y))
