"""Takes to the server what waits for it, many at a time, and again until it is there. No request waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from .fences import Fences
from .guarded import Guarded
from .link import Link, failures, refusals
from .news import Post
from .orders import Order, Purge, Put

log = logging.getLogger(__name__)

_BATCH = 64
_BATCH_BYTES = 1 << 20
_READ = 64
_AGAIN = 0.1


class Courier:
    """`give` orders; `run` is a task. `done` is told the number of the last change tried, and the names of what the
    server refused. While the breaker is open nothing is sent, and everything waits."""

    def __init__(
        self,
        link: Link,
        post: Post,
        fences: Fences,
        guarded: Guarded,
        prefix: bytes,
        most: int,
        patience: float,
        gone: Callable[[bytes], bool],
        done: Callable[[int, tuple[bytes, ...]], None],
        wall: Callable[[], float],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Keys begin with `prefix`; the stream keeps about `most` news. `patience`: seconds for one journey.
        `gone`: whether a document is not to be sent any more."""
        self._link, self._post, self._guarded, self._prefix, self._most = link, post, guarded, prefix, most
        self._fences = fences
        self._wall, self._patience, self._gone, self._done, self._pause = wall, patience, gone, done, pause
        self._orders: deque[Order] = deque()
        self._some = asyncio.Event()
        self._failures, self._refusals = failures(), refusals()
        self._said = ""

    def give(self, order: Order) -> None:
        """Never waits."""
        self._orders.append(order)
        self._some.set()

    async def run(self) -> None:
        while True:
            await self._some.wait()
            batch = self._next()
            while not await self._sent(batch):
                await self._pause(_AGAIN)

    def key(self, name: bytes) -> bytes:
        """Where the document of this name is."""
        return self._prefix + b"doc:" + name.hex().encode()

    @property
    def stream(self) -> bytes:
        """Where the news are."""
        return self._prefix + b"news"

    def _next(self) -> list[Order]:
        """Some documents, or one purge."""
        batch: list[Order] = []
        size = 0
        while self._orders and len(batch) < _BATCH and size < _BATCH_BYTES:
            order = self._orders[0]
            if isinstance(order, Purge) and batch:
                break
            batch.append(self._orders.popleft())
            if not isinstance(order, Put):
                break
            size += len(order.body)
        if not self._orders:
            self._some.clear()
        return batch

    async def _sent(self, batch: Sequence[Order]) -> bool:
        """False: not yet."""
        await self._guarded.well()
        lost: tuple[bytes, ...] = ()
        try:
            async with asyncio.timeout(self._patience):
                lost = await self._carry(batch)
        except TimeoutError:
            self._guarded.trouble(grave=True)
            return False
        except self._refusals as error:
            lost = tuple(order.name for order in batch if isinstance(order, Put))
            self._refused(error)
        except self._failures:
            self._guarded.trouble(grave=False)
            return False
        else:
            self._said = ""
        self._done(batch[-1].number, lost)
        return True

    async def _carry(self, batch: Sequence[Order]) -> tuple[bytes, ...]:
        """The names of those that may not stay there."""
        now = self._wall()
        puts = [order for order in batch if isinstance(order, Put) and order.until - now > 0.001]
        puts = [put for put in puts if not self._gone(put.name)]
        outlawed: list[Put] = []
        if puts:
            documents = [(self.key(put.name), self._post.document(put), int((put.until - now) * 1e3)) for put in puts]
            await self._link.put(documents, self.stream, [self._post.told(put) for put in puts], self._most)
            # only now: a purge that is told later than this finds the news of them, and erases them itself
            outlawed = await self._fences.outlawed(puts)
            await self._link.erase([self.key(put.name) for put in outlawed], self.stream, [])
        for order in batch:
            if isinstance(order, Purge):
                await self._purge(order)
        return tuple([put.name for put in outlawed])

    async def _purge(self, order: Purge) -> None:
        """Tell everybody, and erase what was told before, with the documents; those whose news are gone already, nobody
        may believe any more."""
        await self._fences.put(order.tenant, order.partition, self._wall())
        news = self._post.purged(order.tenant, order.partition)
        last: bytes | None = await self._link.tell(self.stream, news, self._most)
        while found := await self._link.before(self.stream, last, _READ):
            last = found[-1][0]
            heard = zip((id for id, _ in found), self._post.hear([item for _, item in found]), strict=True)
            gone = [
                (self.key(each.lesson.name), id)
                for id, each in heard
                if each.lesson is not None
                and order.tenant in (None, each.lesson.header.tenant)
                and order.partition in (None, each.lesson.header.partition)
            ]
            await self._link.erase([key for key, _ in gone], self.stream, [id for _, id in gone])

    def _refused(self, error: Exception) -> None:
        """Said once, until it is taken again or something else is wrong. What servers say names no secret."""
        said = str(error).split(" ", 1)[0]
        if said != self._said:
            self._said = said
            log.warning("the cache's server takes no answers (%s)", error)
