"""The index of one partition: exact while small, a graph when large. No request waits for the change."""

from __future__ import annotations

from typing import Literal

from wrp_cache.hnsw import Graph, HnswIndex, available
from wrp_cache.index import FlatIndex, Found
from wrp_signals.facts import Vector

PROMOTE_AT = 3000
"""Vectors from which on a graph answers sooner. Measured at 384 dimensions, ef 64 and thresholds .85 and .78: 27 and
40 us against 103 at 1,000 vectors, 64 and 83 against 101 at 2,000, 134 and 170 against 131 at 4,000."""


def graph_here() -> Graph | None:
    """The shape of graphs on this machine, or None where none can be built: then every partition stays exact."""
    return Graph() if available() else None


class PartitionIndex:
    """An index in use and, at times, its successor under construction.

    Each `add` copies `stride` (at most 7) vectors into the successor. Meanwhile the index in use stays complete and
    alone answers. A successor is started when exact search has outgrown `promote_at`, when more than half of
    a graph is tombstones, and when a graph has fallen below half of `promote_at`.
    """

    __slots__ = ("_dim", "_graph", "_index", "_next", "_pending", "_promote_at", "_stride")

    def __init__(self, dim: int, graph: Graph | None, promote_at: int = PROMOTE_AT, stride: int = 2) -> None:
        self._dim, self._graph, self._promote_at, self._stride = dim, graph, promote_at, stride
        self._index: FlatIndex | HnswIndex = FlatIndex(dim)
        self._next: FlatIndex | HnswIndex | None = None
        self._pending: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._index)

    @property
    def kind(self) -> str:
        """What answers now: `flat` or `hnsw`; `flat>hnsw` and the like while a successor is under construction."""
        return _kind(self._index) + (">" + _kind(self._next) if self._next is not None else "")

    @property
    def nbytes(self) -> int:
        return self._index.nbytes + (0 if self._next is None else self._next.nbytes)

    def growth(self) -> int:
        own = self._index.growth()
        if self._next is not None:
            return own + self._next.growth(self._stride + 1)
        heir = self._heir(len(self._index) + 1)
        if heir is None:
            return own
        return own + (heir.nbytes(self._dim) if isinstance(heir, Graph) else FlatIndex(self._dim).growth(self._stride))

    def add(self, label: int, vector: Vector) -> None:
        self._index.add(label, vector)
        if self._next is not None:
            self._next.add(label, vector)
        self._advance()

    def remove(self, label: int) -> None:
        self._index.remove(label)
        if self._next is not None and label not in self._pending:
            self._next.remove(label)
        self._pending.pop(label, None)

    def search(self, vector: Vector, k: int, floor: float = -1.0) -> Found:
        return self._index.search(vector, k, floor)

    def _heir(self, count: int) -> Graph | Literal["flat"] | None:
        """What should follow the index in use when it holds `count` vectors."""
        if isinstance(self._index, FlatIndex):
            return self._graph if count > self._promote_at else None
        if count * 2 < self._promote_at:
            return "flat"
        return self._graph if self._index.tombstones > count else None

    def _advance(self) -> None:
        if self._next is None:
            heir = self._heir(len(self._index))
            if heir is None:
                return
            self._next = HnswIndex(self._dim, heir) if isinstance(heir, Graph) else FlatIndex(self._dim)
            self._pending = dict.fromkeys(self._index.labels())
        for _ in range(min(self._stride, len(self._pending))):
            label, _none = self._pending.popitem()
            self._next.add(label, self._index.vector(label))
        if not self._pending:
            self._index, self._next = self._next, None


def _kind(index: FlatIndex | HnswIndex) -> str:
    return "flat" if isinstance(index, FlatIndex) else "hnsw"
