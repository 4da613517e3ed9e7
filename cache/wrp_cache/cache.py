"""Exact and semantic look-up within one tenant. It waits for nothing but its store, and never guesses."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from math import inf

from wrp_cache.admission import Admission
from wrp_cache.against import Judge
from wrp_cache.bars.acceptance import Acceptance, Fixed, Neighbour
from wrp_cache.doorkeeper import Doorkeeper
from wrp_cache.header import unpack
from wrp_cache.holdings import Holdings
from wrp_cache.index import Found, Index
from wrp_cache.partition import graph_here, indices
from wrp_cache.rounds import Purges, recall
from wrp_cache.shelf import Home
from wrp_cache.stats import CacheStats
from wrp_cache.stores import Archive, Store, StoreFailed
from wrp_cache.types import Bar, Entry, Hit, Kept, Names, Refused, Veto
from wrp_cache.upkeep import Upkeep
from wrp_signals.facts import Vector


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
        guard: Judge | None = None,
        acceptance: Acceptance | None = None,
        neighbours: int = 4,
        half_life: float = 3600.0,
        index: Callable[[int], Index] | None = None,
        second_sighting: bool = False,
    ) -> None:
        """`max_bytes`: entries, vectors and books together, never exceeded; documents that an archive has elsewhere do
        not count. `max_entry`: of one entry. `neighbours`: how many the guard may be asked about; `acceptance` decides
        on those that it lets pass. `half_life`: seconds in which a hit loses half of its weight against eviction.
        `index`: from a dimension to an empty index. `second_sighting`: an answer is kept only when it is put again.
        Without `guard` its rules judge, without `index` large partitions become graphs where these can be built."""
        self._store, self._guard = store, _rules() if guard is None else guard
        self._archive = store if isinstance(store, Archive) else None
        self._acceptance: Acceptance = Fixed() if acceptance is None else acceptance
        self._max_bytes, self._rng, self._neighbours, self._half_life = max_bytes, rng, neighbours, half_life
        door = Doorkeeper.within(max_bytes >> 6) if second_sighting else None
        self._base = 0 if door is None else door.nbytes
        self._held = Holdings(bars, max_bytes - self._base, rng, half_life, index or indices(graph_here()), self._drop)
        archived = self._archive is not None
        self._admission = Admission(self._held, store, archived, self._acceptance, door, max_entry, self._drop)
        self.upkeep = Upkeep(self._held)
        self._names, self._purges = Names(), Purges(self._held)
        self._exact_misses = self._store_failures = 0
        self.recalling = False
        """Whether the archive still tells of what it had; whoever started it says so."""

    def __len__(self) -> int:
        return self._held.rows.count

    def exact(self, key: bytes, tenant: str, now: float, max_age: float = inf) -> Hit | None:
        """The answer to the identical request, if it is at most `max_age` seconds old."""
        rows, name = self._held.rows, self._names.of(tenant, key)
        slot = rows.find(name)
        if slot is not None:
            home, created = rows.home(slot), rows.created[slot]
            age = now - created if now > created else 0.0
            found = self._found(slot, home, name, now) if age <= max_age else None
            if found is not None and found.key == key and found.tenant == tenant:
                home.shelf.hits_exact += 1
                rows.touch(slot, now, self._half_life)
                return Hit(found, "exact", 1.0, age, not found.body)
        self._exact_misses += 1
        return None

    def nearest(
        self,
        partition: bytes,
        tenant: str,
        vector: Vector,
        asked: str,
        category: str,
        now: float,
        relief: float = 0.0,
        max_age: float = inf,
    ) -> Hit | Refused | None:
        """The answer to the nearest question above the category's threshold that is at most `max_age` seconds old and
        that guard and acceptance let pass; it is looked for `relief` below that where the category grants it. None:
        nothing is near enough, or the vector cannot be compared."""
        home = self._held.home((tenant, partition, category))
        if home is None:
            self._held.shelf(category).misses += 1
            return None
        rows, shelf, bar = self._held.rows, home.shelf, self._held.bar(home.shelf)
        vetoes: list[Veto] = []
        against = self._guard.judge(asked, vector)
        for slot, similarity in self._near(home, vector, self._acceptance.floor(shelf.name, bar, relief)):
            name, age = rows.name(slot), max(0.0, now - rows.created[slot])
            entry = self._found(slot, home, name, now) if age <= max_age else None
            if entry is None or (entry.tenant, entry.partition, entry.category) != home.key:
                continue
            evidence = against(entry.asked, similarity, partial(recall, home.index, slot))
            if evidence is not None:
                vetoes.append(Veto(entry.asked, similarity, evidence))
                continue
            neighbour = Neighbour(shelf.name, tenant, name, similarity)
            verdict = self._acceptance.verdict(neighbour, bar, relief, now, self._rng)
            if verdict != "miss":
                probe = verdict == "probe"
                shelf.found(len(vetoes), probe)
                rows.touch(slot, now, self._half_life)
                return Hit(entry, "semantic", similarity, age, not entry.body, probe)
        shelf.misses += 1
        shelf.vetoes += len(vetoes)
        return Refused(tuple(vetoes)) if vetoes else None

    def met(self, entry: Entry, key: bytes, tenant: str, now: float, max_age: float = inf) -> Hit | None:
        """The hit that `exact` would have found, had the archive told of this entry by then; None if the entry is
        another's, too old or not to be served."""
        shelf = self._held.shelf(entry.category)
        age = max(0.0, now - entry.created)
        if (entry.key, entry.tenant) != (key, tenant) or not entry.body or not age < self._held.bar(shelf).ttl:
            return None
        if age > max_age or not self.recalling:
            return None
        self._exact_misses -= 1
        shelf.hits_exact += 1
        return Hit(entry, "exact", 1.0, age)

    def vetoed(self, hit: Hit) -> None:
        """Somebody who took longer to look found evidence against a hit by likeness: it was none."""
        self._held.shelf(hit.entry.category).spurned(hit.probe)

    def judged(self, hit: Hit, right: bool, now: float) -> None:
        """Whether the answer of a hit (a probe, or one that was served and checked) was right for the request."""
        entry, shelf = hit.entry, self._held.shelf(hit.entry.category)
        shelf.wrong += not right
        name = self._names.of(entry.tenant, entry.key)
        self._acceptance.learn(Neighbour(shelf.name, entry.tenant, name, hit.similarity), right, now)
        if self._held.rows.find(name) is None:
            self._acceptance.forget(name)

    def arrived(self, hit: Hit, entry: Entry | None) -> Hit | None:
        """A hit that was away, with what the archive gave for its name; None, and forgotten, if that is nothing or
        another's."""
        asked = hit.entry
        if entry is None or (entry.tenant, entry.key, entry.partition) != (asked.tenant, asked.key, asked.partition):
            self.lost(hit)
            return None
        return Hit(entry, hit.kind, hit.similarity, hit.age, probe=hit.probe)

    def lost(self, hit: Hit) -> None:
        """The archive no longer has the document of a hit that was away. An entry put meanwhile stays."""
        slot = self._held.rows.find(self._names.of(hit.entry.tenant, hit.entry.key))
        if slot is not None and self._held.rows.created[slot] == hit.entry.created:
            self._held.remove(slot)

    def forget(self, name: bytes) -> bool:
        """The archive says that an entry is gone: whether there was one."""
        slot = self._held.rows.find(name)
        if slot is None:
            return False
        self._held.remove(slot, tell=False)
        if self._archive is None:
            self._drop(name)
        else:
            self._acceptance.forget(name)
        return True

    def put(self, entry: Entry, vector: Vector | None, now: float) -> bool:
        """Keep a complete answer (what is complete, the caller knows); with a vector it can be found by likeness too.
        False: it is empty, too large, too old, worth less than half of what it would displace, seen for the first time
        where that matters, `outlawed`, its vector cannot be compared, or the store failed. An entry of the same tenant
        with the same key is replaced."""
        if not self.outlawed(entry) and self._admission.admit(entry, vector, len(entry.body), now, learnt=False):
            return True
        self._held.shelf(entry.category).refused += 1
        return False

    def learn(self, header: Entry, vector: Vector | None, size: int, now: float) -> bool:
        """Like `put`, for an entry that the archive has already, with a body of `size` bytes. One that is known only
        gets the vector that it did not have."""
        if self._admission.admit(header, vector, size, now, learnt=True):
            return True
        self._held.shelf(header.category).refused += 1
        return False

    def made(self, key: bytes, tenant: str) -> float | None:
        """When the answer to this request was made; None: there is none."""
        slot = self._held.rows.find(self._names.of(tenant, key))
        return None if slot is None else self._held.rows.created[slot]

    @property
    def acceptance(self) -> Acceptance:
        """Who decides on neighbours, and learns."""
        return self._acceptance

    def outlawed(self, entry: Entry) -> bool:
        """Whether a purge came while this was being made, which concerns it."""
        return self._purges.meant(entry)

    def purge(self, tenant: str | None = None, partition: bytes | None = None, *, now: float) -> int:
        """Forget all entries of a tenant, of a partition, of one in the other, or (with neither) all: how many. All at
        once, which takes about 10 us for each; raises what `purging` raises."""
        return sum(self.purging(tenant, partition, now=now))

    def purging(
        self, tenant: str | None = None, partition: bytes | None = None, *, now: float, everywhere: bool = True
    ) -> Iterator[int]:
        """`purge` in steps of a millisecond or so, each of which says how many it forgot. Nothing of it is served from
        this call on, nor kept if its request began before; but whoever calls must drive it to its end. `everywhere`:
        the archive erases it too (not wanted where the archive told of it). Raises StoreFailed, at the end, if the
        archive could not take the order."""
        self.upkeep.purges += 1
        self.recalling = False  # what the archive has yet to tell may be concerned
        failed: StoreFailed | None = None
        if everywhere and self._archive is not None:
            try:
                self._archive.purge(tenant, partition)
            except StoreFailed as error:
                self._store_failures += 1
                failed = error
        return self._purges.begin(tenant, partition, now, failed)

    def walk(self, now: float) -> Iterator[Kept | None]:
        """Everything that may be served as of now, each entry once, and None for each place where there is nothing.
        Entries may come and go meanwhile."""
        rows, slot = self._held.rows, 0
        while slot < rows.slots:
            entry = self._found(slot, rows.home(slot), rows.name(slot), now) if rows.held(slot) else None
            yield None if entry is None else Kept(entry, recall(rows.home(slot).index, slot), not entry.body)
            slot += 1

    def stats(self) -> CacheStats:
        """The books as of now."""
        return CacheStats(
            entries=len(self),
            bytes=self._held.nbytes + self._base,
            max_bytes=self._max_bytes,
            partitions=self._held.partitions,
            exact_misses=self._exact_misses,
            store_failures=self._store_failures + self._admission.failures,
            categories={name: shelf.stats() for name, shelf in self._held.shelves.items()},
        )

    def _near(self, home: Home, vector: Vector, floor: float) -> Found:
        """The nearest slots at or above the floor; the comparison fails closed for NaN."""
        try:
            found = [] if home.index is None else home.index.search(vector, self._neighbours, floor)
        except ValueError:
            return []
        return [(slot, similarity) for slot, similarity in found if similarity >= floor]

    def _found(self, slot: int, home: Home, name: bytes, now: float) -> Entry | None:
        """The document in a slot if it may be served now, or its header where it is away. What has expired or is gone
        is forgotten."""
        held = self._held
        created = held.rows.created[slot]
        if not now - created < held.bar(home.shelf).ttl:
            home.shelf.expired += 1
            held.remove(slot)
            return None
        if self._purges.hides(home):
            return None
        try:
            entry = self._store.get(name)
        except StoreFailed:
            self._store_failures += 1
            return None
        if entry is not None and entry.body:
            return entry
        if self._archive is None:
            held.remove(slot)
            return None
        return unpack(held.rows.header(slot), home, created)

    def _drop(self, name: bytes) -> None:
        self._acceptance.forget(name)
        try:
            self._store.drop(name)
        except StoreFailed:
            self._store_failures += 1


def _rules() -> Judge:
    from wrp_cache.guard import Guard  # with all its tables of words: for whoever looks for neighbours

    return Guard()
