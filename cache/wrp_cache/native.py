"""Vectors of one byte per component in a graph of usearch. Everything that native code sees passes through here."""

from __future__ import annotations

import importlib
import math
from array import array
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_signals.facts import Vector

LIBRARY = "usearch"

VERSIONS = ((2, 25), (2, 26))
"""From, and below. 2.26 goes over its whole table of keys in every add that follows a removal."""

_MOST, _LEAST = np.float32(127.0), np.float32(-127.0)
_ASKED = 127.0
"""The length of a question in bytes, as the library makes it."""

Turn = Callable[[], object]
"""Called again and again by what takes long, so that other threads have a turn: native code keeps the interpreter to
itself."""

_AT_ONCE = 64
_KEYS_AT_ONCE = 1024

_SPREAD = 0x9E3779B1
_LOW = 0xFFFFFFFF


def version(library: str = LIBRARY) -> str | None:
    """Which one is installed; None if there is none, or one that was not tried."""
    import importlib.metadata  # which reads e-mail, CSV and archives: not for whoever builds no graph

    try:
        found = importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None
    major, minor = (int(part) if part.isdigit() else 0 for part in (*found.split("."), "0")[:2])
    return found if VERSIONS[0] <= (major, minor) < VERSIONS[1] else None


def loaded() -> bool:
    """Whether graphs can be built here, with the library in memory from now on."""
    return version() is not None and importlib.import_module(f"{LIBRARY}.compiled") is not None


Buffer = bytes | bytearray | memoryview
Rows = npt.NDArray[np.uint32]


class Shape(msgspec.Struct, frozen=True):
    """`m` links a node, twice as many on the ground floor; candidate lists of `construction` on insert."""

    m: int
    construction: int


class ByteGraph:
    """Unit vectors by row, near by cosine. All are scaled alike, so that `peak` is the largest component that a byte
    can say; what is larger is cut off there, which makes vectors less alike, never more. (The library would take 1.0
    for the peak of every embedder, and lose one true neighbour in 25.)

    A row's key scatters the rows over the library's table of keys, whose places go by a key's last bits: no two ever
    meet, and a key that comes again takes its own place. Keys that are always new would fill that table with
    tombstones, to the point where looking for one that is not there does not end; keys in a row make it look
    through all that follow.

    A question is made into bytes by the library, coarsely, and the few nearest are ranked again by the question as it
    is. (Between two look-ups a router does other things: every call of numpy then costs some ten microseconds, as its
    code has left the processor's caches. So there are few.)
    """

    __slots__ = (
        "_asked", "_blunt", "_count", "_graph", "_kind", "_lengths", "_row", "_scale", "_unit", "_wide", "_width",
    )  # fmt: skip

    def __init__(self, dim: int, shape: Shape, peak: float) -> None:
        """Raises ImportError where the library is not installed."""
        native: Any = importlib.import_module(f"{LIBRARY}.compiled")
        self._kind, self._asked, self._scale = native.ScalarKind.I8, native.ScalarKind.F32, _MOST / np.float32(peak)
        self._unit = 1.0 / (_ASKED * float(self._scale))
        self._blunt = math.sqrt(dim) / _ASKED
        self._width = self._count = 0
        self._lengths = array("f")
        self._wide, self._row = np.empty(dim, np.float32), np.empty((1, dim), np.int8)
        self._graph = native.Index(
            ndim=dim, dtype=self._kind, metric_kind=native.MetricKind.IP, connectivity=shape.m,
            expansion_add=shape.construction,
        )  # fmt: skip

    def add(self, row: int, vector: Vector) -> None:
        """float32[dim] of length one, as a row that is not there."""
        code = self._coded(vector)
        self._put(row, code)
        self._lengths.extend([1.0] * (row + 1 - len(self._lengths)))
        self._lengths[row] = math.sqrt(float(self._wide.dot(self._wide)))

    def remove(self, row: int) -> None:
        """Of a row that is there."""
        self._graph.remove_one(_key(row), False, 1)
        self._count -= 1

    def relink(self, row: int) -> None:
        """Take a row out and in again."""
        code = self._code(row)
        self.remove(row)
        self._put(row, code.reshape(1, -1))

    def vector(self, row: int) -> Vector:
        """The unit vector of a row that is there, to within a byte per component."""
        wide = self._code(row).astype(np.float32)
        found: Vector = wide / np.sqrt(wide.dot(wide))
        return found

    def near(self, vector: Vector, count: int, width: int, floor: float = -2.0) -> list[tuple[float, int]]:
        """The cosines, to about a thousandth, and the rows of at most `count`, those that seemed nearest first, out of
        `width` candidates. Those that are surely below `floor` may be left out."""
        if not self._count:
            return []
        if width != self._width:
            self._graph.expansion_search = self._width = width
        found = self._graph.search_many(vector.reshape(1, -1), count, False, 1, None, self._asked)
        # a byte of the question is its component cut off: a cosine seems less than it is, by so much at most
        far, most = found[1][0, : int(found[2][0])].tolist(), 1.0 - (floor - self._blunt) / self._unit
        while far and far[-1] > most:
            far.pop()
        if not far:
            return []
        keys = found[0][0, : len(far)]
        near = np.array(self._graph.get_many(keys, self._kind), np.float32).dot(vector).tolist()
        rows = [key >> 32 for key in keys.tolist()]
        return [(product / self._lengths[row], row) for product, row in zip(near, rows, strict=True)]

    def cosine(self, row: int, vector: Vector) -> float:
        """How close a row that is there is to a unit vector, to about a thousandth."""
        return float(self._code(row).astype(np.float32).dot(vector)) / self._lengths[row]

    def saved(self, turn: Turn | None = None) -> bytearray:
        """The graph in the library's own format, which only `restore` of the same version may see again. It must not
        change before this returns; to search it, in a `turn`, is no change."""
        saved: bytearray = self._graph.save_index_to_buffer(_progress(turn))
        return saved

    def restore(self, saved: Buffer, rows: Rows, turn: Turn | None = None) -> bool:
        """Take over what `saved` gave, which held these rows; False if it does not hold them after all. The library
        crashes on damaged bytes: pass only what was verified."""
        self._graph.load_index_from_buffer(saved, _progress(turn))
        self._count, self._width = len(rows), 0
        if len(rows) != self._graph.size:
            return False
        wide = rows.astype(np.uint64)
        keys = wide << np.uint64(32) | wide * np.uint64(_SPREAD) & np.uint64(_LOW)
        lengths = np.ones(int(rows.max()) + 1 if len(rows) else 0, np.float32)
        for at in range(0, len(keys), _KEYS_AT_ONCE):
            some = keys[at : at + _KEYS_AT_ONCE]
            if not np.all(self._graph.contains_many(some)):
                return False
            codes = np.array(self._graph.get_many(some, self._kind), np.float32)
            lengths[rows[at : at + _KEYS_AT_ONCE]] = np.sqrt(np.einsum("ij,ij->i", codes, codes))
            if turn is not None:
                turn()
        self._lengths = array("f", lengths.tobytes())
        return True

    def _put(self, row: int, code: npt.NDArray[np.int8]) -> None:
        keys = np.array((_key(row),), np.uint64)
        self._graph.add_many(keys, code, copy=True, threads=1, dtype=self._kind)
        self._count += 1

    def _coded(self, vector: Vector) -> npt.NDArray[np.int8]:
        """int8[1, dim], good until the next call."""
        wide, code = self._wide, self._row
        np.multiply(vector, self._scale, wide)
        np.minimum(wide, _MOST, out=wide)
        np.maximum(wide, _LEAST, out=wide)
        np.rint(wide, wide)
        code[0] = wide
        return code

    def _code(self, row: int) -> npt.NDArray[np.int8]:
        found: npt.NDArray[np.int8] = self._graph.get_many(np.array((_key(row),), np.uint64), self._kind)[0]
        return found


def _progress(turn: Turn | None) -> Callable[[int, int], bool] | None:
    """What the library calls for each row."""
    if turn is None:
        return None

    def go_on(done: int, all: int) -> bool:
        if not done % _AT_ONCE:
            turn()
        return True

    return go_on


def _key(row: int) -> int:
    return row << 32 | row * _SPREAD & _LOW
