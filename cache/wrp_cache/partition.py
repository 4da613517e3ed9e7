"""The index of one partition: exact while small, a graph when large. No request waits for the change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.index import FlatIndex, Found, unit
from wrp_cache.native import loaded
from wrp_signals.facts import Vector

PROMOTE_AT = 3000
"""Vectors from which on a graph answers sooner (measured at thresholds of .78 to .85)."""

GONE = 0.5
"""The share of a graph's rows that may stand empty before a successor without them is started."""

_LOOKS = 4
_LATE = 256


def graph_here() -> Graph | None:
    """The shape of graphs on this machine, or None where none can be built: then every partition stays exact. Loads
    the library, which takes a tenth of a second that no request should wait for."""
    return Graph() if loaded() else None


def indices(graph: Graph | None) -> Callable[[int], PartitionIndex]:
    """From a dimension to an empty index, which stays exact without the shape of a graph."""
    return lambda dim: PartitionIndex(dim, graph)


class PartitionIndex:
    """An index in use and, at times, its successor under construction.

    Each `add` copies `stride` (at most 7) vectors into the successor, and whoever has time may copy more by `step`.
    Meanwhile the index in use stays complete and alone answers. A successor is started when exact search has outgrown
    `promote_at`, when more than half of a graph's rows stand empty, and when a graph has fallen below half of
    `promote_at`. At capacity, where each `add` follows a removal, a graph needs none: it takes rows again.

    A graph can be held still, for as long as its picture is taken. What comes meanwhile is found afterwards.
    """

    __slots__ = ("_dim", "_gone", "_graph", "_index", "_late", "_left", "_next", "_promote_at", "_still", "_stride")

    def __init__(self, dim: int, graph: Graph | None, promote_at: int = PROMOTE_AT, stride: int = 2) -> None:
        self._dim, self._graph, self._promote_at, self._stride = dim, graph, promote_at, stride
        self._index: FlatIndex | HnswIndex = FlatIndex(dim)
        self._next: FlatIndex | HnswIndex | None = None
        self._left = 0
        self._still = False
        self._gone: set[int] = set()
        self._late: dict[int, Vector] = {}

    def __len__(self) -> int:
        return len(self._index) - len(self._gone) + len(self._late)

    def __contains__(self, label: int) -> bool:
        return label in self._late or (label in self._index and label not in self._gone)

    @property
    def index(self) -> FlatIndex | HnswIndex:
        """What answers now."""
        return self._index

    @property
    def pending(self) -> int:
        """How many rows have still to be looked at for a successor, or were put off while the graph was held."""
        return self._left + len(self._gone) + len(self._late)

    @property
    def kind(self) -> str:
        """What answers now: `flat` or `hnsw`; `flat>hnsw` and the like while a successor is under construction."""
        return _kind(self._index) + (">" + _kind(self._next) if self._next is not None else "")

    @property
    def nbytes(self) -> int:
        own = self._index.nbytes + len(self._late) * self._waits
        return own if self._next is None else own + self._next.nbytes

    @property
    def _waits(self) -> int:
        """Bytes of a vector that was put off, the place in its map included."""
        return 4 * self._dim + _LATE

    def growth(self) -> int:
        if self._still or self._late:
            return self._waits + self._index.growth(self._stride + 1)
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
        if self._still or label in self._gone:
            if label in self:
                raise ValueError(f"label {label} is already there")
            self._late[label] = unit(vector, self._dim)
        else:
            self._index.add(label, vector)
            if self._next is not None:
                self._next.add(label, vector)
        self.step(self._stride)

    def hold(self) -> HnswIndex | None:
        """The graph that answers, which does not change from now on, until `release`. None: it is no graph, or has
        more to do first."""
        if not isinstance(self._index, HnswIndex) or self._next is not None or self._still or self.pending:
            return None
        self._still = True
        return self._index

    def release(self) -> frozenset[int]:
        """It may change again: the labels that have gone meanwhile. The vectors put off are taken in by `step`."""
        self._still = False
        return frozenset(self._gone)

    def begin_with(self, graph: HnswIndex) -> None:
        """Of an index that is empty: a graph that a snapshot gave back, whose vectors have yet to be claimed."""
        self._index = graph

    def step(self, vectors: int) -> bool:
        """Copy so many vectors into a successor, or start one if it is time to: whether there is more to do. Each costs
        as much as an `add`. `add` has done its share already; this is for who waits for requests, and hurries.
        It may take memory that nobody made room for: as much as `growth` says, if that many vectors are copied."""
        if self._still:
            return False
        if self._gone or self._late:
            return self._catch_up(vectors)
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

    def _catch_up(self, vectors: int) -> bool:
        """So many of what was put off: whether there is more to do."""
        for _ in range(vectors):
            if self._gone:
                self._index.remove(self._gone.pop())
            elif self._late:
                self._index.add(*self._late.popitem())
        return bool(self._gone or self._late)

    def remove(self, label: int) -> None:
        if self._late.pop(label, None) is not None:
            return
        if self._still or label in self._gone:
            if label not in self:
                raise KeyError(label)
            self._gone.add(label)
            return
        self._index.remove(label)
        if self._next is not None and label in self._next:
            self._next.remove(label)

    def search(self, vector: Vector, k: int, floor: float = -1.0) -> Found:
        if not self._gone:
            return self._index.search(vector, k, floor)
        found = self._index.search(vector, k + min(k, len(self._gone)), floor)
        return [(label, near) for label, near in found if label not in self._gone][:k]

    def vector(self, label: int) -> Vector:
        """The unit vector of `label`, as exactly as the index in use has it. Raises KeyError."""
        if label in self._late:
            return self._late[label]
        if label in self._gone:
            raise KeyError(label)
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
