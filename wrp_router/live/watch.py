"""One timer for a whole stream: the engine's silence, the client's refusal to read, and the hard wall."""

from __future__ import annotations

import asyncio

from .downstream import Downstream
from .target import Target
from .upstream.connection import Connection
from .upstream.words import Broken

DEADLINE = "deadline"
"""The timer of the caller's own limit."""

PASSED = 0.25
"""Seconds that may go by here before an engine is asked. Without a deadline of the caller's there is one all the same:
the whole time for an answer, from its arrival."""


def in_a_hurry(left: float, configured: float) -> bool:
    """Whether the seconds `left` to the deadline are the caller's wish, and no engine's fault if they run out."""
    return left < configured - PASSED


class Watch:
    """Looks only when a limit could be over, so that a chunk costs nothing but a timestamp."""

    __slots__ = (
        "_client",
        "_connection",
        "_handle",
        "_idle",
        "_loop",
        "_unread",
        "_unsent",
        "_wall",
        "_wall_name",
        "_writing_since",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        target: Target,
        connection: Connection | None,
        client: Downstream,
        patience: float,
    ) -> None:
        now = loop.time()
        self._loop = loop
        self._client = client
        self._connection = connection
        self._idle, self._unread = target.timeouts.idle, client.unread
        self._wall = now + min(target.timeouts.stream, patience)
        self._wall_name = DEADLINE if in_a_hurry(patience, target.timeouts.stream) else "total"
        self._writing_since, self._unsent = 0.0, 0
        self._handle = loop.call_at(min(self._wall, now + min(self._idle, self._unread)), self._check)

    async def write(self, client: Downstream, data: bytes) -> None:
        self._begin(client, len(data))
        await client.write(data)
        self._writing_since = 0.0

    async def until_read(self, client: Downstream) -> None:
        """Until it has read most of what it was sent."""
        self._begin(client, 0)
        await client.until_read()
        self._writing_since = 0.0

    async def end(self, client: Downstream, data: bytes) -> None:
        """The same for the last of it."""
        self._begin(client, len(data))
        await client.end(data)
        self._writing_since = 0.0

    def _begin(self, client: Downstream, more: int) -> None:
        """To wait for it, with so many bytes more than it has."""
        self._writing_since, self._unsent = self._loop.time(), client.unsent + more

    def stop(self) -> None:
        self._handle.cancel()

    def _check(self) -> None:
        connection = self._connection
        assert connection is not None
        now = self._loop.time()
        if self._writing_since and now - self._writing_since >= self._unread:
            unsent = self._client.unsent
            if unsent >= self._unsent:
                connection.abort()
                self._client.abort()  # it does not read: its cancelled handler ends the rest
                return
            self._writing_since, self._unsent = now, unsent  # it does, however slowly
        if now >= self._wall:
            connection.fail(Broken("timeout", timer=self._wall_name))
            return
        quiet = now - connection.active_at
        if not self._writing_since and quiet >= self._idle:
            connection.fail(Broken("timeout", timer="idle"))
            return
        left = (
            self._writing_since + self._unread - now if self._writing_since else min(self._idle - quiet, self._unread)
        )
        self._handle = self._loop.call_at(min(self._wall, now + max(left, 0.01)), self._check)
