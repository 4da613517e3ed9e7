"""One connection of a fake engine: bytes to requests, requests to tasks, and the moment at which the client left. What
is answered is none of its business."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Awaitable
from typing import Protocol, cast

from .http1 import Malformed, Parser, Request, head

if sys.platform != "win32":
    import fcntl
    import termios

_POLL = 0.0005  # seconds


class Host(Protocol):
    """What a connection needs of its engine. `serve` answers one request and says whether the connection stays."""

    keep_alive: float

    def opened(self, connection: Connection) -> int: ...

    def closed(self, connection: Connection) -> None: ...

    def serve(self, connection: Connection, request: Request) -> Awaitable[bool]: ...


class Connection(asyncio.Protocol):
    """Serves one request after the other. A client that half-closes has left, as for every engine behind uvicorn."""

    def __init__(self, host: Host) -> None:
        self.id = 0
        self.left_at: float | None = None
        self._host = host
        self._parser = Parser()
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None] | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._room: asyncio.Future[None] | None = None  # while the write buffer is full
        self._ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.id = self._host.opened(self)

    def data_received(self, data: bytes) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        try:
            self._parser.feed(data)
            if self._task is None:
                self._next()
        except Malformed as wrong:
            if self._task is None:
                self._refuse(wrong)
            else:
                self.reset()

    def eof_received(self) -> None:
        self._leave()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._ended = True
        if self._idle is not None:
            self._idle.cancel()
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._host.closed(self)

    def pause_writing(self) -> None:
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    def write(self, data: bytes | bytearray) -> None:
        if not self._ended:
            self._transport.write(data)

    async def drain(self) -> None:
        """Wait for room in the write buffer."""
        if self._room is not None:
            await self._room

    async def flush(self) -> None:
        """Wait until the other side's kernel has all that was written: a reset throws away what is still here."""
        self._transport.set_write_buffer_limits(high=0)
        await self.drain()
        while not self._ended and _unsent(self._transport.get_extra_info("socket")):  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(_POLL)

    def close(self) -> None:
        """FIN, after what was written."""
        self._transport.close()

    def reset(self) -> None:
        """RST, and what was written may be lost: `flush` first."""
        sock = cast("socket.socket | None", self._transport.get_extra_info("socket"))
        if sock is not None and not self._ended:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def abort(self) -> None:
        """End at once, without a word."""
        self._transport.abort()

    async def stop(self) -> None:
        """End whatever goes on here, at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self.abort()

    def _next(self) -> None:
        request = self._parser.next()
        if request is not None:
            self._task = asyncio.get_running_loop().create_task(self._serve(request))
            self._task.add_done_callback(self._served)
        elif self._parser.continues:
            self._parser.continues = False
            self.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        elif self._parser.idle:
            self._idle = asyncio.get_running_loop().call_later(self._host.keep_alive, self.close)

    async def _serve(self, request: Request) -> None:
        stays = await self._host.serve(self, request)
        if not (stays and request.keep_alive):
            self.close()

    def _served(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if task.cancelled() or self._ended or self._transport.is_closing():
            return
        if task.exception() is not None:
            told = {"message": "a fake engine failed", "exception": task.exception(), "transport": self._transport}
            asyncio.get_running_loop().call_exception_handler(told)
            self.reset()
            return
        try:
            self._next()
        except Malformed as wrong:
            self._refuse(wrong)

    def _refuse(self, wrong: Malformed) -> None:
        body = wrong.message.encode()
        headers = (("content-type", "text/plain"), ("content-length", str(len(body))), ("connection", "close"))
        self.write(head(wrong.status, headers) + body)
        self.close()

    def _leave(self) -> None:
        if self.left_at is None:
            self.left_at = time.monotonic()
        if self._task is not None:
            # not at once: a task cancelled before its first step never says what became of the request
            asyncio.get_running_loop().call_soon(self._task.cancel)


def _unsent(sock: socket.socket) -> int:
    """Bytes in the kernel that the other side has not acknowledged; 0 where the kernel does not tell."""
    if sys.platform == "win32":
        return 0
    answer = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    return cast(int, struct.unpack("i", answer)[0])
