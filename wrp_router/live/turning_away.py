"""A new connection where nothing new is let in: a request for an engine is refused unread, anything else is answered as
ever, since a router that is busy is not dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from wrp_router.flow.shedding import pressed

from .limits import LINGER
from .lingering import linger
from .refusing import last_words
from .seating import Handed, Reception

REQUEST, MESSAGES = b"POST /v1/", b"POST /v1/messages"


class TurningAway(asyncio.Protocol):
    """It takes a place of `reception`, as all do. `elsewhere` makes the protocol of what is no request for an engine;
    `count` hears of those that were refused. Who says nothing for two seconds is hung up on; who is refused has as long
    to read that."""

    __slots__ = ("_count", "_elsewhere", "_held", "_reception", "_seat", "_timer", "_transport")

    def __init__(
        self, reception: Reception, elsewhere: Callable[[Handed], asyncio.Protocol], count: Callable[[], None]
    ) -> None:
        self._reception = reception
        self._seat: str | None = None
        self._elsewhere = elsewhere
        self._count = count
        self._held = b""
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._seat = self._reception.seat(transport)
        if self._seat is None:
            return  # it was told, and is closing
        self._transport = cast(asyncio.Transport, transport)
        self._timer = asyncio.get_running_loop().call_later(LINGER, self._transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._seat is not None:
            self._reception.left(self._seat)
            self._seat = None

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._transport = None

    def data_received(self, data: bytes) -> None:
        if self._seat is None:
            return
        self._held += data
        if len(self._held) < len(MESSAGES) and MESSAGES.startswith(self._held):
            return
        transport = self._transport
        assert transport is not None
        if not self._held.startswith(REQUEST):
            self._stop()
            handler = self._elsewhere(Handed(self._seat, LINGER))
            transport.set_protocol(handler)
            handler.connection_made(transport)
            handler.data_received(self._held)
            return
        self._stop()
        self._count()
        transport.write(last_words("messages" if self._held.startswith(MESSAGES) else "chat", pressed()))
        self._timer = linger(transport, self)
