"""Nearest neighbours by a navigable graph (usearch, an extra): labels, empty rows, and what it all weighs."""

from __future__ import annotations

from array import array

import msgspec
import numpy as np

from wrp_cache.index import Found, unit
from wrp_cache.native import Buffer, ByteGraph, Rows, Shape, Turn, version
from wrp_signals.facts import Vector

BARE = 1 << 18
"""Bytes of a graph that holds nothing: its buffers."""

_SHARDS = 64
_LABEL = 8 + 64 + 58 + 4
"""A label's place in a list, its number and its row's, and their share of a dict; and how long its bytes are."""

_AGAIN = 4
"""Candidates whose cosines are computed again, the query unrounded: the true nearest was always among them."""

_SLACK = 0.02

_ALONE, _PLAIN, _NARROW = 0.6, 0.8, 0.35
"""From the first cosine on fewer candidates are enough; from the second on this share of them."""

_LINE = 64
"""Bytes to which the library rounds up what it keeps of a row."""

_UPPER = 8
"""Bytes of links above the ground floor, for the few rows that have any."""

_TABLES = 16.25 + 2 * 8


def available() -> bool:
    """Whether graphs can be built here."""
    return version() is not None


class Graph(msgspec.Struct, frozen=True):
    """The shape of a graph: `m` links a node and twice as many on the ground floor; candidate lists of `construction`
    on insert and, on search, of `ef`, and `wider` more for each time that 8,192 vectors have doubled; `worn` times as
    much again where every row has been taken more than once."""

    m: int = 16
    construction: int = 200
    ef: int = 34
    wider: int = 2
    worn: float = 0.9

    def nbytes(self, dim: int, rows: int = 0) -> int:
        """What so many rows take: tables (powers of two), and of each row its bytes, its links and its label."""
        if not rows:
            return BARE
        slots = 1 << (3 * (1 << (rows - 1).bit_length()) // 2 - 1).bit_length()
        node = _rounded(14 + 8 * self.m) + _UPPER + _rounded(dim)
        return BARE + int(_TABLES * slots) + rows * (node + _LABEL)

    def width(self, count: int, wear: float = 0.0, floor: float = -1.0) -> int:
        """How many candidates are looked at among so many vectors. `wear` in [0, 1]: which share of the rows has been
        taken again since the graph was built; links that were mended are not as good as new. What is at a high `floor`
        or nearer stands out, and is met early."""
        share = 1.0 - (1.0 - _NARROW) * min(1.0, max(0.0, (floor - _ALONE) / (_PLAIN - _ALONE)))
        return int((self.ef + self.wider * (count >> 13).bit_length()) * (1.0 + self.worn * wear) * share)


def _rounded(size: int) -> int:
    return (size + _LINE - 1) // _LINE * _LINE


class HnswIndex:
    """Malkov and Yashunin (arXiv 1603.09320), by the cosine of vectors in bytes.

    A row that was removed is taken again by the next `add` and linked afresh. What loses its neighbours to that, and
    links that lead to where a row once was, would make others harder and harder to reach: so each such `add` links one
    more row anew, in turn. A label that was removed cannot be found, whatever the native side says: rows are looked up
    here last.
    """

    __slots__ = ("_again", "_dim", "_free", "_labels", "_mended", "_native", "_rows", "_shape", "peak")

    def __init__(self, dim: int, shape: Graph, peak: float | None = None) -> None:
        """`peak`: the largest component that is told from larger ones; five times that of a vector whose components
        are all alike if not given. Raises ImportError where usearch is not installed."""
        self._dim, self._shape = dim, shape
        self.peak = peak or min(1.0, 5.0 * dim**-0.5)
        self._native = ByteGraph(dim, Shape(shape.m, shape.construction), self.peak)
        self._labels: list[int | None] = []
        self._free: array[int] = array("I")
        self._rows: tuple[dict[int, int], ...] = tuple([{} for _ in range(_SHARDS)])
        self._mended = self._again = 0

    def __len__(self) -> int:
        return len(self._labels) - len(self._free)

    def __contains__(self, label: int) -> bool:
        return label in self._rows[label % _SHARDS]

    @property
    def nbytes(self) -> int:
        return self._shape.nbytes(self._dim, len(self._labels))

    @property
    def wear(self) -> float:
        """Which share of the rows has been taken again, at most all."""
        return min(1.0, self._again / (len(self._labels) or 1))

    @property
    def tombstones(self) -> int:
        """How many rows stand empty."""
        return len(self._free)

    def growth(self, adds: int = 1) -> int:
        """The same for the next few adds."""
        more = max(0, adds - len(self._free))
        return self._shape.nbytes(self._dim, len(self._labels) + more) - self.nbytes

    @property
    def span(self) -> int:
        """How many places there are for `at`."""
        return len(self._labels)

    def at(self, place: int) -> int | None:
        """Who is there; None where nobody is."""
        return self._labels[place]

    def vector(self, label: int) -> Vector:
        """The unit vector of `label`, to within a byte per component. Raises KeyError."""
        return self._native.vector(self._rows[label % _SHARDS][label])

    def add(self, label: int, vector: Vector) -> None:
        vector = unit(vector, self._dim)
        rows = self._rows[label % _SHARDS]
        if label in rows:
            raise ValueError(f"label {label} is already there")
        if not self._free:
            self._native.add(len(self._labels), vector)
            rows[label] = len(self._labels)
            self._labels.append(label)
            return
        row = self._free[-1]
        self._native.add(row, vector)
        self._free.pop()
        rows[label], self._labels[row] = row, label
        self._mend()

    def remove(self, label: int) -> None:
        row = self._rows[label % _SHARDS].pop(label)
        self._labels[row] = None
        self._free.append(row)
        self._native.remove(row)

    def search(self, vector: Vector, k: int, floor: float = -1.0) -> Found:
        vector = unit(vector, self._dim)
        if k <= 0:
            return []
        count, width = max(k, _AGAIN), self._shape.width(len(self), self.wear, floor)
        found = self._native.near(vector, count, max(count, width), floor - _SLACK)
        found.sort(reverse=True)
        labels = self._labels
        return [(label, near) for near, row in found if near >= floor and (label := labels[row]) is not None][:k]

    @property
    def shape(self) -> Graph:
        """What it was made with."""
        return self._shape

    def saved(self, turn: Turn | None = None) -> bytearray:
        """The graph as `restore` takes it, without its labels. It must not change before this returns."""
        return self._native.saved(turn)

    def restore(self, saved: Buffer, span: int, rows: Rows, turn: Turn | None = None, wear: float = 1.0) -> bool:
        """Begin with what `saved` gave: so many places, of which these rows hold vectors, as worn as that. None of them
        is found before it is claimed. False, and an index that is of no use, if the graph does not hold just those
        rows."""
        empty = np.ones(span, np.bool_)
        if len(rows) and int(rows.max()) >= span:
            return False
        empty[rows] = False
        if len(rows) + int(empty.sum()) != span or not self._native.restore(saved, rows, turn):
            return False
        self._labels = [None] * span
        self._free = array("I", empty.nonzero()[0].astype(np.uint32).tobytes())
        self._again = int(wear * span)
        return True

    def near(self, row: int, vector: Vector) -> float:
        """The cosine of a unit vector and the one in a row, claimed or not."""
        return self._native.cosine(row, vector)

    def claim(self, row: int, label: int) -> None:
        """From now on `label` is found where a vector was restored that nobody has claimed yet."""
        self._labels[row] = label
        self._rows[label % _SHARDS][label] = row

    def abandon(self, row: int) -> None:
        """Nobody will claim the vector in this row."""
        self._native.remove(row)
        self._free.append(row)

    def _mend(self) -> None:
        """Link a row anew, each in its turn."""
        self._again += 1
        self._mended = (self._mended + 1) % len(self._labels)
        if self._labels[self._mended] is not None:
            self._native.relink(self._mended)
