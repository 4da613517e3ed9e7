"""Hears from the server which entries there are, and which come and go. It writes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from .front import Front
from .lessons import each
from .link import Link, News, failures
from .news import Heard, Post

log = logging.getLogger(__name__)

_BATCH = 32
"""News at a time: a parser without hiredis takes 1 ms for these."""

_LISTEN = 2.0
_PATIENCE = 5.0
_AGAIN, _LONGEST = 0.5, 10.0


class Gazette:
    """`run` is a task, for two things at once: all that was told before, the newest first, and whatever comes. What
    fails is tried again. What this router wrote itself is passed over."""

    def __init__(
        self,
        link: Link,
        post: Post,
        stream: bytes,
        front: Front,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`link` is for this alone, and has two connections."""
        self._link, self._post, self._stream, self._front, self._pause = link, post, stream, front, pause
        self._failures = failures()
        self._begun = asyncio.Event()
        self._last = b""
        self._known: set[bytes] = set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._until(self._remember))
            both.create_task(self._until(self._listen))

    async def _until(self, step: Callable[[], Awaitable[bool]]) -> None:
        """Until it says that there is no more."""
        wait = _AGAIN
        while True:
            try:
                if await step():
                    return
                wait = _AGAIN
            except self._failures as error:
                if wait == _AGAIN:
                    log.warning("no news from the cache's server (%s): trying again", type(error).__name__)
                await self._pause(wait)
                wait = min(_LONGEST, wait * 2.0)

    async def _remember(self) -> bool:
        """All that was told before."""
        for rest in self._front.rounds():
            self._known.clear()
            found = await self._before(None)
            if not self._begun.is_set():
                self._last = found[0][0] if found else b"0-0"
                self._begun.set()
            while found:
                await each(self._post.hear([item for _, item in found]), self._recall, rest)
                found = await self._before(found[-1][0])
        self._known.clear()
        return True

    async def _before(self, id: bytes | None) -> News:
        async with asyncio.timeout(_PATIENCE):
            return await self._link.before(self._stream, id, _BATCH)

    def _recall(self, heard: Heard) -> None:
        if heard.whom is not None and not heard.own:
            self._front.purged.recall(heard.whom.tenant, heard.whom.partition)
        lesson = heard.lesson
        if lesson is not None and not heard.own and lesson.name not in self._known:
            self._known.add(lesson.name)
            self._front.recall(lesson)

    async def _listen(self) -> bool:
        """What comes next, or nothing for a while."""
        await self._begun.wait()
        async with asyncio.timeout(_LISTEN + _PATIENCE):
            found = await self._link.after(self._stream, self._last, _BATCH, _LISTEN)
        if found:
            await each(self._post.hear([item for _, item in found]), self._learn)
            self._last = found[-1][0]
        return False

    def _learn(self, heard: Heard) -> None:
        if heard.own:
            return
        if heard.whom is not None:
            self._front.gone(heard.whom.tenant, heard.whom.partition)
        if heard.lesson is not None:
            self._front.lesson(heard.lesson)
