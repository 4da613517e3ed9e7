"""Where lean connections come in: what they share, who they are given to, and how they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from aiohttp import HttpVersion11

from wrp_router.errors import RouterError
from wrp_router.live.gateway import Gateway
from wrp_router.live.pacing import Pace
from wrp_router.live.preamble import Preamble, admit
from wrp_router.live.seating import Handed, Reception

from .connection import LeanConnection
from .head import read, split_length

SWEEP = 5.0
"""Seconds between two looks for idle connections: one timer for all of them."""

MEMORY_LIMIT = 4 * 1024
"""Bytes of a head that is remembered with its connection, for as long as that lasts; also once for every engine."""

MOMENT = 1.0
"""Seconds in which those that were cut off must have ended."""


class Door:
    """Makes connections, for which there is a place at the `reception`; `elsewhere` makes the protocol of those that
    are not for here, and takes their place over."""

    def __init__(self, gateway: Gateway, elsewhere: Callable[[Handed], asyncio.Protocol], reception: Reception) -> None:
        self.loop = asyncio.get_running_loop()
        self.gateway = gateway
        self.elsewhere = elsewhere
        self.reception = reception
        self._open: set[LeanConnection] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._empty: asyncio.Event | None = None

    def __call__(self) -> LeanConnection:
        return LeanConnection(self)

    @property
    def open(self) -> int:
        """Connections that are read here now."""
        return len(self._open)

    @property
    def patience(self) -> float:
        """Seconds in which a connection has to bring a head."""
        return self.gateway.state.clients.head

    @property
    def pace(self) -> Pace:
        """Of bodies."""
        return self.gateway.state.pace

    @property
    def unread(self) -> float:
        """Seconds that a client may read nothing of what it was sent."""
        return self.gateway.state.clients.unread

    def opened(self, connection: LeanConnection) -> None:
        self._open.add(connection)
        if self._sweeper is None:
            self._sweeper = self.loop.call_later(SWEEP, self._sweep)

    def closed(self, connection: LeanConnection) -> None:
        self._open.discard(connection)
        if self._empty is not None and not self._open:
            self._empty.set()

    def recognise(self, connection: LeanConnection, head: bytes) -> tuple[Preamble, int] | None:
        """The request that this head announces, and the length of its body; None for one that is not for here.

        A client's requests differ in their heads by the length alone, mostly: the last head that was read is
        remembered with its connection, and not read again.
        """
        state = self.gateway.state
        try:
            same, length = split_length(head)
        except ValueError:
            return None
        memory = connection.memory
        if memory is not None and memory[1] == same and memory[0] is state:
            preamble = memory[2]
        else:
            lines = read(head)
            if lines is None or lines.length != length:
                return None
            try:
                preamble = admit(state.terms, "POST", lines.target, HttpVersion11, lines.pairs, lines.headers)
            except RouterError:
                return None  # it is refused elsewhere, in the same words
            if preamble.endpoint.operation is None:
                return None
            connection.memory = (state, same, preamble) if _worth_remembering(same, preamble) else None
        return (preamble, length) if length <= state.limits.body else None

    def leave_idle(self) -> None:
        """Close the connections that wait for nothing."""
        for connection in list(self._open):
            if not connection.busy:
                connection.close()

    async def shutdown(self, seconds: float) -> None:
        """What still runs has `seconds`, up to its last byte; then it is cut off. Nothing runs afterwards."""
        until = self.loop.time() + seconds
        self.leave_idle()
        if tasks := self._tasks():
            await asyncio.wait(tasks, timeout=seconds)
            self.leave_idle()
        await self._until_empty(until - self.loop.time())
        tasks = self._tasks()
        for connection in list(self._open):
            connection.reset()
        await self._until_empty(MOMENT)
        if tasks:
            await asyncio.wait(tasks, timeout=MOMENT)
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [connection.task for connection in self._open if connection.task is not None]

    async def _until_empty(self, seconds: float) -> None:
        """At most so long."""
        if self._open and seconds > 0:
            self._empty = asyncio.Event()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._empty.wait()

    def _sweep(self) -> None:
        oldest = self.loop.time() - self.gateway.state.clients.keep_alive
        for connection in list(self._open):
            if 0.0 < connection.idle_since < oldest:
                connection.expire()
        self._sweeper = self.loop.call_later(SWEEP, self._sweep) if self._open else None


def _worth_remembering(head: bytes, preamble: Preamble) -> bool:
    return len(head) <= MEMORY_LIMIT and "content-length" not in preamble.visible
