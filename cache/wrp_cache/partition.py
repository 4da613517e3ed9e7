"""The index of one partition: exact while small, a graph when large. No request waits for the change."""

from __future__ import annotations

from typing import Literal

from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.index import FlatIndex, Found
from wrp_cache.native import loaded
from wrp_signals.facts import Vector

PROMOTE_AT = 3000
"""Vectors from which on a graph answers sooner (measured at thresholds of .78 to .85)."""

GONE = 0.5
"""The share of a graph's rows that may stand empty before a successor without them is started."""

_LOOKS = 4


def graph_here() -> Graph | None:
    """The shape of graphs on this machine, or None where none can be built: then every partition stays exact. Loads
    the library, which takes a tenth of a second that no request should wait for."""
    return Graph() if loaded() else None


class PartitionIndex:
    """An index in use and, at times, its successor under construction.

    Each `add` copies `stride` (at most 7) vectors into the successor, and whoever has time may copy more by `step`.
    Meanwhile the index in use stays complete and alone answers. A successor is started when exact search has outgrown
    `promote_at`, when more than half of a graph's rows stand empty, and when a graph has fallen below half of
    `promote_at`. At capacity, where each `add` follows a removal, a graph needs none: it takes rows again.
    """

    __slots__ = ("_dim", "_graph", "_index", "_left", "_next", "_promote_at", "_stride")

    def __init__(
        self,
        dim: int,
        graph: Graph | None,
        promote_at: int = PROMOTE_AT,
        stride: int = 2,
        index: FlatIndex | HnswIndex | None = None,
    ) -> None:
        """`index`: one to begin with, as a snapshot gives it back."""
        self._dim, self._graph, self._promote_at, self._stride = dim, graph, promote_at, stride
        self._index: FlatIndex | HnswIndex = FlatIndex(dim) if index is None else index
        self._next: FlatIndex | HnswIndex | None = None
        self._left = 0

    def __len__(self) -> int:
        return len(self._index)

    @property
    def index(self) -> FlatIndex | HnswIndex:
        """What answers now."""
        return self._index

    @property
    def pending(self) -> int:
        """How many rows have still to be looked at for a successor."""
        return self._left

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
        if isinstance(heir, Graph):
            return own + heir.nbytes(self._dim, self._stride)
        return own + FlatIndex(self._dim).growth(self._stride)

    def add(self, label: int, vector: Vector) -> None:
        self._index.add(label, vector)
        if self._next is not None:
            self._next.add(label, vector)
        self.step(self._stride)

    def step(self, vectors: int) -> bool:
        """Copy so many vectors into a successor, or start one if it is time to: whether there is more to do. Each costs
        as much as an `add`. `add` has done its share already; this is for who waits for requests, and hurries.
        It may take memory that nobody made room for: as much as `growth` says, if that many vectors are copied."""
        if self._next is None and not self._begin():
            return False
        assert self._next is not None
        looks = _LOOKS * vectors
        while self._left and looks and vectors:
            self._left -= 1
            looks -= 1
            label = self._index.at(self._left)
            if label is not None and label not in self._next:
                self._next.add(label, self._index.vector(label))
                vectors -= 1
        if self._left:
            return True
        self._index, self._next = self._next, None
        return False

    def remove(self, label: int) -> None:
        self._index.remove(label)
        if self._next is not None and label in self._next:
            self._next.remove(label)

    def search(self, vector: Vector, k: int, floor: float = -1.0) -> Found:
        return self._index.search(vector, k, floor)

    def vector(self, label: int) -> Vector:
        """The unit vector of `label`, as exactly as the index in use has it. Raises KeyError."""
        return self._index.vector(label)

    def _heir(self, count: int) -> Graph | Literal["flat"] | None:
        """What should follow the index in use when it holds `count` vectors."""
        if isinstance(self._index, FlatIndex):
            return self._graph if count > self._promote_at else None
        if count * 2 < self._promote_at:
            return "flat"
        empty = self._index.tombstones
        return self._graph if empty > GONE * (empty + count) else None

    def _begin(self) -> bool:
        """Start a successor if one is due."""
        heir = self._heir(len(self._index))
        if heir is None:
            return False
        self._next = HnswIndex(self._dim, heir, self._index.peak) if isinstance(heir, Graph) else FlatIndex(self._dim)
        self._left = self._index.span
        return True


def _kind(index: FlatIndex | HnswIndex) -> str:
    return "flat" if isinstance(index, FlatIndex) else "hnsw"
