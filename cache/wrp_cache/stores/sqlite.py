"""Documents in a SQLite file. What is acknowledged survives the process; whatever the file does, requests go on."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from wrp_cache.types import Entry
from wrp_signals.facts import Vector

from . import ArchiveStats, Forget, Learn, Purge, Quick, StoreFailed, never
from .breaker import Breaker
from .front import Front, Fronted
from .guarded import Guarded
from .lessons import Lesson, each
from .orders import Drop
from .orders import Purge as Erase
from .reader import Reader
from .rows import Unwritable
from .seal import Sealer
from .times import Times
from .writer import Report, Writer

log = logging.getLogger(__name__)

_BATCH = 256
_AGAIN = 1.0
_PATIENCE = 5.0


class SqliteArchive(Fronted):
    """One file (with `-wal` and `-shm` beside it) for one router.

    `put` never waits: a thread writes what has gathered in one transaction, and `durable` says up to which change the
    file has it (`taken` is the number of the last). A row is served only if its seal is right; a damaged file is set
    aside and a new one begun. A file that cannot be written costs what would have been written, and nothing else.
    """

    def __init__(
        self,
        path: str,
        secret: bytes,
        ttl: Callable[[str], float],
        clock: Callable[[], float],
        *,
        wall: Callable[[], float] = time.time,
        hot: int = 64 << 20,
        backlog: int = 16 << 20,
        most: int | None = None,
        deadline: float = 0.1,
    ) -> None:
        """`secret` seals the rows. `ttl`: seconds that an answer of a category is good for. `clock`: what
        `Entry.created` is read from. Bytes: `hot` of documents in memory, `backlog` that may wait to be written,
        `most` that the file may take. `deadline`: seconds, of a fetch."""
        sealer = Sealer(secret, b"sqlite")
        self._front = Front(sealer, Times(clock, wall, ttl), hot, backlog)
        self._writer = Writer(path, most, sealer, self._report, wall)
        self._reader = Reader(path, sealer, self._writer, "wrp-cache-reader")
        self._loader = Reader(path, sealer, self._writer, "wrp-cache-loader")
        probe = lambda: self._reader.find(b"")  # noqa: E731 - a def of one line says less
        self._guarded = Guarded(deadline, Breaker(3, 5.0, 60.0), probe, (Unwritable,), clock=time.monotonic)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loading: asyncio.Task[None] | None = None
        self._opened = asyncio.Event()

    async def start(self, learn: Learn, forget: Forget, purge: Purge, quick: Quick = never) -> None:
        """Begin to open and to read the file; nobody else writes to it, so that `purge` is never called."""
        self._front.tell(learn, forget, purge, quick)
        self._loop = asyncio.get_running_loop()
        self._writer.start()
        self._loading = asyncio.create_task(self._load())

    def put(self, name: bytes, entry: Entry, vector: Vector | None) -> None:
        """Raises StoreFailed if too much waits already, or a text is none."""
        self._writer.give(self._front.put(name, entry, vector))

    def drop(self, name: bytes) -> None:
        """Raises StoreFailed if too much waits already."""
        self._front.desk.forget(name)
        self._front.touch(name)
        self._writer.give(Drop(self._front.desk.take(name, None), name))

    def purge(self, tenant: str | None, partition: bytes | None) -> None:
        self._front.purged.add(tenant, partition)
        self._writer.give(Erase(self._front.desk.purge(tenant, partition), tenant, partition))

    async def fetch(self, name: bytes) -> Entry | None:
        return await self._front.fetch(name, self._guarded, lambda: self._reader.find(name))

    async def stop(self) -> None:
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
        await self._guarded.close()
        await self._reader.close()
        await self._loader.close()
        if self._loop is None:
            return
        if not await self._loop.run_in_executor(None, self._writer.close, _PATIENCE):
            log.warning("not all that the cache kept could be written within %g s", _PATIENCE)

    def stats(self) -> ArchiveStats:
        """The books as of now."""
        return self._front.stats(self._guarded, self._reader.broken + self._loader.broken, self._writer.generation)

    def _report(self, report: Report) -> None:
        """On the writer's thread."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(self._heard, report)
        except RuntimeError:  # the loop is closed: nobody listens any more
            return

    def _heard(self, report: Report) -> None:
        self._front.wrote(report.number, report.lost)
        if report.opened:
            self._opened.set()

    async def _load(self) -> None:
        """Tell of all that the file has, the newest first."""
        await self._opened.wait()
        for rest in self._front.rounds():
            count = await self._recall(rest)
            if count:
                log.info("the cache knows %d answers from before%s", count, ", with all vectors" if rest else "")
        await self._loader.close()

    async def _recall(self, rest: float) -> int:
        """How many there were."""
        before: int | None = None
        count = 0
        while True:
            try:
                batch = await self._loader.newest(before, _BATCH)
            except Unwritable:
                await asyncio.sleep(_AGAIN)
                continue
            if batch.last is None:
                return count
            await each(batch.lessons, self._teach, rest)
            before = batch.last
            count += len(batch.lessons)

    def _teach(self, lesson: Lesson) -> None:
        if self._front.recall(lesson):
            return
        try:
            self.drop(lesson.name)  # nobody will ask for it
        except StoreFailed:
            return
