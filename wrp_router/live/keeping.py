"""The cache and its archive while the router runs: what one hears, the other is told. It looks nothing up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from time import monotonic

from wrp_cache import Cache
from wrp_cache.stores import Archive, StoreFailed
from wrp_cache.types import Entry, Hit, name_of
from wrp_router.flow import Fetched
from wrp_signals.facts import Vector


class Keeping:
    """`start` and `stop`, on the router's loop."""

    def __init__(self, cache: Cache, archive: Archive) -> None:
        self._cache, self._archive = cache, archive
        self._purges: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """From now on the cache learns what the archive has. Returns before it has learnt it all."""
        await self._archive.start(self._learn, self._cache.forget, self._purge)

    async def stop(self) -> None:
        """What waits to be written is written, within the archive's patience."""
        await self._archive.stop()
        await asyncio.gather(*self._purges)

    def _learn(self, header: Entry, vector: Vector | None, size: int) -> bool:
        return self._cache.learn(header, vector, size, monotonic())

    def _purge(self, tenant: str | None, partition: bytes | None) -> None:
        """Nothing of it is served from now on; the memory is freed a little at a time."""
        task = asyncio.create_task(_run(self._cache.purging(tenant, partition, everywhere=False)))
        self._purges.add(task)
        task.add_done_callback(self._purges.discard)


async def fetched(archive: Archive | None, hit: Hit) -> Fetched:
    """The document of a hit that is away."""
    if archive is None:
        return Fetched(None)
    try:
        return Fetched(await archive.fetch(name_of(hit.entry.tenant, hit.entry.key)))
    except StoreFailed:
        return Fetched(None, late=True)


async def _run(steps: Iterator[int]) -> None:
    for _ in steps:
        await asyncio.sleep(0)
