"""What the cache has built and learnt, beside its file: read at the start, written now and then and at the end. Nothing
of it is needed: what is refused or not there is built again from the answers. Every byte is moved on a thread."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from time import monotonic, sleep, time
from typing import TypeVar

from wrp_cache import Cache
from wrp_cache.bars import kept
from wrp_cache.native import Buffer
from wrp_cache.shelf import Home
from wrp_cache.snapshot import Remains, SnapshotDoubtful, place_of, read, write
from wrp_cache.stores.folder import Folder
from wrp_cache.upkeep import Sitting

log = logging.getLogger(__name__)

BARS = "bars"
"""The file of what bars have learnt; all others are graphs, by their places."""

LOOK = 1.0
"""Seconds between two looks at whether something has to be done."""

PATIENCE = 5.0

ALL = 1 << 62
_SHARE = 100
_COUNTS = "written", "restored", "refused", "failed"
_TROUBLE = (OSError, MemoryError, RuntimeError, ValueError)
"""What disks, and a library in want of memory, may raise. No request is concerned."""

T = TypeVar("T")


class Ended(Exception):
    """There is no time left to write this."""


class Snapshots:
    """`recall` before the archive is started; `run` is a task; `stop` writes once more. `counts`: files `written`,
    `restored`, `refused` (and built again), and what `failed` to be written. `settled`: graphs are whole, and can be
    written."""

    def __init__(
        self,
        cache: Cache,
        folder: Folder,
        key: bytes,
        embedder: str,
        every: float,
        told: asyncio.Event,
        look: float = LOOK,
        patience: float = PATIENCE,
    ) -> None:
        """`key` seals the files, and names them. `every`: seconds between two rounds; 0: nothing is read or written,
        and what is there goes. `told`: set when the archive has told all that it has. `patience`: seconds that the last
        round may take."""
        self._cache, self._folder, self._key, self._embedder = cache, folder, key, embedder
        self._every, self._told, self._look, self._patience = every, told, look, patience
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="wrp-cache-snapshots")
        self._written: dict[str, int] = {}
        self.counts = dict.fromkeys(_COUNTS, 0)
        self.settled = self._ended = False
        self._purges = 0
        self._said = ""

    async def recall(self) -> None:
        """Have at hand what was written, if it can be believed. What cannot is removed, and said once."""
        doubts: list[str] = []
        try:
            remains = await self._away(self._read, doubts)
        except OSError as error:
            self._failed(error)
            return
        beyond = self._cache.upkeep.recall(remains, self._place)
        doubts += ["there is no memory for it"] * len(beyond)
        self.counts["restored"] += len(remains) - len(beyond)
        self.counts["refused"] += len(doubts)
        if doubts:
            log.warning("%d snapshots of the cache are refused, and built again (%s)", len(doubts), doubts[0])
        if remains:
            log.info("the cache goes on with %d of its indexes from before", len(remains) - len(beyond))

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._told.wait()
        await self._settle()
        due = monotonic() + self._every
        while True:
            await asyncio.sleep(self._look)
            if self._purges != self._cache.upkeep.purges:
                await self._tidy()
            if self._every and monotonic() >= due:
                await self.round()
                due = monotonic() + self._every

    async def round(self, share: int = _SHARE) -> None:
        """Write what bars have learnt, and every graph of which a `share`th has changed since it was last written."""
        try:
            await self._bars()
            if self.settled:
                await self._graphs(lambda home: self._changed(home) * share >= home.count)
                await self._tidy()
        except _TROUBLE as error:
            self._failed(error)
        else:
            self._said = ""

    async def stop(self) -> None:
        """One more round, of all that has changed. `run` has been cancelled."""
        if self._every:
            try:
                async with asyncio.timeout(self._patience):
                    await self._away(lambda: None)  # the thread is done with what it was at
                    await self.round(share=ALL)
            except TimeoutError:
                log.warning("not all indexes of the cache could be written within %g s", self._patience)
        self._ended = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _away(self, work: Callable[..., T], *given: object) -> T:
        """On the thread. It goes on if whoever waits is cancelled."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, partial(work, *given))

    def _place(self, where: tuple[str, bytes, str]) -> str:
        return place_of(where, self._key)

    def _read(self, doubts: list[str]) -> dict[str, Remains]:
        """On the thread: all that can be believed; the rest is gone, and why is among the doubts."""
        found: dict[str, Remains] = {}
        for name in self._folder.names():
            try:
                if not self._every:
                    self._folder.drop(name)
                elif name == BARS:
                    self._restore(self._file(name))
                else:
                    found[name] = read(self._file(name), name, self._embedder, self._key, partial(sleep, 0))
            except (SnapshotDoubtful, kept.BarsDoubtful) as doubt:
                doubts.append(str(doubt))
                self._folder.drop(name)
        return found

    def _file(self, name: str) -> bytes:
        found = self._folder.read(name, self._cache.upkeep.spare)
        if found is None:
            raise SnapshotDoubtful("it is no file, or there is no memory for it")
        return found

    def _restore(self, data: bytes) -> None:
        kept.restore(self._cache.acceptance, data, monotonic(), time(), self._key)
        self.counts["restored"] += 1

    async def _settle(self) -> None:
        """The graphs are whole now."""
        unclaimed = 0
        for some in self._cache.upkeep.settle():
            unclaimed += some
            await asyncio.sleep(0)
        if unclaimed:
            log.info("%d vectors in the cache's indexes from before were of answers that are gone", unclaimed)
        self.settled = True

    def _changed(self, home: Home) -> int:
        return abs(home.changes - self._written.get(self._place(home.key), 0))

    async def _bars(self) -> None:
        acceptance, parts = self._cache.acceptance, []
        for part in kept.parts_of(acceptance, monotonic()):
            parts.append(part)
            await asyncio.sleep(0)
        if parts:
            await self._write(BARS, lambda: [kept.write(acceptance, parts, time(), self._key)])

    async def _graphs(self, enough: Callable[[Home], bool]) -> None:
        wanted = lambda home: bool(self._changed(home)) and enough(home)  # noqa: E731 - a def of one line says less
        for sitting in self._cache.upkeep.sittings(wanted):
            if sitting is None:
                await asyncio.sleep(0)
            else:
                await self._take(sitting)

    async def _take(self, sitting: Sitting) -> None:
        taking = asyncio.ensure_future(self._away(sitting.take, partial(sleep, 0)))
        taking.add_done_callback(lambda _: sitting.end())  # and not when this is cancelled: native code reads the graph
        picture = await asyncio.shield(taking)
        place = self._place(sitting.where)
        await self._write(place, lambda: write(sitting.corrected(picture), place, self._embedder, self._key))
        self._written[place] = sitting.changes

    async def _write(self, name: str, pieces: Callable[[], Iterable[Buffer]]) -> None:
        await self._away(lambda: self._folder.write(name, self._in_time(pieces())))
        self.counts["written"] += 1

    def _in_time(self, pieces: Iterable[Buffer]) -> Iterator[Buffer]:
        """On the thread."""
        for piece in pieces:
            if self._ended:
                raise Ended
            yield piece

    async def _tidy(self) -> None:
        """Remove the files of places that are there no more: what was purged is in no file."""
        self._purges, places = self._cache.upkeep.purges, {BARS}

        def seen(home: Home) -> bool:
            places.add(self._place(home.key))
            return False

        for _ in self._cache.upkeep.sittings(seen):
            await asyncio.sleep(0)
        self._written = {place: changes for place, changes in self._written.items() if place in places}
        await self._away(self._drop_others, places)

    def _drop_others(self, places: set[str]) -> None:
        """On the thread."""
        for name in self._folder.names():
            if name not in places:
                self._folder.drop(name)

    def _failed(self, error: Exception) -> None:
        """Said once, until it is well again or something else."""
        self.counts["failed"] += 1
        if str(error) != self._said:
            self._said = str(error)
            log.warning("the cache's snapshots cannot be read or written (%s): it goes on without", error)
