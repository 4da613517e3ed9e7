"""A graph as bytes and back. No byte of it reaches native code before all were verified, and it opens no file."""

from __future__ import annotations

import hashlib
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np

from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.native import Buffer, Rows, Turn, version
from wrp_signals.facts import Vector

MAGIC = b"WRPINDEX"
FORMAT = 2
NAME = 16
"""Bytes of a document's name."""

SAME = 0.99
"""Cosine from which on a vector in bytes is the one that it was made of."""

_DIGEST = 32
_FRONT = len(MAGIC) + 4 + _DIGEST
_HEADER_MOST = 4096
_CHUNK = 1 << 20
_CLAIMED = 0xFFFFFFFF


class SnapshotDoubtful(Exception):
    """The bytes are not what was written, or not for this index; the text says why. Whoever catches it builds the
    index again from stored vectors: into a partition, which searches exactly until its graph is complete."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the payload is: names of 16 bytes, rows (uint32), and a graph in the format of that version of the library.
    `place`: which index it is of. `digest`: blake2b of it all, in hexadecimal, keyed if there is a key."""

    format: int
    place: str
    dim: int
    metric: str
    embedder: str
    count: int
    span: int
    byte_order: str
    library: str
    shape: Graph
    peak: float
    wear: float
    size: int
    digest: str


class Picture(msgspec.Struct, frozen=True):
    """A graph as it was at one moment: `saved` is the library's, and in `rows` (uint32) are the vectors of documents
    with these `names`, one after the other."""

    dim: int
    span: int
    shape: Graph
    peak: float
    wear: float
    names: bytearray
    rows: array[int]
    saved: Buffer


class Remains:
    """A graph from a snapshot. Its vectors wait to be claimed by the entries that they are of; `waiting` of them do."""

    __slots__ = ("_asked", "_begin", "_names", "_rows", "dim", "graph", "waiting")

    def __init__(self, graph: HnswIndex, dim: int, names: Buffer, rows: Rows) -> None:
        """Raises SnapshotDoubtful where two vectors have one name."""
        whole = np.frombuffer(names, np.dtype((np.void, NAME)))
        begin = np.frombuffer(names, ">u8")[::2]
        order = np.argsort(begin, kind="stable")
        self.graph, self.dim, self.waiting = graph, dim, len(rows)
        self._begin = array("Q", begin[order].astype("=u8").tobytes())
        self._names = whole[order].tobytes()
        self._rows = array("I", rows[order].tobytes())
        self._asked = b"", 0
        if any(self._name(at) == self._name(at + 1) for at in _doubles(self._begin)):
            raise SnapshotDoubtful("two vectors of one document")

    @property
    def beside(self) -> int:
        """What is taken beside the graph."""
        return (8 + NAME + 4) * len(self._rows)

    @property
    def nbytes(self) -> int:
        """All that is taken."""
        return self.graph.nbytes + self.beside

    def has(self, name: bytes) -> bool:
        """Whether a vector waits for the entry of this name."""
        return self._at(name) is not None

    def row(self, name: bytes, vector: Vector) -> int | None:
        """Where the vector of this entry waits, if it is this one, and does so no more."""
        at = self._at(name)
        if at is None or not self.graph.near(self._rows[at], vector) >= SAME:
            return None
        row, self._rows[at] = self._rows[at], _CLAIMED
        self.waiting -= 1
        return row

    def abandon(self) -> Iterator[None]:
        """Remove what nobody has claimed, one at a time."""
        for at, row in enumerate(self._rows):
            if row != _CLAIMED:
                self._rows[at] = _CLAIMED
                self.waiting -= 1
                self.graph.abandon(row)
                yield

    def _name(self, at: int) -> bytes:
        return self._names[at * NAME : at * NAME + NAME]

    def _at(self, name: bytes) -> int | None:
        """Where the name stands, if it waits. Who asks whether it does asks at once for its row."""
        last, at = self._asked
        if last is not name and last != name:
            begin = int.from_bytes(name[:8], "big")
            at = bisect_left(self._begin, begin)
            while self._names[at * NAME : at * NAME + NAME] != name:
                at += 1
                if at >= len(self._begin) or self._begin[at] != begin:
                    return None
            self._asked = name, at
        return at if self._rows[at] != _CLAIMED else None


def place_of(where: tuple[str, bytes, str], key: bytes) -> str:
    """What the place (tenant, partition, category) of an index is called: 32 digits that give nothing of it away."""
    packed = msgspec.msgpack.encode([part if isinstance(part, bytes) else _bytes(part) for part in where])
    return hashlib.blake2b(packed, digest_size=NAME, key=key).hexdigest()


def write(picture: Picture, place: str, embedder: str, key: bytes = b"") -> Iterator[Buffer]:
    """The snapshot in pieces, header first. `embedder`: what made the vectors. `key`: at most 64 bytes, without which
    nobody can forge a snapshot. Raises ValueError for names that are not 16 bytes long."""
    if len(picture.names) != NAME * len(picture.rows):
        raise ValueError("a document's name is 16 bytes long")
    parts = (picture.names, np.frombuffer(picture.rows, np.uint32).astype("<u4").tobytes(), picture.saved)
    header = Header(
        format=FORMAT,
        place=place,
        dim=picture.dim,
        metric="cosine",
        embedder=embedder,
        count=len(picture.rows),
        span=picture.span,
        byte_order=sys.byteorder,
        library=f"usearch {version()}",
        shape=picture.shape,
        peak=picture.peak,
        wear=picture.wear,
        size=sum(map(len, parts)),
        digest=_digest(parts, key).hex(),
    )
    packed = msgspec.json.encode(header)
    yield MAGIC + len(packed).to_bytes(4, "little") + _digest((packed,), key) + packed
    for part in parts:
        view = memoryview(part)
        for at in range(0, len(view), _CHUNK):
            yield view[at : at + _CHUNK]


def read(data: Buffer, place: str, embedder: str, key: bytes = b"", turn: Turn | None = None) -> Remains:
    """What was written. `turn` is called again and again, so that other threads have one. Raises SnapshotDoubtful."""
    header, payload = _verified(data, key)
    _fits(header, place, embedder)
    cut = NAME * header.count
    names, rows = payload[:cut], np.frombuffer(payload[cut : cut + 4 * header.count], "<u4").astype(np.uint32)
    graph = HnswIndex(header.dim, header.shape, header.peak)
    try:
        whole = graph.restore(payload[cut + 4 * header.count :], header.span, rows, turn, header.wear)
    except (RuntimeError, ValueError) as error:
        raise SnapshotDoubtful(f"the library refuses its graph: {error}") from None
    if not whole:
        raise SnapshotDoubtful("the graph holds other rows than the snapshot says")
    return Remains(graph, header.dim, names, rows)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _doubles(begin: array[int]) -> list[int]:
    """After which places the same eight bytes follow."""
    sorted_ = np.frombuffer(begin, np.uint64)
    found: list[int] = (sorted_[1:] == sorted_[:-1]).nonzero()[0].tolist()
    return found


def _digest(parts: Sequence[Buffer], key: bytes) -> bytes:
    state = hashlib.blake2b(digest_size=_DIGEST, key=key)
    for part in parts:
        state.update(part)
    return state.digest()


def _verified(data: Buffer, key: bytes) -> tuple[Header, memoryview]:
    """Header and payload, both of them what was written."""
    view = memoryview(data)
    if bytes(view[: len(MAGIC)]) != MAGIC or len(view) < _FRONT:
        raise SnapshotDoubtful("this is no snapshot of an index")
    length = int.from_bytes(view[len(MAGIC) : len(MAGIC) + 4], "little")
    packed = view[_FRONT : _FRONT + length]
    if length > _HEADER_MOST or _digest((packed,), key) != view[len(MAGIC) + 4 : _FRONT]:
        raise SnapshotDoubtful("its header is damaged, or written with another key")
    try:
        header = msgspec.json.decode(packed, type=Header)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise SnapshotDoubtful(f"its header is of another make: {error}") from None
    payload = view[_FRONT + length :]
    if len(payload) != header.size:
        raise SnapshotDoubtful(f"{len(payload)} bytes where {header.size} were written")
    if _digest((payload,), key).hex() != header.digest:
        raise SnapshotDoubtful("its payload is damaged")
    return header, payload


def _fits(header: Header, place: str, embedder: str) -> None:
    """Whether it is for this index, this machine and this library."""
    wanted = (FORMAT, place, "cosine", embedder, sys.byteorder, f"usearch {version()}")
    found = (header.format, header.place, header.metric, header.embedder, header.byte_order, header.library)
    for what, want, got in zip(_FITS, wanted, found, strict=True):
        if want != got:
            raise SnapshotDoubtful(f"its {what} is {got!r}, not {want!r}")
    graph = header.size - (NAME + 4) * header.count
    if not (0 <= header.count <= header.span and header.dim > 0 and graph >= header.dim * header.span):
        raise SnapshotDoubtful("its parts do not make a whole")


_FITS = ("format", "place", "metric", "embedder", "byte order", "library")
