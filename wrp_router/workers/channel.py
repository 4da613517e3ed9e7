"""One end of the socket between supervisor and worker. Bounded: who does not read is told less."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from .messages import Frames, ToSupervisor, ToWorker, framed

log = logging.getLogger(__name__)

WAITING = 128 << 20
"""Bytes that may wait to be read by the other end; what comes then is not sent. What 32 workers counted before 4,000
pools goes through in one go."""

M = TypeVar("M")


class Channel(asyncio.Protocol, Generic[M]):
    """`heard` is called with each message, `lost` once, when the other end is gone or sends what is no message."""

    def __init__(self, frames: Frames[M], heard: Callable[[M], object], lost: Callable[[], object]) -> None:
        self._frames, self._heard, self._lost = frames, heard, lost
        self._transport: asyncio.Transport | None = None

    async def open(self, sock: socket.socket) -> None:
        """From here on it is heard."""
        sock.setblocking(False)
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=sock)

    def send(self, message: ToWorker | ToSupervisor) -> bool:
        """False where it was not sent: the other end is gone, reads too little, or it is too long."""
        transport = self._transport
        if transport is None or transport.is_closing() or transport.get_write_buffer_size() > WAITING:
            return False
        try:
            transport.write(framed(message))
        except ValueError as error:
            log.error("not told: %s", error)
            return False
        return True

    def close(self) -> None:
        """What was sent still goes out."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._frames.feed(data):
                self._heard(message)
        except ValueError as error:  # of msgspec, too
            log.error("what came from the other end is no message: %s", error)
            if self._transport is not None:
                self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._lost()
