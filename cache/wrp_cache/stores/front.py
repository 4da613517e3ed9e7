"""The half of an archive that requests meet: what is at hand, what waits, and what is believed of what comes back.

It opens nothing; how to write and to find, the archive says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from wrp_cache.types import Entry
from wrp_signals.facts import Vector

from . import ArchiveStats, Forget, Learn, Purge, Quick, StoreFailed, never
from .desk import Desk, Purged
from .guarded import Guarded
from .lessons import REST, Lesson
from .orders import Put
from .seal import Header, Sealer, halves, header_of
from .times import Times

_AT_ONCE = 256
"""Fetches that may wait at the same time."""


class Front:
    """Documents by name. What the archive has at the start is told without the vectors that are not taken in quickly,
    and then all is `warm` for identical requests; if there were such, once more with them, and then it is `loaded`."""

    def __init__(self, sealer: Sealer, times: Times, hot: int, backlog: int) -> None:
        self.warm, self.loaded = asyncio.Event(), asyncio.Event()
        self.purged = Purged()
        self.desk = Desk(hot, backlog)
        self._sealer, self._times = sealer, times
        self._touched: set[bytes] = set()
        self._vectors = False
        self._progress = asyncio.Event()
        self._learned = self._fetching = self._fetched = self._missing = self._lost = 0
        self._learn: Learn = lambda header, vector, size: True
        self._forget: Forget = lambda name: None
        self._purge: Purge = lambda tenant, partition: None
        self._quick: Quick = never

    def tell(self, learn: Learn, forget: Forget, purge: Purge, quick: Quick = never) -> None:
        """Whom to tell from now on."""
        self._learn, self._forget, self._purge, self._quick = learn, forget, purge, quick

    def put(self, name: bytes, entry: Entry, vector: Vector | None) -> Put:
        """Have it at hand; what is to be written. Raises StoreFailed if too much waits, or a text is none."""
        written = self._times.written(entry.created)
        try:
            header, tenant = self._sealer.write(header_of(entry, written)), entry.tenant.encode()
        except UnicodeEncodeError as error:
            raise StoreFailed("a text that is none") from error
        number = self.desk.take(name, entry)
        self.desk.keep(name, entry)
        self.touch(name)
        until = self._times.until(entry.category, written)
        begun = self._times.written(entry.begun)
        return Put(number, name, header, halves(vector), entry.body, tenant, entry.partition, until, begun)

    def touch(self, name: bytes) -> None:
        """It changed, and what is still being read of it is older."""
        if not self.loaded.is_set():
            self._touched.add(name)

    async def fetch(
        self, name: bytes, guarded: Guarded, find: Callable[[], Awaitable[tuple[Header, bytes] | None]]
    ) -> Entry | None:
        """The entry, from memory or from where `find` looks. Raises StoreFailed."""
        entry = self.desk.get(name)
        if entry is not None or self.desk.gone(name):
            return entry
        if self._fetching >= _AT_ONCE:
            raise StoreFailed("too many wait already")
        purges = self.purged.times
        self._fetching += 1
        try:
            found = await guarded.call(find)
        finally:
            self._fetching -= 1
        if self.desk.holds(name):
            return self.desk.get(name)  # written meanwhile
        if found is None or self.desk.gone(name) or purges != self.purged.times or self._old(found[0]):
            self._missing += 1
            return None
        header, body = found
        entry = header.entry(body, self._times.created(header.written))
        self._fetched += 1
        self.desk.keep(name, entry)
        return entry

    def lesson(self, lesson: Lesson) -> None:
        """Tell the books of an entry that somebody has just kept."""
        self.desk.forget(lesson.name)
        self.touch(lesson.name)
        if not self._old(lesson.header):
            self._tell(lesson)

    def recall(self, lesson: Lesson) -> bool:
        """Tell the books of an entry from before, unless it changed here since; at first without its vector, if that
        is not taken in quickly. False: they do not want it."""
        name, header, vector = lesson
        if name in self._touched or self.purged.covers(header.tenant, header.partition) or self._old(header):
            return True
        if not self.warm.is_set():
            if vector is not None and not self._quick(name, (header.tenant, header.partition, header.category)):
                self._vectors = True
                lesson = Lesson(name, header, None)
        elif vector is None:
            return True
        if self._tell(lesson):
            return True
        self.touch(name)
        return False

    def rounds(self) -> Iterator[float]:
        """How often all is still to be recalled, from the newest on, and with how much rest."""
        self.purged.again()
        if not self.warm.is_set():
            yield 0.0
            self.warm.set()
            self.purged.again()
        if self._vectors:
            yield REST
        self.loaded.set()
        self._touched.clear()
        self.purged.done()

    def _tell(self, lesson: Lesson) -> bool:
        header = lesson.header
        self._learned += not self.warm.is_set() or self.loaded.is_set()
        return self._learn(header.entry(b"", self._times.created(header.written)), lesson.vector, header.size)

    def gone(self, tenant: str | None, partition: bytes | None) -> None:
        """Somebody else purged."""
        self.purged.add(tenant, partition)
        self.desk.bury(tenant, partition)
        self._purge(tenant, partition)

    def wrote(self, number: int, lost: tuple[bytes, ...]) -> None:
        """All changes up to this one were tried, and these could not be written."""
        self.desk.wrote(number)
        self._progress.set()
        self._lost += len(lost)
        for name in lost:
            if not self.desk.holds(name):
                self._forget(name)

    async def flush(self) -> None:
        """Returns when all changes until now have been tried."""
        number = self.desk.taken
        while self.desk.written < number:
            self._progress.clear()
            await self._progress.wait()

    def stats(self, guarded: Guarded, broken: int, replaced: int = 0) -> ArchiveStats:
        """The books as of now."""
        return ArchiveStats(
            at_hand=len(self.desk),
            at_hand_bytes=self.desk.nbytes,
            waiting=self.desk.waiting,
            learned=self._learned,
            fetched=self._fetched,
            missing=self._missing,
            broken=broken,
            lost=self._lost,
            late=guarded.late,
            failed=guarded.failed,
            skipped=guarded.skipped,
            openings=guarded.breaker.openings,
            replaced=replaced,
            open=guarded.breaker.open,
        )

    def _old(self, header: Header) -> bool:
        return self._times.until(header.category, header.written) <= self._times.wall()


class Fronted:
    """What every archive that has a front says of it."""

    _front: Front

    def get(self, name: bytes) -> Entry | None:
        """What is at hand."""
        return self._front.desk.get(name)

    @property
    def warm(self) -> asyncio.Event:
        """Set when all that there was at the start has been told, but for vectors that are not taken in quickly."""
        return self._front.warm

    async def warmed(self) -> None:
        """Returns when that is set."""
        await self._front.warm.wait()

    @property
    def loaded(self) -> asyncio.Event:
        """Set when all that there was at the start has been told."""
        return self._front.loaded

    @property
    def taken(self) -> int:
        """The number of the last change."""
        return self._front.desk.taken

    @property
    def durable(self) -> int:
        """All changes up to this one are written, but those that `stats().lost` counts."""
        return self._front.desk.written

    async def flush(self) -> None:
        """Returns when all changes until now have been tried."""
        await self._front.flush()
