"""One client's connection, as callbacks: reads plain requests whole, answers one at a time, and gives the connection
away to aiohttp's server at the first request that is not plain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, cast

from wrp_router.errors import BodyTimeout, RouterError
from wrp_router.live.bodies import SMALL
from wrp_router.live.downstream import cut_off
from wrp_router.live.limits import LINGER
from wrp_router.live.lingering import Lingering
from wrp_router.live.preamble import Preamble
from wrp_router.live.seating import Handed
from wrp_router.live.visit import Visit

from .arriving import Arriving
from .downstream import LeanDownstream
from .head import HEAD_LIMIT, START, begins_well, could_become_one

if TYPE_CHECKING:
    from .door import Door

AHEAD_LIMIT = 64 * 1024
"""Bytes of next requests that are taken in while one is being answered; then reading pauses."""


class LeanConnection(asyncio.Protocol):
    """`idle_since` is the loop's time from which nothing was asked; 0 while something is."""

    __slots__ = (
        "_arriving", "_asked", "_door", "_drain", "_held", "_paused", "_seat", "_task", "_timer", "_transport",
        "idle_since", "memory", "must_drain",
    )  # fmt: skip

    def __init__(self, door: Door) -> None:
        self._door = door
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._held = b""
        self._arriving: Arriving | None = None
        self._seat: str | None = None
        self._asked: tuple[LeanDownstream, Visit, Preamble] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self._drain: asyncio.Future[None] | None = None
        self.must_drain = False
        self.idle_since = 0.0
        self.memory: tuple[object, bytes, Preamble] | None = None

    # What the event loop calls -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._seat = self._door.reception.seat(transport)
        if self._seat is None:
            return  # it was told, and is closing
        self._transport = cast(asyncio.Transport, transport)
        self._door.opened(self)
        self._wait(self._door.patience, self.close)

    def data_received(self, data: bytes) -> None:
        if self._task is not None:
            self._hold(data)
        elif self._arriving is not None:
            self._more(self._arriving, data)
        elif self._held:
            self._take(self._held + data, len(self._held))
        else:
            self._take(data, 0)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._stop_timer()
        self._door.closed(self)
        if self._seat is not None:
            self._door.reception.left(self._seat)
            self._seat = None
        if self._task is not None:
            self._task.cancel()
        if self._asked is not None:
            self._door.gateway.abandon(self._asked[1])
            self._asked = None

    def pause_writing(self) -> None:
        self.must_drain = True

    def resume_writing(self) -> None:
        self.must_drain = False
        if self._drain is not None and not self._drain.done():
            self._drain.set_result(None)

    # Reading -------------------------------------------------------------------------------------------------

    def _take(self, data: bytes, known: int) -> None:
        """All that came since the last request: begin the next, wait for more of it, or give the connection away. So
        many bytes of it are `known` to hold no end of a head."""
        self._held = b""
        self.idle_since = 0.0
        end = data.find(b"\r\n\r\n", known - 3 if known > 3 else 0)
        if end < 0 and could_become_one(data, known):
            self._held = data
            if self._timer is None:
                self._wait(self._door.patience, self.close)
            return
        found = self._door.recognise(self, data[:end]) if 0 < end <= HEAD_LIMIT and data.startswith(START) else None
        if found is None or not begins_well(data, end + 4 + found[1]):
            self._give_away(data)
            return
        self._stop_timer()
        preamble, length = found
        gateway = self._door.gateway
        client = LeanDownstream(self, closing=gateway.draining, unread=self._door.unread)
        visit = gateway.enter(client, preamble)
        self._asked = client, visit, preamble
        stop = end + 4 + length
        if length <= SMALL and len(data) >= stop:
            self._begin(data[end + 4 : stop], data[stop:])
            return
        now = self._door.loop.time()
        self._arriving = Arriving(length, self._door.pace, now, lambda count: visit.receive(count, gateway.bodies))
        self._wait(self._arriving.due - now, self._look_at_body)
        self._more(self._arriving, data[end + 4 :])

    def _more(self, arriving: Arriving, data: bytes) -> None:
        """More of a body that comes in pieces."""
        if not arriving.add(data, self._door.loop.time()):
            return
        if arriving.error is not None:
            self._refuse(arriving.error)
            return
        self._stop_timer()
        self._arriving = None
        self._begin(*arriving.parts())

    def _begin(self, body: bytes, surplus: bytes) -> None:
        if surplus:
            self._hold(surplus)
        self._task = self._door.loop.create_task(self._answer(body))

    def _hold(self, data: bytes) -> None:
        """What is sent while an answer is under way is the next request; a little of it is taken in."""
        self._held += data
        if len(self._held) > AHEAD_LIMIT and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def _give_away(self, data: bytes) -> None:
        """aiohttp's server reads on, from the first byte of this request."""
        left = self._timer.when() - self._door.loop.time() if self._timer is not None else self._door.patience
        self._stop_timer()
        transport, seat = self._transport, self._seat
        assert transport is not None
        assert seat is not None
        self._door.closed(self)
        handler = self._door.elsewhere(Handed(seat, left))
        transport.set_protocol(handler)
        handler.connection_made(transport)
        handler.data_received(data)

    # Answering -----------------------------------------------------------------------------------------------

    async def _answer(self, body: bytes) -> None:
        client, visit, preamble = self._taken()
        try:
            await self._door.gateway.serve(visit, preamble, body)
        except ConnectionError:
            pass  # the client left while it was told
        finally:
            self._task = None
            self._next(client)

    def _taken(self) -> tuple[LeanDownstream, Visit, Preamble]:
        """The request that is answered from here on. One that nobody took ends with its connection."""
        asked, self._asked = self._asked, None
        assert asked is not None
        return asked

    def _next(self, client: LeanDownstream) -> None:
        transport = self._transport
        if transport is None:
            return
        if transport.is_closing() or not client.ended:
            self.close()
        elif client.closing:
            self._say_goodbye(transport)
        else:
            if self._paused:
                self._paused = False
                transport.resume_reading()
            if self._held:
                self._take(self._held, 0)
            else:
                self.idle_since = self._door.loop.time()

    def _look_at_body(self) -> None:
        """Whether it comes too slowly."""
        left = self._arriving.due - self._door.loop.time() if self._arriving is not None else 0.0
        if left > 0.0:
            self._wait(left, self._look_at_body)
        else:
            self._refuse(BodyTimeout(self._door.pace.said))

    def _refuse(self, error: RouterError) -> None:
        """What has come of the body is let go."""
        self._stop_timer()
        self._arriving = None
        self._task = self._door.loop.create_task(self._refused(error))

    async def _refused(self, error: RouterError) -> None:
        client, visit, _ = self._taken()
        client.hang_up()
        try:
            await self._door.gateway.refuse(visit, error)
        except ConnectionError:
            pass  # it left, too
        finally:
            self._task = None
            self._next(client)

    def _say_goodbye(self, transport: asyncio.Transport) -> None:
        """The last answer is written. What still comes is read and dropped for a while, or it could be lost."""
        self._held = b""
        if self._paused:
            transport.resume_reading()
        transport.set_protocol(Lingering(self))
        transport.write_eof()
        self._wait(LINGER, self.close)

    # What its answer and its door use -------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Raises ConnectionResetError where the client is gone."""
        transport = self._transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client left")
        transport.write(data)

    async def drained(self) -> None:
        """Until the client has read most of it. Raises ConnectionResetError where it left, or reads nothing at all."""
        if self._transport is None:
            raise ConnectionResetError("the client left")
        self._drain = self._door.loop.create_future()
        self._look(self.unsent + 1)
        try:
            await self._drain
        finally:
            self._drain = None
            self._stop_timer()

    def _look(self, before: int) -> None:
        if self.unsent < before:
            self._wait(self._door.unread, partial(self._look, self.unsent))
        else:
            self.reset()

    def reset(self) -> None:
        if self._transport is not None:
            cut_off(self._transport)

    def close(self) -> None:
        """What was written still goes out."""
        if self._transport is not None:
            self.idle_since = self._door.loop.time()
            self._transport.close()

    def expire(self) -> None:
        """It was idle, or closing, for too long: end it. One that never reads its last answer would never close."""
        if self._transport is not None and self._transport.is_closing():
            self.reset()
        else:
            self.close()

    @property
    def unsent(self) -> int:
        """Bytes that wait for the client to read."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    @property
    def task(self) -> asyncio.Task[None] | None:
        """What answers now."""
        return self._task

    @property
    def busy(self) -> bool:
        """Whether a request is here, or on its way with its head here."""
        return self._task is not None or self._asked is not None

    def _wait(self, seconds: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self._door.loop.call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
