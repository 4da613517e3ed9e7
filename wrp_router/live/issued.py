"""Callers by keys that are made and revoked while routers run, wherever these keys are kept."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import time
from typing import Protocol

from wrp_router.accounts.keys import KeyBook, KeyRing, fingerprint_of, under_another

from .tenants import Caller

log = logging.getLogger(__name__)

NAMED = 5
"""Keys under another pepper that are named in a warning."""


class Unreadable(Exception):
    """The keys are there, or should be, and cannot be read now: why."""


class Kept(Protocol):
    """Where keys are kept."""

    async def look(self) -> KeyBook | None:
        """All of them if something changed since the last look, else None. Raises Unreadable."""

    async def close(self) -> None: ...


class IssuedKeys:
    """From `start` to `stop` it looks every so often: a change holds within that time. What cannot be read changes
    nothing; what was known still holds."""

    def __init__(
        self,
        kept: Kept,
        pepper: bytes,
        every: float,
        *,
        wall: Callable[[], float] = time,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._kept, self._pepper, self._every, self._wall, self._pause = kept, pepper, every, wall, pause
        self._ring = KeyRing((), pepper)
        self._looked = wall()
        self._said = ""
        self._task: asyncio.Task[None] | None = None

    async def start(self, changed: Callable[[], None]) -> None:
        """`changed` is told when somebody may have gained or lost something. Raises Unreadable where the first look
        fails: a router that knows nobody would turn everybody away."""
        await self._read()
        self._task = asyncio.create_task(self._watch(changed))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._kept.close()

    def __len__(self) -> int:
        return len(self._ring)

    def find(self, key: str) -> Caller | None:
        """Whose key it is, while it is good."""
        issued = self._ring.find(key, self._wall())
        if issued is None:
            return None
        highest = issued.max_priority or issued.priority
        return Caller(issued.tenant, issued.admin, issued.priority, highest, issued.id)

    async def _watch(self, changed: Callable[[], None]) -> None:
        while True:
            await self._pause(self._every)
            now, before = self._wall(), self._looked
            self._looked = now
            if await self._again() or self._ring.ended(before, now):
                changed()

    async def _again(self) -> bool:
        """Whether there is something new. Of what lasts the log hears once."""
        try:
            news = await self._read()
        except Unreadable as error:
            if self._said != str(error):
                self._said = str(error)
                log.error("the keys are as they were: %s", error)
            return False
        if self._said:
            self._said = ""
            log.warning("the keys can be read again")
        return news

    async def _read(self) -> bool:
        book = await self._kept.look()
        if book is not None:
            self._ring = KeyRing(book.keys, self._pepper)
            self._warn(book)
        return book is not None

    def _warn(self, book: KeyBook) -> None:
        others = under_another(book.keys, self._pepper, self._wall())
        if others:
            log.warning(
                "%d of %d keys open nothing here: they were made under another pepper (%s) than this router's (%s): %s",
                len(others),
                len(book.keys),
                ", ".join(sorted({one.pepper for one in others})),
                fingerprint_of(self._pepper),
                ", ".join([one.id for one in others[:NAMED]]) + (", ..." if len(others) > NAMED else ""),
            )
