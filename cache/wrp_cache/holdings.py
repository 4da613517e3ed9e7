"""Everything that is kept, and the memory it may take. It looks nothing up by likeness and decides on no hit."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from wrp_cache.index import Index
from wrp_cache.shelf import HOME, Home, Row, Shelf
from wrp_cache.types import Bar
from wrp_signals.facts import Vector

DEFAULT = "default"
"""The category whose bar and books serve every category without a bar."""

_BAR = Bar()
_DRAWN = 8
_SWEPT = 2
_EVICTIONS = 32
_DEARER = 2.0


class Holdings:
    """Rows by id and by key, homes by (tenant, partition, category), shelves by category.

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
        forget: Callable[[int], None],
    ) -> None:
        """`index`: from a dimension to an empty index. `forget` is told the id of every row that goes."""
        self.rows: dict[int, Row] = {}
        self.keys: dict[tuple[str, bytes], Row] = {}
        self.homes: dict[tuple[str, bytes, str], Home] = {}
        self.shelves: dict[str, Shelf] = {}
        self.bytes = 0
        self._bars, self._max_bytes, self._rng, self._half_life = bars, max_bytes, rng, half_life
        self._index, self._forget = index, forget
        self._first: dict[int, int] = {}

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

    def expired(self, row: Row, now: float) -> bool:
        """Whether the entry is too old to be served."""
        return not now - row.created < self.bar(row.home.shelf).ttl

    def make_room(self, row: Row, vector: Vector | None, now: float) -> bool:
        """Evict until the row would fit, first within its category if that is over its quota. False: it cannot, or
        only for what is worth twice as much or more."""
        shelf = row.home.shelf
        quota = min(1.0, self.bar(shelf).quota) * self._max_bytes
        if row.weight + HOME > quota:
            return False
        for _ in range(_EVICTIONS):
            need = self._need(row, vector)
            crowded = shelf.bytes + need > quota
            if not crowded and self.bytes + need <= self._max_bytes:
                return True
            victim = self._victim(shelf if crowded else None, now)
            if victim is None or self._worth(victim, now) > _DEARER * self._worth(row, now):
                return False
            victim.home.shelf.evicted += 1
            self.remove(victim)
        return False

    def add(self, row: Row, vector: Vector | None) -> None:
        """Keep a row for which there is room, with a vector of the home's dimension."""
        home = row.home
        if vector is not None:
            if home.index is None:
                home.dim = len(vector)
                home.index = self._index(home.dim)
            home.index.add(row.id, vector)
            row.indexed = True
        self.homes[home.key] = home
        home.members.add(row.id)
        home.shelf.add(row)
        self.rows[row.id] = row
        self.keys[row.key] = row
        self._count(home, row.weight)

    def remove(self, row: Row) -> None:
        """Forget a row, and its home if that is empty then."""
        home = row.home
        del self.rows[row.id], self.keys[row.key]
        home.members.remove(row.id)
        home.shelf.remove(row)
        if not home.members:
            del self.homes[home.key]
            home.index = None
        elif row.indexed and home.index is not None:
            home.index.remove(row.id)
        self._count(home, -row.weight)
        self._forget(row.id)

    def sweep(self, shelf: Shelf, now: float) -> None:
        """Forget what has expired among the next few rows of a shelf. Who puts into a shelf sweeps it: what nobody
        asks for again is gone before as many more have come."""
        rows, ttl = shelf.rows, self.bar(shelf).ttl
        for _ in range(_SWEPT):
            shelf.broom += 1
            if shelf.broom >= len(rows):
                shelf.broom = 0
                if not rows:
                    return
            row = rows[shelf.broom]
            if not now - row.created < ttl:
                shelf.expired += 1
                self.remove(row)

    def _count(self, home: Home, weight: int) -> None:
        """Bring the books up to date after a row of `weight` came or (negative) went."""
        now = home.nbytes if home.members else 0
        change = weight + now - home.charged
        home.charged = now
        home.shelf.bytes += change
        self.bytes += change

    def _need(self, row: Row, vector: Vector | None) -> int:
        """The bytes by which keeping the row can raise the books, as of now."""
        home = row.home
        if vector is None:
            return row.weight + home.nbytes - home.charged
        if home.index is not None:
            return row.weight + home.nbytes + home.index.growth() - home.charged
        dim = len(vector)
        if dim not in self._first:
            empty = self._index(dim)
            self._first[dim] = empty.nbytes + empty.growth()
        return row.weight + home.nbytes + self._first[dim] - home.charged

    def _worth(self, row: Row, now: float) -> float:
        return row.worth(now, self.bar(row.home.shelf).ttl, self._half_life)

    def _victim(self, shelf: Shelf | None, now: float) -> Row | None:
        """The least worth of a few, of one category or of all; None where there is nothing."""
        if not (self.rows if shelf is None else shelf.rows):
            return None
        drawn = (self._drawn() if shelf is None else shelf.draw(self._rng) for _ in range(_DRAWN))
        return min(drawn, key=lambda row: self._worth(row, now))

    def _drawn(self) -> Row:
        """Any row, all equally likely."""
        at = int(self._rng.random() * len(self.rows))
        for shelf in self.shelves.values():
            if at < len(shelf.rows):
                return shelf.rows[at]
            at -= len(shelf.rows)
        raise AssertionError("the shelves hold fewer rows than there are")
