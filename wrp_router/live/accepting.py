"""Accepting connections where other processes accept at the same socket, each while it is one's turn: asyncio's own
servers take all that are there, however many they have already."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

from .turns import Turns
from .upstream.origin import OURS

log = logging.getLogger(__name__)

PATIENCE = 0.003
"""Seconds for somebody whose turn it is to accept. Then it is done here: that process may be busy, or hang."""

BURST = 64
"""Connections that are taken at a time, before what they ask is looked at."""

AGAIN = 1.0
"""Seconds until the next try, where this process or its host lacks what a connection takes."""

FULL, RELUCTANCE = 1 << 32, 0.1
"""More than any count of connections: who says so would refuse one more. And the seconds for somebody who would not."""


class Accepting:
    """`start`, `stop`. `factory` makes the protocol of a connection; `load`: how many connections there are, or
    FULL."""

    def __init__(
        self,
        factory: Callable[[], asyncio.Protocol],
        sock: socket.socket,
        turns: Turns,
        load: Callable[[], int],
    ) -> None:
        self._factory, self._sock, self._turns, self._load = factory, sock, turns, load
        self._loop = asyncio.get_running_loop()
        self._later: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._turns.is_mine(self._load())
        self._loop.add_reader(self._sock.fileno(), self._readable)

    def stop(self) -> None:
        """The socket is closed here; others go on. May be said twice."""
        if self._sock.fileno() < 0:
            return
        self._turns.leave()
        if self._later is not None:
            self._later.cancel()
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()

    def _readable(self) -> None:
        """All that are there, while it is this process's turn, which each of them may end. One for each round of the
        loop would be too few: a round is long where many ask at once, as after a restart, when all dial anew."""
        for taken in range(BURST):
            load = self._load()
            if not self._turns.is_mine(load + len(self._tasks)):
                if not taken:  # else it is not known whether there is another
                    self._pause(PATIENCE if load < FULL else RELUCTANCE)
                return
            if not self._accept():
                return

    def _pause(self, seconds: float) -> None:
        self._loop.remove_reader(self._sock.fileno())
        self._later = self._loop.call_later(seconds, self._resume)

    def _resume(self) -> None:
        self._loop.add_reader(self._sock.fileno(), self._readable)
        self._accept()

    def _accept(self) -> bool:
        """Whether there was one."""
        try:
            connection, _ = self._sock.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return False  # somebody else has it
        except OSError as error:
            if error.errno not in OURS:
                raise
            log.error("no connection can be accepted for now: %s", error)
            self._pause(AGAIN)
            return False
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._take(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _take(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._factory, connection)
        except OSError:
            connection.close()  # it left meanwhile
