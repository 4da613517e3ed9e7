"""Nearest neighbours of one partition, exactly: numpy over blocks of rows. It refuses vectors it cannot compare."""

from __future__ import annotations

import math
from operator import itemgetter
from typing import Protocol

import numpy as np
import numpy.typing as npt

from wrp_signals.facts import Vector

HEAD = 127
"""The leading components that are compared first (with one more number, rows of 512 bytes)."""

BLOCK = 1024
"""Rows of one block: enough for numpy to run at full speed, few enough that growing one never stalls a request."""

_FEW = 64
_ROUNDING = 1e-5

Found = list[tuple[int, float]]
"""Labels and cosine similarities, the nearest first."""


class Index(Protocol):
    """Labelled unit vectors of one dimension. Not thread-safe: one caller at a time."""

    def __len__(self) -> int:
        """How many labels can be found."""
        ...

    @property
    def nbytes(self) -> int:
        """The memory taken, unused capacity included."""
        ...

    def growth(self) -> int:
        """The most by which the next `add` can raise `nbytes`."""
        ...

    def vector(self, label: int) -> Vector:
        """The unit vector of `label`, as exactly as the index has it. Raises KeyError."""
        ...

    def add(self, label: int, vector: Vector) -> None:
        """Take in float32[d]. Raises ValueError for a vector that `unit` refuses or a label already there."""
        ...

    def remove(self, label: int) -> None:
        """Raises KeyError."""
        ...

    def search(self, vector: Vector, k: int, floor: float = -1.0) -> Found:
        """At most `k` labels with similarity >= `floor`. Raises ValueError for a vector that `unit` refuses."""
        ...


def _capacity(rows: int) -> int:
    """What a block has room for that holds so many: powers of two, as most partitions hold a vector or two."""
    return 1 << (rows - 1).bit_length() if rows > 0 else 0


def unit(vector: Vector, dim: int) -> Vector:
    """The vector as float32[dim] of length one, without gaps in memory. Raises ValueError if it has another shape, or
    no direction: zero, or with a component that is NaN or infinite (native indexes take those without a word and
    answer NaN)."""
    if vector.dtype != np.float32:
        with np.errstate(over="ignore"):
            vector = vector.astype(np.float32)
    if vector.shape != (dim,):
        raise ValueError(f"a vector of shape {vector.shape} where ({dim},) is compared")
    square = float(np.vdot(vector, vector))  # which overflows without a word, other than `dot`
    if not 1e-12 < square < 1e12:
        raise ValueError(f"a vector of squared length {square} has no direction")
    if abs(square - 1.0) < 1e-6:
        return vector if vector.flags.c_contiguous else vector.copy()  # a column of a matrix, say
    return vector / np.float32(math.sqrt(square))


class _Block:
    """At most `BLOCK` rows, split after the first `HEAD` components; the length of what follows stands after both.

    By Cauchy and Schwarz `v.q <= head(v).head(q) + |tail(v)| |tail(q)`, one product with the first half: most rows of
    a partition are refused by it, and only a third of the memory is read. The second half then takes `|tail|` back
    and adds `tail(v).tail(q)`, so the answer stays exact.
    """

    __slots__ = ("head", "labels", "tail")

    def __init__(self, dim: int) -> None:
        split = min(HEAD, dim)
        self.labels: list[int] = []
        self.head = np.empty((1, split + 1), np.float32)
        self.tail = np.empty((1, dim - split + 1), np.float32)

    @property
    def nbytes(self) -> int:
        return self.head.nbytes + self.tail.nbytes

    def fit(self) -> int:
        """Make room for one more row, or give back what three of four rows do not use: the bytes that this took."""
        rows, count = len(self.head), len(self.labels)
        wanted = rows * 2 if count == rows else rows // 2 if count * 4 <= rows > 1 else rows
        if wanted == rows:
            return 0
        before = self.nbytes
        self.head, self.tail = _moved(self.head, wanted, count), _moved(self.tail, wanted, count)
        return self.nbytes - before

    def write(self, row: int, label: int, vector: Vector) -> None:
        split = self.head.shape[1] - 1
        ahead = vector[split:]
        self.head[row, :split], self.tail[row, :-1] = vector[:split], ahead
        self.head[row, split] = self.tail[row, -1] = math.sqrt(float(ahead.dot(ahead)))
        self.labels[row : row + 1] = [label]

    def read(self, row: int) -> Vector:
        return np.concatenate((self.head[row, :-1], self.tail[row, :-1]))

    def near(self, first: Vector, second: Vector, k: int, floor: float) -> Found:
        """The `k` nearest rows with similarity >= `floor`, unsorted, for a vector split as the rows are."""
        n, labels = len(self.labels), self.labels
        bound = self.head[:n].dot(first)
        rows = (bound >= floor - _ROUNDING).nonzero()[0]
        if not len(rows):
            return []
        if len(rows) <= max(_FEW, n // 4):
            sims = self.tail.take(rows, 0).dot(second)
            sims += bound[rows]
            return [(labels[row], sim) for row, sim in zip(rows.tolist(), sims.tolist(), strict=True) if sim >= floor]
        bound += self.tail[:n].dot(second)
        rows = (bound >= floor).nonzero()[0]
        if len(rows) > k:
            rows = rows[np.argpartition(bound[rows], -k)[-k:]]
        return [(labels[row], sim) for row, sim in zip(rows.tolist(), bound[rows].tolist(), strict=True)]


def _moved(old: npt.NDArray[np.float32], rows: int, count: int) -> npt.NDArray[np.float32]:
    new = np.empty((rows, *old.shape[1:]), np.float32)
    new[:count] = old[:count]
    return new


class FlatIndex:
    """Exact search, and the twin against which approximate indexes are tested."""

    __slots__ = ("_blocks", "_dim", "_nbytes", "_places")

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._blocks: list[_Block] = []
        self._nbytes = 0
        self._places: dict[int, tuple[int, int]] = {}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def nbytes(self) -> int:
        return self._nbytes

    def growth(self, adds: int = 1) -> int:
        """The same for the next few adds (at most a block)."""
        last = self._blocks[-1] if self._blocks else None
        there, wanted = (0, adds) if last is None else (len(last.head), len(last.labels) + adds)
        rows = max(0, min(_capacity(wanted), BLOCK) - there) + _capacity(wanted - BLOCK)
        return 4 * (self._dim + 2) * rows

    @property
    def span(self) -> int:
        """How many places there are for `at`."""
        return len(self._places)

    def at(self, place: int) -> int | None:
        """Who is there. A removal moves the last into the gap, so who walks while that happens walks downwards."""
        block, row = divmod(place, BLOCK)
        return self._blocks[block].labels[row] if place < len(self._places) else None

    @property
    def peak(self) -> float | None:
        """The largest component that 99 of 100 vectors have, going by the block that is full longest; None if empty."""
        if not self._blocks:
            return None
        first = self._blocks[0]
        ahead, behind = (np.abs(part[: len(first.labels), :-1]) for part in (first.head, first.tail))
        peaks = np.maximum(ahead.max(1), behind.max(1, initial=0.0))
        return float(np.quantile(peaks, 0.99))

    def __contains__(self, label: object) -> bool:
        return label in self._places

    def vector(self, label: int) -> Vector:
        """The unit vector of `label`. Raises KeyError."""
        block, row = self._places[label]
        return self._blocks[block].read(row)

    def add(self, label: int, vector: Vector) -> None:
        vector = unit(vector, self._dim)
        if label in self._places:
            raise ValueError(f"label {label} is already there")
        if not self._blocks or len(self._blocks[-1].labels) == BLOCK:
            self._blocks.append(_Block(self._dim))
            self._nbytes += self._blocks[-1].nbytes
        last = self._blocks[-1]
        self._nbytes += last.fit()
        row = len(last.labels)
        last.write(row, label, vector)
        self._places[label] = (len(self._blocks) - 1, row)

    def remove(self, label: int) -> None:
        block, row = self._places.pop(label)
        last = self._blocks[-1]
        moved, end = last.labels[-1], len(last.labels) - 1
        if moved != label:
            self._blocks[block].write(row, moved, last.read(end))
            self._places[moved] = (block, row)
        last.labels.pop()
        if end == 0:
            self._blocks.pop()
            self._nbytes -= last.nbytes
        else:
            self._nbytes += last.fit()

    def search(self, vector: Vector, k: int, floor: float = -1.0) -> Found:
        vector = unit(vector, self._dim)
        split = min(HEAD, self._dim)
        both = np.empty(self._dim + 2, np.float32)
        both[:split] = vector[:split]
        both[split + 1 : -1] = ahead = vector[split:]
        both[split] = beyond = math.sqrt(float(ahead.dot(ahead)))
        both[-1] = -beyond
        first, second = both[: split + 1], both[split + 1 :]
        found: Found = []
        for block in self._blocks if k > 0 else ():
            found += block.near(first, second, k, floor)
        found.sort(key=itemgetter(1), reverse=True)
        return found[:k]
