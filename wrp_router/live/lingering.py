"""The end of a connection whose client may still send: what comes is read and dropped. Nothing is answered any more."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from .limits import LINGER


def linger(transport: asyncio.Transport, former: asyncio.BaseProtocol) -> asyncio.TimerHandle:
    """Nothing more is written, and the client has two seconds to leave. `former` hears of the end, and has the timer to
    cancel then."""
    timer = asyncio.get_running_loop().call_later(LINGER, transport.close)
    transport.set_protocol(Lingering(former))
    with suppress(OSError):  # it has left already
        transport.write_eof()
    return timer


class Lingering(asyncio.Protocol):
    """Takes the place of `former`, and tells it when the connection is lost. A connection that is closed with bytes
    unread is reset, which can take its last answer along before the client has read it (RFC 9112 section 9.6)."""

    __slots__ = ("_former",)

    def __init__(self, former: asyncio.BaseProtocol) -> None:
        self._former = former

    def data_received(self, data: bytes) -> None:
        """Nobody needs it."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._former.connection_lost(exc)
