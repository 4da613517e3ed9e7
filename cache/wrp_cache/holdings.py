"""Everything that is kept, and the memory it may take. It looks nothing up by likeness and decides on no hit."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from wrp_cache.heritage import Heritage
from wrp_cache.index import Index
from wrp_cache.partition import PartitionIndex
from wrp_cache.rows import SLOT, Newcomer, Rows, left
from wrp_cache.shelf import HOME, Home, Shelf
from wrp_cache.types import Bar
from wrp_signals.facts import Vector

DEFAULT = "default"
"""The category whose bar and books serve every category without a bar."""

_BAR = Bar()
_DRAWN = 8
_SWEPT = (1, 2)
_OFTEN = 16
_EVICTIONS = 32
_DEARER = 2.0
_SHARDS = 64


class Holdings:
    """Rows by slot and by name, homes by (tenant, partition, category), shelves by category.

    Victims are the least worth of a few drawn at random, so that eviction costs the same however much is held; a put
    evicts at most a few dozen, and is refused if that is not enough.
    """

    def __init__(
        self,
        bars: Mapping[str, Bar],
        max_bytes: int,
        rng: random.Random,
        half_life: float,
        index: Callable[[int], Index],
        forget: Callable[[bytes], None],
    ) -> None:
        """`index`: from a dimension to an empty index. `forget` is told the name of every entry that goes."""
        self.rows = Rows()
        self.shelves: dict[str, Shelf] = {}
        self._homes: tuple[dict[tuple[str, bytes, str], Home], ...] = tuple([{} for _ in range(_SHARDS)])
        self._kept = 0
        self._bars, self._max_bytes, self._rng, self._half_life = bars, max_bytes, rng, half_life
        self._index, self._forget = index, forget
        self._first: dict[int, int] = {}
        self.unfinished: dict[tuple[str, bytes, str], Home] = {}
        self.heritage = Heritage()

    @property
    def nbytes(self) -> int:
        """The memory taken: by entries, by partitions, and by free slots."""
        return self._kept + self.rows.vacant * SLOT

    @property
    def partitions(self) -> int:
        """How many homes there are."""
        return sum(map(len, self._homes))

    def home(self, key: tuple[str, bytes, str]) -> Home | None:
        """Where the entries of (tenant, partition, category) are, if there are any."""
        return self._homes[hash(key[1]) % _SHARDS].get(key)

    def shelf(self, category: str) -> Shelf:
        """The books of a category, or those of `default`."""
        name = category if category in self._bars else DEFAULT
        shelf = self.shelves.get(name)
        if shelf is None:
            shelf = self.shelves[name] = Shelf(name)
        return shelf

    def bar(self, shelf: Shelf) -> Bar:
        """What the category asks of a hit, as of now."""
        return self._bars.get(shelf.name) or _BAR

    def make_room(self, entry: Newcomer, vector: Vector | None, bar: Bar, now: float) -> bool:
        """Evict until the entry would fit, first within its category if that is over its quota. False: it cannot, or
        only for what is worth twice as much or more."""
        rows, shelf = self.rows, entry.home.shelf
        quota = self._max_bytes * bar.quota if bar.quota < 1.0 else self._max_bytes
        if entry.weight + HOME > quota:
            return False
        waits = vector is None or (bool(self.heritage) and self.heritage.has(entry.home.key, entry.name))
        worth = -1.0
        for _ in range(_EVICTIONS):
            light = waits and entry.home.count > 0  # its home weighs what it did, until its last entry is evicted
            need = entry.weight if light else self._need(entry, vector)
            free = rows.vacant
            crowded = shelf.bytes + need > quota
            if not crowded and self._kept + need + (free and free - 1) * SLOT <= self._max_bytes:
                return True
            if worth < 0.0:
                worth = shelf.promise * entry.saving * left(now - entry.created, bar.ttl) / entry.weight
            least, victim = self._victim(shelf if crowded else None, now)
            if victim is None or least > _DEARER * worth:
                return False
            rows.home(victim).shelf.evicted += 1
            self.remove(victim)
        return False

    def add(self, entry: Newcomer, vector: Vector | None, now: float) -> None:
        """Keep an entry for which there is room, with a vector of the home's dimension. Nobody may have its name."""
        home = entry.home
        shelf = home.shelf
        if not home.count:
            self.rows.settle(home)
        slot = self.rows.take(entry, len(shelf.slots), now)
        shelf.slots.append(slot)
        shelf.admitted += 1
        if not shelf.admitted % _OFTEN:
            shelf.review(now, self._half_life)
        grown = vector is not None and self._index_in(home, slot, entry.name, vector)
        if home.count and not grown:
            home.count += 1
            shelf.bytes += entry.weight
            self._kept += entry.weight
            return
        if not home.count:
            self._homes[hash(home.key[1]) % _SHARDS][home.key] = home
        home.count += 1
        self._count(home, entry.weight)

    def enrich(self, slot: int, entry: Newcomer, vector: Vector) -> None:
        """Find an entry that is here by likeness too. There is room for it, and it has no vector."""
        self._index_in(entry.home, slot, entry.name, vector)
        self._count(entry.home, 0)

    @property
    def spare(self) -> int:
        """Bytes that are not taken."""
        return self._max_bytes - self.nbytes

    def charge(self, nbytes: int) -> None:
        """Count memory that no home answers for (negative: no more)."""
        self._kept += nbytes

    def homes(self) -> Iterator[list[Home]]:
        """All homes, some of them at a time."""
        for shard in self._homes:
            yield list(shard.values())

    def tend(self, vectors: int) -> bool:
        """A step with one index under construction: whether there was one, and room for it. `vectors`: at most two."""
        for key, home in list(self.unfinished.items()):
            index = home.index
            if not isinstance(index, PartitionIndex) or not index.pending:
                del self.unfinished[key]
            elif index.growth() <= self.spare:
                index.step(vectors)
                self._count(home, 0)
                return True
        return False

    def remove(self, slot: int, tell: bool = True) -> None:
        """Forget an entry, and its home if that is empty then. Who forgets it without telling has told already, or
        keeps another of that name."""
        rows = self.rows
        home, place, weight = rows.home(slot), rows.place[slot], rows.weight[slot]
        last = home.shelf.slots.pop()
        if last != slot:
            home.shelf.slots[place] = last
            rows.place[last] = place
        home.count -= 1
        name = rows.drop(slot, deserted=not home.count)
        if not home.count:
            del self._homes[hash(home.key[1]) % _SHARDS][home.key]
            home.index = None
            if self.heritage:
                self.charge(-self.heritage.close(home.key))
        elif home.index is not None:
            with suppress(KeyError):  # it has no vector
                home.index.remove(slot)
                home.changes += 1
        self._count(home, -weight)
        if tell:
            self._forget(name)

    def sweep(self, shelf: Shelf, bar: Bar, now: float) -> None:
        """Forget what has expired among the next few entries of a shelf. Who puts into a shelf sweeps it: what nobody
        asks for again is gone before as many more have come."""
        slots, ttl, broom = shelf.slots, bar.ttl, shelf.broom
        for _ in _SWEPT:
            broom += 1
            if broom >= len(slots):
                broom = 0
                if not slots:
                    break
            if not now - self.rows.created[slots[broom]] < ttl:
                shelf.expired += 1
                self.remove(slots[broom])
        shelf.broom = broom

    def _index_in(self, home: Home, slot: int, name: bytes, vector: Vector) -> bool:
        """Put a vector into the home's index. False: one waited there for the entry already."""
        index, before = home.index, home.index
        if index is None:
            home.dim = len(vector)
            index = home.index = self._index(home.dim)
            if self.heritage and isinstance(index, PartitionIndex):
                self.charge(-self.heritage.open(home.key, home.dim, index))
        if isinstance(index, PartitionIndex) and self.heritage and self.heritage.claim(home.key, name, slot, vector):
            return before is None
        index.add(slot, vector)
        home.changes += 1
        if isinstance(index, PartitionIndex) and index.pending:
            self.unfinished[home.key] = home
        return True

    def _count(self, home: Home, weight: int) -> None:
        """Bring the books up to date after an entry of `weight` came or (negative) went."""
        now = home.nbytes if home.count else 0
        change = weight + now - home.charged
        home.charged = now
        home.shelf.bytes += change
        self._kept += change

    def _need(self, entry: Newcomer, vector: Vector | None) -> int:
        """The bytes by which keeping the entry can raise the books, a slot included."""
        home = entry.home
        need = entry.weight + home.nbytes - home.charged
        if vector is None:
            return need
        if home.index is not None:
            return need + home.index.growth()
        dim = len(vector)
        if dim not in self._first:
            empty = self._index(dim)
            self._first[dim] = empty.nbytes + empty.growth()
        return need + self._first[dim]

    def _victim(self, shelf: Shelf | None, now: float) -> tuple[float, int | None]:
        """The least worth of a few, of one category or of all, and what it is; None where there is nothing."""
        rows, random, half_life = self.rows, self._rng.random, self._half_life
        least, victim = math.inf, None
        for _ in range(_DRAWN if (rows.count if shelf is None else shelf.slots) else 0):
            slot = self._drawn() if shelf is None else shelf.slots[int(random() * len(shelf.slots))]
            worth = rows.worth(slot, now, self.bar(shelf or rows.home(slot).shelf).ttl, half_life)
            if victim is None or worth < least:
                least, victim = worth, slot
        return least, victim

    def _drawn(self) -> int:
        """Any slot in use, all equally likely."""
        at = int(self._rng.random() * self.rows.count)
        for shelf in self.shelves.values():
            if at < len(shelf.slots):
                return shelf.slots[at]
            at -= len(shelf.slots)
        raise AssertionError("the shelves hold fewer entries than there are")
