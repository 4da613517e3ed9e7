"""An index as bytes and back. No byte of it reaches native code before all were verified, and it opens no file."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator

import msgspec
import numpy as np

from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.index import FlatIndex
from wrp_cache.native import version

MAGIC = b"WRPINDEX"
FORMAT = 1
NAME = 16
"""Bytes of a document's name."""

_DIGEST = 32
_FRONT = len(MAGIC) + 4 + _DIGEST
_HEADER_MOST = 4096
_CHUNK = 1 << 20


class SnapshotDoubtful(Exception):
    """The bytes are not what was written, or not for this index; the text says why. Whoever catches it builds the
    index again from stored vectors: into a partition, which searches exactly until its graph is complete."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the payload is: names of 16 bytes, rows (uint32), and either float32 vectors (`flat`) or a graph in the
    format of that version of the library (`hnsw`). `digest`: blake2b of it all, in hexadecimal, keyed if there is a
    key."""

    format: int
    kind: str
    dim: int
    metric: str
    embedder: str
    count: int
    span: int
    byte_order: str
    library: str
    shape: Graph
    peak: float
    size: int
    digest: str


def write(
    index: FlatIndex | HnswIndex, dim: int, embedder: str, name: Callable[[int], bytes], key: bytes = b""
) -> Iterator[bytes]:
    """The snapshot in pieces, header first, of an index that must not change meanwhile. `name`: from a label to the
    name of its document. `embedder`: what made the vectors. `key`: at most 64 bytes, without which nobody can forge
    a snapshot. Raises ValueError for a name that is not 16 bytes long."""
    places = [(place, label) for place in range(index.span) if (label := index.at(place)) is not None]
    names = b"".join([name(label) for _, label in places])
    if len(names) != NAME * len(places):
        raise ValueError("a document's name is 16 bytes long")
    rows = np.array([place for place, _ in places], "<u4").tobytes()
    if isinstance(index, HnswIndex):
        body = index.saved()
    else:
        body = np.array([index.vector(label) for _, label in places], "<f4").tobytes()
    parts = (names, rows, body)
    header = _header(index, dim, embedder, len(places), parts, key)
    packed = msgspec.json.encode(header)
    yield MAGIC + len(packed).to_bytes(4, "little") + _digest((packed,), key) + packed
    for part in parts:
        for at in range(0, len(part), _CHUNK):
            yield part[at : at + _CHUNK]


def read(
    data: bytes, dim: int, embedder: str, label: Callable[[bytes], int | None], key: bytes = b""
) -> FlatIndex | HnswIndex:
    """The index that was written. `label`: from a document's name to the label under which it is to be found from now
    on, or None if there is no such document any more. Raises SnapshotDoubtful."""
    header, payload = _verified(data, key)
    _fits(header, dim, embedder)
    names = [bytes(payload[at : at + NAME]) for at in range(0, NAME * header.count, NAME)]
    cut = (NAME + 4) * header.count
    rows: list[int] = np.frombuffer(payload[NAME * header.count : cut], "<u4").tolist()
    labels = [label(one) for one in names]
    known = [one for one in labels if one is not None]
    if len(set(known)) != len(known):
        raise SnapshotDoubtful("two vectors of one document")
    if header.kind == "flat":
        return _flat(dim, labels, payload[cut:])
    graph = HnswIndex(dim, header.shape, header.peak)
    try:
        whole = graph.restore(bytes(payload[cut:]), header.span, dict(zip(rows, labels, strict=True)))
    except (RuntimeError, ValueError) as error:
        raise SnapshotDoubtful(f"the library refuses its graph: {error}") from None
    if not whole:
        raise SnapshotDoubtful("the graph holds other rows than the snapshot says")
    return graph


def _header(
    index: FlatIndex | HnswIndex, dim: int, embedder: str, count: int, parts: tuple[bytes, ...], key: bytes
) -> Header:
    graph = isinstance(index, HnswIndex)
    return Header(
        format=FORMAT,
        kind="hnsw" if graph else "flat",
        dim=dim,
        metric="cosine",
        embedder=embedder,
        count=count,
        span=index.span,
        byte_order=sys.byteorder,
        library=f"usearch {version()}" if graph else "",
        shape=index.shape if isinstance(index, HnswIndex) else Graph(),
        peak=index.peak or 0.0,
        size=sum(map(len, parts)),
        digest=_digest(parts, key).hex(),
    )


def _digest(parts: tuple[bytes | memoryview, ...], key: bytes) -> bytes:
    state = hashlib.blake2b(digest_size=_DIGEST, key=key)
    for part in parts:
        state.update(part)
    return state.digest()


def _verified(data: bytes, key: bytes) -> tuple[Header, memoryview]:
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


def _fits(header: Header, dim: int, embedder: str) -> None:
    """Whether it is for this index, this machine and this library."""
    library = f"usearch {version()}" if header.kind == "hnsw" else ""
    wanted = (FORMAT, dim, "cosine", embedder, sys.byteorder, library)
    found = (header.format, header.dim, header.metric, header.embedder, header.byte_order, header.library)
    for what, want, got in zip(_FITS, wanted, found, strict=True):
        if want != got:
            raise SnapshotDoubtful(f"its {what} is {got!r}, not {want!r}")
    body = header.size - (NAME + 4) * header.count
    sizes = {"flat": body == 4 * dim * header.count, "hnsw": body >= dim * header.span and header.span >= header.count}
    if header.count < 0 or not sizes.get(header.kind, False):
        raise SnapshotDoubtful("its parts do not make a whole")


_FITS = ("format", "dimension", "metric", "embedder", "byte order", "library")


def _flat(dim: int, labels: list[int | None], body: memoryview) -> FlatIndex:
    index = FlatIndex(dim)
    vectors = np.frombuffer(body, "<f4").reshape(len(labels), dim)
    try:
        for label, vector in zip(labels, vectors, strict=True):
            if label is not None:
                index.add(label, vector)
    except ValueError as error:
        raise SnapshotDoubtful(f"a vector cannot be compared: {error}") from None
    return index
