"""Exact and semantic look-up within one tenant. It waits for nothing but its store, and never guesses."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from wrp_cache.guard import Guard
from wrp_cache.holdings import Holdings
from wrp_cache.index import Found, Index, unit
from wrp_cache.partition import PartitionIndex, graph_here
from wrp_cache.shelf import CategoryStats, Home, Row, Shelf
from wrp_cache.stores import Store, StoreFailed
from wrp_cache.types import Bar, Entry, Hit, Veto
from wrp_signals.facts import Vector


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Neighbours were close enough, and the guard vetoed them all; the nearest first."""

    vetoes: tuple[Veto, ...]


class CacheStats(msgspec.Struct, frozen=True):
    """`bytes` is what entries and indexes take of `max_bytes`. Misses of the exact look-up have no category."""

    entries: int
    bytes: int
    max_bytes: int
    partitions: int
    exact_misses: int
    store_failures: int
    categories: dict[str, CategoryStats]


class Cache:
    """Answers given before, by exact key and by likeness.

    An entry is found only by its own tenant: tenant, partition and category are part of the place where it is kept,
    and it is looked at again before it is served. `bars` is read at each look-up, so it may be a mapping that adapts.
    `now` is in seconds of whatever clock `Entry.created` was read from. Not thread-safe.
    """

    def __init__(
        self,
        bars: Mapping[str, Bar],
        store: Store,
        max_bytes: int,
        max_entry: int,
        rng: random.Random,
        guard: Guard | None = None,
        neighbours: int = 4,
        half_life: float = 3600.0,
        index: Callable[[int], Index] | None = None,
    ) -> None:
        """`max_bytes`: entries, vectors and books together, never exceeded. `max_entry`: of one entry. `neighbours`:
        how many the guard may be asked about. `half_life`: seconds in which a hit loses half of its weight against
        eviction. `index`: from a dimension to an empty index."""
        graph = graph_here()
        build = index or (lambda dim: PartitionIndex(dim, graph))
        self._store, self._guard = store, Guard() if guard is None else guard
        self._max_bytes, self._max_entry = max_bytes, max_entry
        self._neighbours, self._half_life = neighbours, half_life
        self._held = Holdings(bars, max_bytes, rng, half_life, build, self._forget)
        self._last_id = self._exact_misses = self._store_failures = 0

    def __len__(self) -> int:
        return len(self._held.rows)

    def exact(self, key: bytes, tenant: str, now: float) -> Hit | None:
        """The answer to the identical request."""
        row = self._held.keys.get((tenant, key))
        entry = None if row is None else self._entry(row, tenant, now)
        if row is None or entry is None or entry.key != key:
            self._exact_misses += 1
            return None
        row.home.shelf.hits_exact += 1
        row.touch(now, self._half_life)
        return Hit(entry, "exact", 1.0, max(0.0, now - row.created))

    def nearest(
        self, partition: bytes, tenant: str, vector: Vector, asked: str, category: str, now: float
    ) -> Hit | Refused | None:
        """The answer to the nearest question above the category's threshold that the guard lets pass. None: nothing
        is near enough, or the vector cannot be compared."""
        home = self._held.homes.get((tenant, partition, category))
        if home is None:
            self._held.shelf(category).misses += 1
            return None
        against = self._guard.judge(asked)
        vetoes: list[Veto] = []
        for id, similarity in self._near(home, vector):
            row = self._held.rows[id]
            entry = self._entry(row, tenant, now)
            if entry is None or entry.partition != partition or entry.category != category:
                continue
            evidence = against(entry.asked)
            if evidence is None:
                home.shelf.vetoes += len(vetoes)
                home.shelf.hits_semantic += 1
                row.touch(now, self._half_life)
                return Hit(entry, "semantic", similarity, max(0.0, now - row.created))
            vetoes.append(Veto(entry.asked, similarity, evidence))
        home.shelf.misses += 1
        home.shelf.vetoes += len(vetoes)
        return Refused(tuple(vetoes)) if vetoes else None

    def put(self, entry: Entry, vector: Vector | None, now: float) -> bool:
        """Keep a complete answer (what is complete, the caller knows); with a vector it can be found by likeness too.

        False: it is empty, too large, too old, worth less than half of what it would displace, its vector cannot be
        compared, or the store failed. An entry of the same tenant with the same key is replaced.
        """
        shelf = self._held.shelf(entry.category)
        self._held.sweep(shelf, now)
        kept = self._keep(entry, vector, shelf, now)
        if kept:
            shelf.admitted += 1
        else:
            shelf.refused += 1
        return kept

    def purge(self, tenant: str | None = None, partition: bytes | None = None) -> int:
        """Forget all entries of a tenant, of a partition, of one in the other, or (with neither) all: how many."""
        gone = [
            id
            for (whose, where, _), home in self._held.homes.items()
            if tenant in (None, whose) and partition in (None, where)
            for id in home.members
        ]
        for id in gone:
            self._held.remove(self._held.rows[id])
        return len(gone)

    def stats(self) -> CacheStats:
        """The books as of now."""
        held = self._held
        return CacheStats(
            entries=len(held.rows),
            bytes=held.bytes,
            max_bytes=self._max_bytes,
            partitions=len(held.homes),
            exact_misses=self._exact_misses,
            store_failures=self._store_failures,
            categories={name: shelf.stats() for name, shelf in held.shelves.items()},
        )

    def _near(self, home: Home, vector: Vector) -> Found:
        """The nearest ids at or above the threshold; the comparison fails closed for NaN."""
        threshold = self._held.bar(home.shelf).threshold
        try:
            found = [] if home.index is None else home.index.search(vector, self._neighbours, threshold)
        except ValueError:
            return []
        return [(id, similarity) for id, similarity in found if similarity >= threshold]

    def _entry(self, row: Row, tenant: str, now: float) -> Entry | None:
        """The document of a row, if it may be served to this tenant now. What has expired or is gone is forgotten."""
        if self._held.expired(row, now):
            row.home.shelf.expired += 1
            self._held.remove(row)
            return None
        try:
            entry = self._store.get(row.id)
        except StoreFailed:
            self._store_failures += 1
            return None
        if entry is None:
            self._held.remove(row)
            return None
        return entry if entry.tenant == tenant else None

    def _keep(self, entry: Entry, vector: Vector | None, shelf: Shelf, now: float) -> bool:
        where = (entry.tenant, entry.partition, entry.category)
        home = self._held.homes.get(where) or Home(where, shelf)
        row = Row(self._last_id + 1, entry, home, now)
        if not entry.body or row.weight > self._max_entry or self._held.expired(row, now):
            return False
        try:
            known = None if vector is None else unit(vector, home.dim or int(np.size(vector)))
        except ValueError:
            return False
        old = self._held.keys.get(row.key)
        if old is not None:
            self._held.remove(old)
        if not self._held.make_room(row, known, now):
            return False
        self._last_id = row.id
        try:
            self._store.put(row.id, entry, known)
        except StoreFailed:
            self._store_failures += 1
            return False
        self._held.add(row, known)
        return True

    def _forget(self, id: int) -> None:
        try:
            self._store.drop(id)
        except StoreFailed:
            self._store_failures += 1
