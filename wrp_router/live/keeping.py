"""The cache and its archive while the router runs: what one hears, the other is told; and when requests leave time for
it, indexes are finished. It looks nothing up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from time import monotonic, perf_counter

from wrp_cache import Cache
from wrp_cache.stores import Archive, StoreFailed
from wrp_cache.types import Entry, name_of
from wrp_router.flow import Fetch, Fetched
from wrp_signals.facts import Vector

from .snapshots import Snapshots

IDLE = 0.25
"""Seconds until the next look at whether an index is under construction."""

BUSY = 0.002
"""Seconds by which the loop is late where requests want it."""

REST = 9.0
"""How much longer than the last step requests have the loop, if they want it; else just as long."""


Forget = Callable[[str | None, bytes | None], int]
"""Forgets what is kept beside the cache, of a tenant, a partition, both or all; says how much that was."""


def nothing_else(tenant: str | None, partition: bytes | None) -> int:
    """Where nothing is."""
    return 0


class Keeping:
    """`start` and `stop`, on the router's loop."""

    def __init__(
        self, cache: Cache, archive: Archive | None, snapshots: Snapshots | None = None, forget: Forget = nothing_else
    ) -> None:
        """`archive`: None where answers are in memory alone. `forget` is told what another router purges."""
        self._cache, self._archive, self.snapshots, self._forget = cache, archive, snapshots, forget
        self._purges: set[asyncio.Task[None]] = set()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """From now on the cache learns what the archive has. Returns before it has learnt it all."""
        if self.snapshots is not None:
            await self.snapshots.recall()
            self._tasks.append(asyncio.create_task(self.snapshots.run()))
        if self._archive is not None:
            self._cache.recalling = True
            self._tasks.append(asyncio.create_task(self._warmed(self._archive)))
            await self._archive.start(self._learn, self._cache.forget, self._purge, self._cache.upkeep.quick)
        self._tasks.append(asyncio.create_task(self._tend()))

    async def stop(self) -> None:
        """What waits to be written is written, within the archive's patience and that for snapshots."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.snapshots is not None:
            await self.snapshots.stop()
        if self._archive is not None:
            await self._archive.stop()
        await asyncio.gather(*self._purges)

    async def _warmed(self, archive: Archive) -> None:
        await archive.warmed()
        self._cache.recalling = False

    def _learn(self, header: Entry, vector: Vector | None, size: int) -> bool:
        return self._cache.learn(header, vector, size, monotonic())

    def _purge(self, tenant: str | None, partition: bytes | None) -> None:
        """Nothing of it is served from now on; the memory is freed a little at a time."""
        self._forget(tenant, partition)
        task = asyncio.create_task(_run(self._cache.purging(tenant, partition, now=monotonic(), everywhere=False)))
        self._purges.add(task)
        task.add_done_callback(self._purges.discard)

    async def _tend(self) -> None:
        """Finish indexes: a millisecond at a time, half of the time while nobody else wants the loop."""
        while True:
            since = perf_counter()
            if not self._cache.upkeep.tend():
                await asyncio.sleep(IDLE)
                continue
            now = perf_counter()
            took = now - since
            await asyncio.sleep(took)
            if perf_counter() - now - took > BUSY:
                await asyncio.sleep(took * REST)


async def fetched(archive: Archive | None, command: Fetch) -> Fetched:
    """What the archive has."""
    if archive is None:
        return Fetched(None)
    try:
        return Fetched(await archive.fetch(name_of(command.tenant, command.key)))
    except StoreFailed:
        return Fetched(None, late=True)


async def _run(steps: Iterator[int]) -> None:
    for _ in steps:
        await asyncio.sleep(0)
