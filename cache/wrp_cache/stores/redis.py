"""Documents on a Redis or Valkey server, shared by several routers. No request waits longer than the deadline, nor
twice for a server that does not answer."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Awaitable, Callable

from wrp_cache.types import Entry
from wrp_signals.facts import Vector

from . import ArchiveStats, Forget, Learn, Purge, Quick, never
from .breaker import Breaker
from .courier import Courier
from .fences import Fences
from .front import Front, Fronted
from .gazette import Gazette
from .guarded import Guarded
from .link import Link, Server, failures
from .news import Post
from .orders import Purge as Erase
from .seal import Header, Sealer
from .times import Times

_PATIENCE = 2.0


class RedisArchive(Fronted):
    """Keys `wrp:<namespace>:doc:<name>` with a time to live, and a stream `wrp:<namespace>:news` by which every router
    hears what the others keep. What is read is believed only if its seal is right, so `secret` must be the same for
    all of them, and known to nobody else.

    `put` never waits: a task sends what has gathered. `drop` frees memory here and leaves the document to the others;
    what is to be gone everywhere is purged.
    """

    def __init__(
        self,
        server: Server,
        secret: bytes,
        ttl: Callable[[str], float],
        clock: Callable[[], float],
        *,
        namespace: str = "default",
        wall: Callable[[], float] = time.time,
        hot: int = 64 << 20,
        backlog: int = 16 << 20,
        history: int = 100_000,
        deadline: float = 0.05,
        breaker: Breaker | None = None,
        tick: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`secret` seals documents. `ttl`: seconds that an answer of a category is good for. `clock`: what
        `Entry.created` is read from. Bytes: `hot` of documents in memory, `backlog` that may wait to be sent.
        `history`: about how many news the stream keeps. `deadline`: seconds, of a fetch. `tick` and `pause`: the
        breaker's time. Raises ModuleNotFoundError without the extra `redis`."""
        prefix = b"wrp:" + namespace.encode() + b":"
        sealer = Sealer(secret, prefix)
        self._front = Front(sealer, Times(clock, wall, ttl), hot, backlog)
        self._link, self._ear = Link(server), Link(server, 2)
        self._guarded = Guarded(deadline, breaker or Breaker(3, 5.0, 60.0), self._link.ping, failures(), tick, pause)
        self._post = Post(sealer, os.urandom(8))
        gone, wrote, patience = self._front.desk.gone, self._front.wrote, max(1.0, 10.0 * deadline)
        self._fences = fences = Fences(self._link, sealer, prefix)
        self._courier = Courier(
            self._link, self._post, fences, self._guarded, prefix, history, patience, gone, wrote, wall
        )
        self._gazette = Gazette(self._ear, self._post, self._courier.stream, self._front)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, learn: Learn, forget: Forget, purge: Purge, quick: Quick = never) -> None:
        """Begin to send and to listen, as soon as there is a server."""
        self._front.tell(learn, forget, purge, quick)
        self._tasks = [asyncio.create_task(self._courier.run()), asyncio.create_task(self._gazette.run())]

    def put(self, name: bytes, entry: Entry, vector: Vector | None) -> None:
        """Raises StoreFailed if too much waits already, or a text is none."""
        self._courier.give(self._front.put(name, entry, vector))

    def drop(self, name: bytes) -> None:
        self._front.desk.forget(name)
        self._front.touch(name)

    def purge(self, tenant: str | None, partition: bytes | None) -> None:
        self._front.purged.add(tenant, partition)
        self._courier.give(Erase(self._front.desk.purge(tenant, partition), tenant, partition))

    async def fetch(self, name: bytes) -> Entry | None:
        return await self._front.fetch(name, self._guarded, lambda: self._find(name))

    async def stop(self) -> None:
        if self._tasks and not self._guarded.breaker.open:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.flush(), _PATIENCE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._guarded.close()
        for link in (self._link, self._ear):
            with contextlib.suppress(*failures()):
                await asyncio.wait_for(link.close(), _PATIENCE)

    def stats(self) -> ArchiveStats:
        """The books as of now."""
        return self._front.stats(self._guarded, self._post.broken)

    async def _find(self, name: bytes) -> tuple[Header, bytes] | None:
        value = await self._link.get(self._courier.key(name))
        found = None if value is None else self._post.read(name, value)
        # once all was told, the books know of no document that was purged
        if found is None or self._front.loaded.is_set() or not await self._fences.cover(found[0]):
            return found
        return None
