"""Short ways to entries, vectors and caches."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from wrp_cache import Bar, Cache, Entry, MemoryStore, StoreFailed
from wrp_cache.hnsw import Graph
from wrp_cache.partition import PartitionIndex
from wrp_signals.facts import Vector

DIM = 8
MIB = 1 << 20


def entry(key: bytes = b"k", **fields: Any) -> Entry:
    """An entry of tenant `a` in partition `p`, with whatever else the test cares about."""
    given: dict[str, Any] = {
        "partition": b"p",
        "tenant": "a",
        "category": "default",
        "asked": "How do I reset my password?",
        "body": b"{}",
        "content_type": "application/json",
        "created": 0.0,
    }
    return Entry(key, **(given | fields))


def cache(bars: dict[str, Bar] | None = None, **fields: Any) -> Cache:
    """A cache in memory of 64 MiB."""
    given: dict[str, Any] = {
        "store": MemoryStore(),
        "max_bytes": 64 * MIB,
        "max_entry": MIB,
        "rng": random.Random(1),
    }
    return Cache(bars if bars is not None else {}, **(given | fields))


def axis(at: int, dim: int = DIM) -> Vector:
    """A unit vector along one axis."""
    vector = np.zeros(dim, np.float32)
    vector[at] = 1.0
    return vector


def near(at: int, similarity: float, dim: int = DIM) -> Vector:
    """A unit vector with that cosine to `axis(at)`."""
    vector = axis(at, dim) * np.float32(similarity)
    vector[(at + 1) % dim] = (1.0 - similarity**2) ** 0.5
    return vector.astype(np.float32)


def clustered(count: int, dim: int, seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Unit vectors in a few dozen clusters, as embeddings of real questions lie."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((40, dim))
    rows = centres[rng.integers(0, 40, count)] + 0.6 * rng.standard_normal((count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def small_graphs(dim: int) -> PartitionIndex:
    """A partition that is promoted to a graph beyond ten vectors."""
    return PartitionIndex(dim, Graph(), promote_at=10)


class ForgetfulStore(MemoryStore):
    """A store that can lose entries behind the cache's back, or swap them."""

    __slots__ = ()

    def lose(self) -> None:
        """Every entry."""
        self._entries.clear()

    def swap(self, found: Entry) -> None:
        """Every entry for another."""
        for id in self._entries:
            self._entries[id] = found


class BrokenStore:
    """A store that fails while `down`."""

    def __init__(self) -> None:
        self.down = False
        self._store = MemoryStore()

    def _check(self) -> None:
        if self.down:
            raise StoreFailed("down")

    def get(self, id: int) -> Entry | None:
        self._check()
        return self._store.get(id)

    def put(self, id: int, entry: Entry, vector: Vector | None) -> None:
        self._check()
        self._store.put(id, entry, vector)

    def drop(self, id: int) -> None:
        self._check()
        self._store.drop(id)
