"""Snapshots to damage. As a program: damages one so many times, reads it each time, and says how that went."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from array import array
from typing import Any

import numpy as np

from tests.cache.makers import clustered
from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.snapshot import Picture, Remains, SnapshotDoubtful, read, write

DIM = 16
PLACE = "0123"


def name(label: int) -> bytes:
    """Of the document of a label; they all begin alike, and are not in order."""
    return bytes(8) + (label * 7919 % 10007).to_bytes(8, "big")


def built(count: int = 300) -> HnswIndex:
    """So many vectors, of which the first five were removed."""
    index = HnswIndex(DIM, Graph())
    for label, vector in enumerate(clustered(count, DIM, 7)):
        index.add(label, vector)
    for label in range(5):
        index.remove(label)
    return index


def picture(index: HnswIndex, dim: int = DIM) -> Picture:
    """Of all that is in the index."""
    rows = array("I", [row for row in range(index.span) if index.at(row) is not None])
    names = bytearray(b"".join(name(index.at(row) or 0) for row in rows))
    return Picture(dim, index.span, index.shape, index.peak, index.wear, names, rows, index.saved())


def data_of(index: HnswIndex, key: bytes = b"") -> bytes:
    return b"".join(write(picture(index), PLACE, "mini", key))


def claimed(remains: Remains, index: HnswIndex) -> HnswIndex:
    """The graph, with everything claimed under the labels of before, plus 1000."""
    for row in range(index.span):
        label = index.at(row)
        if label is not None:
            found = remains.row(name(label), index.vector(label))
            assert found is not None
            remains.graph.claim(found, label + 1000)
    return remains.graph


def resigned(data: bytes, change: dict[str, Any], swap: tuple[int, bytes] = (0, b"")) -> bytes:
    """The snapshot with other header fields, other bytes somewhere in its payload, and digests that fit."""
    length = int.from_bytes(data[8:12], "little")
    header, payload = json.loads(data[44 : 44 + length]), bytearray(data[44 + length :])
    at, instead = swap
    payload[at : at + len(instead)] = instead
    header["digest"] = hashlib.blake2b(payload, digest_size=32).hexdigest()
    packed = json.dumps(header | change).encode()
    return (
        data[:8]
        + len(packed).to_bytes(4, "little")
        + hashlib.blake2b(packed, digest_size=32).digest()
        + packed
        + payload
    )


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Bytes turned over, cut off, put in, wiped out or moved."""
    found, at = bytearray(data), rng.randrange(len(data))
    kind = rng.choice(("turn", "turn", "cut", "grow", "wipe", "move", "head"))
    if kind == "turn":
        for _ in range(rng.randint(1, 20)):
            found[rng.randrange(len(found))] ^= rng.randint(1, 255)
    elif kind == "head":
        found[rng.randrange(60)] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del found[at : at + rng.choice((1, 16, 1 << 20))]
    elif kind == "grow":
        found[at:at] = rng.randbytes(rng.randint(1, 64))
    else:
        length = rng.randint(1, 512)
        found[at : at + length] = bytes(length) if kind == "wipe" else found[:length]
    return bytes(found)


def main() -> None:
    times = int(sys.argv[1])
    index = built()
    whole, rng = data_of(index), random.Random(5)
    queries = clustered(20, DIM, 3)
    truth = [[label + 1000 for label, _ in index.search(query, 4)] for query in queries]
    doubtful = wrong = tried = 0
    while tried < times:
        data = damaged(whole, rng)
        if data == whole:
            continue
        tried += 1
        try:
            after = claimed(read(data, PLACE, "mini"), index)
        except SnapshotDoubtful:
            doubtful += 1
        else:
            wrong += not np.array_equal([[label for label, _ in after.search(q, 4)] for q in queries], truth)
    print(json.dumps({"tried": tried, "doubtful": doubtful, "wrong": wrong}))


if __name__ == "__main__":
    main()
