"""Nearest neighbours by a navigable graph (hnswlib, an extra). It never reads an index file: those crash or lie."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np

from wrp_cache.index import Found, unit
from wrp_signals.facts import Vector

STEP = 256
"""Slots of an empty graph, and the fewest by which one grows."""


def available(library: str = "hnswlib") -> bool:
    """Whether the library can be imported. hnswlib has no wheel, so a machine without a compiler lacks it."""
    return importlib.util.find_spec(library) is not None


class Graph(msgspec.Struct, frozen=True):
    """The shape of a graph: `m` links a node, candidate lists of `construction` (on insert) and `ef` (on search)."""

    m: int = 16
    construction: int = 100
    ef: int = 64
    seed: int = 1

    def nbytes(self, dim: int, slots: int = STEP) -> int:
        """A vector, 2m links on the ground floor and about m / 8 above it, counters, and the index's own maps."""
        return slots * (4 * dim + 4 * (2 * self.m + self.m // 8 + 2) + 8 + 128)


class HnswIndex:
    """Malkov and Yashunin (arXiv 1603.09320), inner product of unit vectors.

    A removed vector stays as a tombstone until the whole graph goes. Its slot is not taken again: hnswlib's
    `replace_deleted` cost 8.8 ms a vector where a plain insert cost 0.4, so whoever owns the graph starts its
    successor when `tombstones` are many.
    """

    __slots__ = ("_dim", "_graph", "_labels", "_rows", "_shape", "_slots")

    def __init__(self, dim: int, shape: Graph) -> None:
        self._dim, self._shape, self._slots = dim, shape, STEP
        self._rows: dict[int, int] = {}
        self._labels: list[int] = []
        self._graph: Any = importlib.import_module("hnswlib").Index("ip", dim)
        self._graph.init_index(STEP, M=shape.m, ef_construction=shape.construction, random_seed=shape.seed)
        self._graph.set_ef(shape.ef)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def nbytes(self) -> int:
        return self._shape.nbytes(self._dim, self._slots)

    @property
    def tombstones(self) -> int:
        """How many removed vectors the graph still carries."""
        return len(self._labels) - len(self._rows)

    def growth(self, adds: int = 1) -> int:
        """The same for the next few adds."""
        full = len(self._labels) + adds > self._slots
        return self._shape.nbytes(self._dim, self._step()) if full else 0

    def _step(self) -> int:
        return max(STEP, self._slots // 4)

    def labels(self) -> Iterator[int]:
        """Every label that can be found, in no particular order."""
        return iter(self._rows)

    def vector(self, label: int) -> Vector:
        """The unit vector of `label`. Raises KeyError."""
        found: Vector = np.asarray(self._graph.get_items([self._rows[label]]), dtype=np.float32)[0]
        return found

    def add(self, label: int, vector: Vector) -> None:
        vector = unit(vector, self._dim)
        if label in self._rows:
            raise ValueError(f"label {label} is already there")
        row = len(self._labels)
        if row == self._slots:
            self._slots += self._step()
            self._graph.resize_index(self._slots)
        self._graph.add_items(vector[np.newaxis], [row], num_threads=1)
        self._labels.append(label)
        self._rows[label] = row

    def remove(self, label: int) -> None:
        self._graph.mark_deleted(self._rows.pop(label))

    def search(self, vector: Vector, k: int, floor: float = -1.0) -> Found:
        vector = unit(vector, self._dim)
        wanted = min(k, len(self._rows))
        while wanted > 0:
            try:
                rows, gaps = self._graph.knn_query(vector[np.newaxis], k=wanted, num_threads=1)
            except RuntimeError:  # among many tombstones it meets fewer than asked for, and then gives none
                wanted //= 2
                continue
            near = zip(rows[0].tolist(), gaps[0].tolist(), strict=True)
            return [(self._labels[row], 1.0 - gap) for row, gap in near if 1.0 - gap >= floor]
        return []
