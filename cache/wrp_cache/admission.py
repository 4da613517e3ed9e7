"""What is kept, and in whose place. It serves nothing, and finds nothing by likeness."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from wrp_cache.bars.acceptance import Acceptance
from wrp_cache.doorkeeper import Doorkeeper
from wrp_cache.header import carried, pack
from wrp_cache.holdings import Holdings
from wrp_cache.index import unit
from wrp_cache.rounds import recall
from wrp_cache.rows import SLOT, Newcomer
from wrp_cache.shelf import Home, saving, weigh
from wrp_cache.stores import Store, StoreFailed
from wrp_cache.types import Bar, Entry, Names
from wrp_signals.facts import Vector

_SAME = 1.0
"""Seconds by which two clocks may differ on the date of one entry, which came back from an archive."""


class Admission:
    """Decides on entries that are put, and on those that the archive has already. `failures`: of the store."""

    __slots__ = ("_acceptance", "_archived", "_door", "_drop", "_held", "_max_entry", "_names", "_store", "failures")

    def __init__(
        self,
        held: Holdings,
        store: Store,
        archived: bool,
        acceptance: Acceptance,
        door: Doorkeeper | None,
        max_entry: int,
        drop: Callable[[bytes], None],
    ) -> None:
        """`archived`: whether documents may be elsewhere. `drop` is told of what the store is to forget."""
        self._held, self._store, self._archived, self._acceptance = held, store, archived, acceptance
        self._door, self._max_entry, self._drop = door, max_entry, drop
        self._names = Names()
        self.failures = 0

    def admit(self, entry: Entry, vector: Vector | None, size: int, now: float, learnt: bool) -> bool:
        """Keep an entry with a body of `size` bytes. `learnt`: the store has it."""
        held, created = self._held, entry.created
        shelf = held.shelf(entry.category)
        bar = held.bar(shelf)
        if not learnt:
            held.sweep(shelf, bar, now)
        if created > now:
            created = now  # an entry from the future would never grow old
        name, whole = self._names.of(entry.tenant, entry.key), weigh(entry, size)
        if not size or whole > self._max_entry or not now - created < bar.ttl:
            return False
        old = held.rows.find(name)
        if self._door is not None and old is None and not learnt and not self._door.seen(name):
            return False
        where = (entry.tenant, entry.partition, entry.category)
        home = held.home(where) or Home(where, shelf)
        try:
            known = None if vector is None else unit(vector, home.dim or int(np.size(vector)))
        except ValueError:
            return False
        header = pack(entry) if self._archived else b""
        weight = carried(header) if self._archived else whole
        fresh = Newcomer(name, home, weight + SLOT, saving(entry, size), created, header)
        if old is not None and learnt and self._archived and self._is(old, fresh):
            return self._again(old, fresh, known, bar, now)
        if old is not None:
            self._acceptance.forget(name)
            held.remove(old, tell=False)
        if held.make_room(fresh, known, bar, now) and self._keep(entry, fresh, known, now, learnt):
            return True
        if old is not None and not learnt:
            self._drop(name)
        return False

    def _keep(self, entry: Entry, fresh: Newcomer, known: Vector | None, now: float, learnt: bool) -> bool:
        try:
            if not learnt:
                self._store.put(fresh.name, entry, known)
        except StoreFailed:
            self.failures += 1
            return False
        self._held.add(fresh, known, now)
        return True

    def _is(self, slot: int, fresh: Newcomer) -> bool:
        """Whether that is what is in the slot already."""
        rows = self._held.rows
        same = rows.home(slot) is fresh.home and rows.header(slot) == fresh.header
        return same and abs(rows.created[slot] - fresh.created) < _SAME

    def _again(self, slot: int, fresh: Newcomer, known: Vector | None, bar: Bar, now: float) -> bool:
        """What is told again stays as it is; if it had no vector, it has one now. True: it is here."""
        held = self._held
        if known is None or recall(fresh.home.index, slot) is not None:
            return True
        room = held.make_room(fresh, known, bar, now)
        here = held.rows.find(fresh.name) == slot  # unless it was evicted for the sake of its own vector
        if room and here:
            held.enrich(slot, fresh, known)
        return here
