"""Snapshots to damage. As a program: damages one so many times, reads it each time, and says how that went."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from typing import Any

from tests.cache.makers import clustered
from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.index import FlatIndex
from wrp_cache.snapshot import SnapshotDoubtful, read, write

DIM = 16


def name(label: int) -> bytes:
    """Of the document of a label."""
    return label.to_bytes(16, "big")


def built(kind: str) -> FlatIndex | HnswIndex:
    """300 vectors, of which the first five were removed."""
    index = FlatIndex(DIM) if kind == "flat" else HnswIndex(DIM, Graph())
    for label, vector in enumerate(clustered(300, DIM, 7)):
        index.add(label, vector)
    for label in range(5):
        index.remove(label)
    return index


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
    kind, times = sys.argv[1], int(sys.argv[2])
    whole, rng = b"".join(write(built(kind), DIM, "mini", name)), random.Random(5)
    queries = clustered(20, DIM, 3)
    truth = [built(kind).search(query, 4) for query in queries]
    doubtful = wrong = tried = 0
    while tried < times:
        data = damaged(whole, rng)
        if data == whole:
            continue
        tried += 1
        try:
            index = read(data, DIM, "mini", lambda one: int.from_bytes(one, "big"))
        except SnapshotDoubtful:
            doubtful += 1
        else:
            wrong += [index.search(query, 4) for query in queries] != truth
    print(json.dumps({"tried": tried, "doubtful": doubtful, "wrong": wrong}))


if __name__ == "__main__":
    main()
