"""One size of bench/cache.py, in a process of its own: python bench/cache_index.py VECTORS.npy SIZE CHURN [GRAPHS]

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
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import cache_kept
import numpy as np
import numpy.typing as npt
from cache_peer import Peer, available
from undisturbed import LEAST_SHARE, between, fastest

from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.partition import PartitionIndex, graph_here
from wrp_cache.snapshot import Picture, read, write

QUERIES = 1000
NEAR = 0.85
LOOP = 5000
BESIDE = 100_000
"""The most rows that hnswlib is filled with: a million take it as long as they take us, and twice the memory."""

ROUNDS = 5
PAUSE_NS = 20e6

Rows = npt.NDArray[np.float32]
Found = dict[str, Any]


def resident() -> int:
    """This process's resident memory in bytes (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def say(stage: str, share: float) -> None:
    print(stage, f"{share:.3f}", file=sys.stderr, flush=True)


def spread(readings: Sequence[int] | npt.NDArray[np.int64]) -> Found:
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

    def alone(self, beside: npt.NDArray[np.bool_]) -> Found:
        """The same, and of the stretches beside which nobody else was on the core: the figures of these, if there are
        enough, and what share of all they are."""
        share = float(beside.mean())
        figures = spread(np.array(self.wall)[beside]) if share >= LEAST_SHARE else {}
        return {**self.us(), "alone_us": {**figures, "share": round(share, 2)}}


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
    `barred` are the same look-ups with the cache's threshold."""
    rounds = [_Round(index, queries, peer) for _ in range(ROUNDS)]
    first = rounds[0]
    best = truth(rows, queries)
    place = np.argsort(labels, kind="stable")
    at = place[np.searchsorted(labels[place], first.nearest)]
    right = np.einsum("ij,ij->i", queries, rows[at]) >= best - 1e-5
    near_ones = best >= NEAR
    same = np.where(near_ones, right & (np.array(first.barred_nearest) == first.nearest), np.array(first.nobody))
    found = {
        **_middle([each.ours.alone(each.beside(0)) for each in rounds]),
        "barred": {
            **_middle([each.barred.alone(each.beside(-1)) for each in rounds]),
            "as_exact": round(float(same.mean()), 4),
        },
        "idle": _middle([each.idle.us() for each in rounds]),
        "recall": round(float(right.mean()), 4),
        "recall_near": round(float(right[near_ones].mean()), 4) if near_ones.any() else None,
        "near": int(near_ones.sum()),
        "median_cosine": round(float(np.median(best)), 3),
    }
    if peer is not None:
        own = {"recall": round(peer.recall, 4), "width": peer.width, "entries": peer.entries}
        found["hnswlib"] = _middle([each.other.alone(each.beside(1)) for each in rounds]) | own
        found["to_hnswlib"] = _ratios([(each.ours, each.other) for each in rounds])
        found["barred"]["to_hnswlib"] = _ratios([(each.barred, each.other) for each in rounds])
    return found


class _Round:
    """Every question once to each contender, in turns. Each is asked another question than the one before it, which
    would have read the same rows, and after a loop of Python."""

    def __init__(self, index: PartitionIndex, queries: Rows, peer: Peer | None) -> None:
        self.ours, self.barred, self.other, self.idle = Clock(), Clock(), Clock(), Clock()
        self.nearest, self.barred_nearest = [-1] * len(queries), [-1] * len(queries)
        apart = len(queries) // 3
        for at in range(len(queries)):
            self.nearest[at] = self._timed(self.ours, index, queries[at], -1.0)
            if peer is not None:
                self._wait()
                self.other.start()
                peer.search(queries[at - apart])
                self.other.stop()
            self.barred_nearest[at - 2 * apart] = self._timed(self.barred, index, queries[at - 2 * apart], NEAR)
        self._wait()
        self._alone = between(self.idle.wall, fastest(self.idle.wall)).reshape(len(queries), -1)

    def beside(self, turn: int) -> npt.NDArray[np.bool_]:
        """Of each question to the contender whose turn that is: whether nobody else was on the core."""
        return self._alone[:, turn]

    def _wait(self) -> None:
        self.idle.start()
        sum(range(LOOP))
        self.idle.stop()

    def _timed(self, clock: Clock, index: PartitionIndex, query: Rows, floor: float) -> int:
        """The nearest, or -1."""
        self._wait()
        clock.start()
        near = index.search(query, 4, floor)
        clock.stop()
        return near[0][0] if near else -1

    @property
    def nobody(self) -> list[bool]:
        """Where nothing was found at the threshold."""
        return [label < 0 for label in self.barred_nearest]


def _middle(rounds: list[Found]) -> Found:
    """The median of every figure, over the rounds that have it."""
    return {
        kind: {
            name: round(median(each[kind][name] for each in rounds if name in each[kind]), 2)
            for name in dict.fromkeys([name for each in rounds for name in each[kind]])
        }
        for kind in rounds[0]
    }


def _ratios(rounds: list[tuple[Clock, Clock]]) -> dict[str, list[float]]:
    """Of processor times: the median of rounds, the least and the most."""
    found = {}
    for of in ("p50", "p99"):
        ratios = sorted(one.us()["cpu_us"][of] / other.us()["cpu_us"][of] for one, other in rounds)
        found[of] = [round(ratio, 2) for ratio in (median(ratios), ratios[0], ratios[-1])]
    return found


def churned(index: PartitionIndex, rows: Rows, spare: Rows, times: int) -> tuple[Found, Rows, npt.NDArray[np.int64]]:
    """So many puts at capacity, each after a removal at random, of vectors that are not there at the time; beside each
    a loop of Python, whose longest pause is the machine's own."""
    rng, size = random.Random(1), len(rows)
    rows, spare, labels = rows.copy(), spare.copy(), np.arange(size)
    clock, idle = Clock(), Clock()
    idle.start()
    sum(range(LOOP))
    idle.stop()
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
    slow, busy, alone = (int((np.array(each) > PAUSE_NS).sum()) for each in (clock.wall, clock.cpu, idle.wall))
    pauses = {"over_20_ms": slow, "over_20_ms_cpu": busy, "idle_over_20_ms": alone}
    found = clock.alone(between(idle.wall, fastest(idle.wall)))
    return found | pauses | {"puts": times, "idle": idle.us()}, rows, labels


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


def full(rows: Rows, shape: Graph | None, graphs: Path | None) -> tuple[PartitionIndex, Found]:
    """An index of these rows, by their numbers, and what it took to fill it."""
    file = cache_kept.path(graphs, len(rows), shape) if graphs is not None and shape is not None else None
    there = cache_kept.kept(file, shape) if file is not None and shape is not None else None
    if there is not None:
        return there
    index = PartitionIndex(384, shape)
    gc.collect()
    before = resident()
    found: Found = {"put": filled(index, rows).us()}
    gc.collect()
    taken = resident() - before
    found["bytes_per_entry"] = {"rss": round(taken / len(rows)), "books": round(index.nbytes / len(rows))}
    if file is not None:
        cache_kept.keep(file, index, found)
    return index, found


def measured(file: str, size: int, times: int, graphs: Path | None) -> Found:
    vectors = np.load(file, mmap_mode="r")
    queries = np.array(vectors[-QUERIES:])
    rows = np.array(vectors[:size])
    spare = np.array(vectors[size : len(vectors) - QUERIES][:size])
    index, found = full(rows, graph_here(), graphs)
    found |= {"size": size, "kind": index.kind}
    few = rows[:BESIDE]
    peer = Peer(few, queries, truth(few, queries), graphs) if available() else None
    found["look_up"] = asked(index, rows, queries, np.arange(size), peer)
    del peer
    if times:
        found["churn"], rows, labels = churned(index, rows, spare, times)
        found["after_churn"] = asked(index, rows, queries, labels)
    found["snapshot"] = snapshot(index)
    return found


if __name__ == "__main__":
    place = Path(sys.argv[4]) if len(sys.argv) > 4 else None
    print(json.dumps(measured(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), place)))
