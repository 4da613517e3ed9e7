"""One size of bench/cache.py, in a process of its own: python bench/cache_index.py VECTORS.npy SIZE CHURN

The last QUERIES rows of the file are asked and never stored. Prints a line "STAGE SHARE" now and then to standard
error, and one JSON object.
"""

from __future__ import annotations

import gc
import json
import random
import sys
import time
from array import array
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from cache_peer import Peer, available

from wrp_cache.hnsw import HnswIndex
from wrp_cache.partition import PartitionIndex, graph_here
from wrp_cache.snapshot import Picture, read, write

QUERIES = 1000
NEAR = 0.85
LOOP = 5000
BESIDE = 100_000
"""Rows up to which hnswlib is filled, too."""

Rows = npt.NDArray[np.float32]
Found = dict[str, Any]


def resident() -> int:
    """This process's resident memory in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def say(stage: str, share: float) -> None:
    print(stage, f"{share:.3f}", file=sys.stderr, flush=True)


def spread(readings: list[int]) -> Found:
    """Of nanoseconds, in microseconds."""
    p50, p99, most = np.quantile(np.array(readings), (0.5, 0.99, 1.0)) / 1e3
    return {"p50": round(float(p50), 1), "p99": round(float(p99), 1), "max": round(float(most), 1)}


class Clock:
    """Elapsed and processor time of the same stretches."""

    def __init__(self) -> None:
        self.wall: list[int] = []
        self.cpu: list[int] = []

    def start(self) -> None:
        self._cpu, self._wall = time.thread_time_ns(), time.perf_counter_ns()

    def stop(self) -> None:
        wall, cpu = time.perf_counter_ns(), time.thread_time_ns()
        self.wall.append(wall - self._wall)
        self.cpu.append(cpu - self._cpu)

    def us(self) -> Found:
        return {"wall_us": spread(self.wall), "cpu_us": spread(self.cpu)}


def filled(index: PartitionIndex, rows: Rows) -> Clock:
    """The cost of the puts of the last tenth."""
    clock = Clock()
    for label, row in enumerate(rows):
        if label % 5000 == 0:
            say(f"{len(rows):,}: fill", label / len(rows))
        clock.start()
        index.add(label, row)
        clock.stop()
    while index.step(100):
        pass
    last = len(rows) // 10
    clock.wall, clock.cpu = clock.wall[-last:], clock.cpu[-last:]
    return clock


def truth(rows: Rows, queries: Rows) -> Rows:
    """The cosine of each query's nearest row."""
    best = np.full(len(queries), -1.0, np.float32)
    for at in range(0, len(rows), 65536):
        np.maximum(best, (queries @ rows[at : at + 65536].T).max(1), out=best)
    return best


def asked(
    index: PartitionIndex, rows: Rows, queries: Rows, labels: npt.NDArray[np.int64], peer: Peer | None = None
) -> Found:
    """Look-ups of questions that are not there: cost, and how often the nearest is the true one. `labels`: of rows.
    `barred` are the same look-ups with the cache's threshold; the contenders take turns."""
    clock, barred, other, idle, found = Clock(), Clock(), Clock(), Clock(), []
    for query in queries:
        clock.start()
        near = index.search(query, 4)
        clock.stop()
        idle.start()
        sum(range(LOOP))
        idle.stop()
        found.append(near[0][0] if near else -1)
        if peer is not None:
            other.start()
            peer.search(query)
            other.stop()
        barred.start()
        index.search(query, 4, NEAR)
        barred.stop()
    best = truth(rows, queries)
    place = np.argsort(labels, kind="stable")
    at = place[np.searchsorted(labels[place], found)]
    right = np.einsum("ij,ij->i", queries, rows[at]) >= best - 1e-5
    near_ones = best >= NEAR
    beside = {"hnswlib": other.us() | {"recall": round(peer.recall, 4), "width": peer.width}} if peer else {}
    return (
        clock.us()
        | beside
        | {
            "barred": barred.us(),
            "idle": idle.us(),
            "recall": round(float(right.mean()), 4),
            "recall_near": round(float(right[near_ones].mean()), 4) if near_ones.any() else None,
            "near": int(near_ones.sum()),
            "median_cosine": round(float(np.median(best)), 3),
        }
    )


def churned(index: PartitionIndex, rows: Rows, spare: Rows, times: int) -> tuple[Found, Rows, npt.NDArray[np.int64]]:
    """So many puts at capacity, each after a removal at random, of vectors that are not there at the time; beside each
    a loop of Python, whose longest pause is the machine's own."""
    rng, size = random.Random(1), len(rows)
    rows, spare, labels = rows.copy(), spare.copy(), np.arange(size)
    clock, idle = Clock(), Clock()
    for turn in range(times):
        if turn % 1000 == 0:
            say(f"{size:,}: churn", turn / times)
        at, label, new = rng.randrange(size), size + turn, rng.randrange(len(spare))
        rows[at], spare[new] = spare[new].copy(), rows[at].copy()
        old, labels[at] = int(labels[at]), label
        clock.start()
        index.remove(old)
        index.add(label, rows[at])
        clock.stop()
        idle.start()
        sum(range(LOOP))
        idle.stop()
    slow = np.array(clock.wall) > 20e6
    return clock.us() | {"puts": times, "over_20_ms": int(slow.sum()), "idle": idle.us()}, rows, labels


def snapshot(index: PartitionIndex) -> Found:
    """Seconds to write and to read the graph, and its size."""
    begun = time.perf_counter()
    graph = index.index
    assert isinstance(graph, HnswIndex), "too few for a graph"
    rows = array("I", [row for row in range(graph.span) if graph.at(row) is not None])
    names = bytearray(b"".join((graph.at(row) or 0).to_bytes(16, "big") for row in rows))
    picture = Picture(384, graph.span, graph.shape, graph.peak, graph.wear, names, rows, graph.saved())
    data = b"".join(write(picture, "bench", "bench"))
    written = time.perf_counter()
    read(data, "bench", "bench")
    return {
        "write_s": round(written - begun, 2),
        "read_s": round(time.perf_counter() - written, 2),
        "bytes_per_entry": round(len(data) / len(index)),
    }


def measured(file: str, size: int, times: int) -> Found:
    vectors = np.load(file, mmap_mode="r")
    queries = np.array(vectors[-QUERIES:])
    rows = np.array(vectors[:size])
    spare = np.array(vectors[size : len(vectors) - QUERIES][:size])
    index = PartitionIndex(384, graph_here())
    gc.collect()
    before = resident()
    put = filled(index, rows).us()
    gc.collect()
    taken = resident() - before
    found: Found = {"size": size, "kind": index.kind, "put": put}
    found["bytes_per_entry"] = {"rss": round(taken / size), "books": round(index.nbytes / size)}
    peer = Peer(rows, queries, truth(rows, queries)) if available() and size <= BESIDE else None
    found["look_up"] = asked(index, rows, queries, np.arange(size), peer)
    del peer
    if times:
        found["churn"], rows, labels = churned(index, rows, spare, times)
        found["after_churn"] = asked(index, rows, queries, labels)
    found["snapshot"] = snapshot(index)
    return found


if __name__ == "__main__":
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
