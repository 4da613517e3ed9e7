"""Short ways to entries, vectors and caches."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from wrp_cache import Bar, Cache, Entry, MemoryStore, StoreFailed
from wrp_cache.hnsw import Graph
from wrp_cache.partition import PartitionIndex
from wrp_cache.stores import ArchiveStats, Forget, Learn, Purge, Quick, never
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
        for shard in self._entries:
            shard.clear()

    def swap(self, found: Entry) -> None:
        """Every entry for another."""
        for shard in self._entries:
            for name in shard:
                shard[name] = found


class BrokenStore:
    """A store that fails while `down`."""

    def __init__(self) -> None:
        self.down = False
        self._store = MemoryStore()

    def _check(self) -> None:
        if self.down:
            raise StoreFailed("down")

    def get(self, name: bytes) -> Entry | None:
        self._check()
        return self._store.get(name)

    def put(self, name: bytes, entry: Entry, vector: Vector | None) -> None:
        self._check()
        self._store.put(name, entry, vector)

    def drop(self, name: bytes) -> None:
        self._check()
        self._store.drop(name)


class Elsewhere(MemoryStore):
    """An archive whose documents are at hand only while `near`, and which remembers what it was told to purge."""

    __slots__ = ("down", "near", "purged")

    def __init__(self) -> None:
        super().__init__()
        self.near = self.down = False
        self.purged: list[tuple[str | None, bytes | None]] = []

    def get(self, name: bytes) -> Entry | None:
        return super().get(name) if self.near else None

    async def warmed(self) -> None:
        """It had nothing at the start."""

    async def start(self, learn: Learn, forget: Forget, purge: Purge, quick: Quick = never) -> None:
        """Nobody tells it anything."""

    async def fetch(self, name: bytes) -> Entry | None:
        return super().get(name)

    def purge(self, tenant: str | None, partition: bytes | None) -> None:
        if self.down:
            raise StoreFailed("down")
        self.purged.append((tenant, partition))

    def stats(self) -> ArchiveStats:
        """Nothing is counted."""
        return ArchiveStats(*[0] * len(ArchiveStats.__struct_fields__))

    async def stop(self) -> None:
        """Nothing waits."""
