"""aiohttp's low-level server with our bounds, and our answer to requests that are not HTTP."""

from __future__ import annotations

import asyncio
import logging
import math
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from wrp_router.config.clients import Clients
from wrp_router.errors import BadRequest, RouterError
from wrp_router.wire import errors as wire_errors

from .accepting import FULL
from .downstream import cut_off
from .head import HeadersTooLarge
from .lean import Door
from .limits import FIELD_LIMIT, HEADERS_LIMIT, LINE_LIMIT, LINGER
from .places import Places
from .seating import Handed, Reception
from .turning_away import TurningAway
from .vitals import Vitals

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

CLIENTS = Clients()

TICK = 0.05
"""Seconds between two looks at what is not sent yet, in a shutdown."""

log = logging.getLogger(__name__)


class StrictHandler(RequestHandler):
    """Answers malformed HTTP in JSON. aiohttp's own answer echoes the offending line, keys included, to the client and
    into the log."""

    __slots__ = ("_alarm", "_client", "_clients", "_end", "_handed", "_malformed", "_reception", "_seat")

    def __init__(
        self,
        server: web.Server,
        clients: Clients,
        reception: Reception,
        handed: Handed | None,
        malformed: Callable[[int], None],
        **options: Any,
    ) -> None:
        """`malformed` is told the status that something got which is no request."""
        super().__init__(server, **options)
        self._clients, self._reception, self._handed, self._malformed = clients, reception, handed, malformed
        self._client: asyncio.Transport | None = None
        self._end: asyncio.TimerHandle | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._seat: str | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        handed = self._handed
        self._seat = self._reception.seat(transport) if handed is None else handed.seat
        if self._seat is None:
            return  # it was told, and is closing
        self._client = cast(asyncio.Transport, transport)
        super().connection_made(transport)
        self._await_head(self._clients.head if handed is None else handed.left)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._seat is None:
            return
        self._stop_alarm()
        if self._end is not None:
            self._end.cancel()
        self._reception.left(self._seat)
        super().connection_lost(exc)

    async def start(self) -> None:
        """As aiohttp does; but to close a connection is to wait until all is sent, which ends with a client's patience
        for one that does not read."""
        try:
            await super().start()
        finally:
            if self.unsent:
                self._end = self._loop.call_later(self._clients.unread, self.cut_off)

    @property
    def unsent(self) -> int:
        """Bytes that were written and that the kernel did not take yet."""
        return self._client.get_write_buffer_size() if self._client is not None else 0

    def cut_off(self) -> None:
        """Whatever is not sent yet."""
        if self._client is not None:
            cut_off(self._client)

    def _await_head(self, seconds: float) -> None:
        """From here on to the end of a head."""
        self._alarm = self._loop.call_later(seconds, self.force_close)

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def data_received(self, data: bytes) -> None:
        """As aiohttp does; but a head has its time, and a body whose framing breaks ends there, where aiohttp lets its
        reader wait for ever. aiohttp waits for a next request only while nothing is left of the one before: more of its
        body is no head."""
        idle = self._alarm is None and self._waiter is not None and not self._messages
        super().data_received(data)
        if self._messages:
            self._stop_alarm()
        elif idle:
            self._await_head(self._clients.head)  # something of the next request is here, and not all of its head
        if self._messages and not isinstance(self._messages[-1][0], RawRequestMessage):  # the parser gave up
            reading = self._current_request
            payloads = [payload for _, payload in self._messages]
            for payload in payloads if reading is None else [reading.content, *payloads]:
                if not payload.is_eof():
                    payload.set_exception(RequestPayloadError("its framing is broken"))
                    payload.feed_eof()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        error: RouterError
        if status == 400:
            error = (
                HeadersTooLarge("The request line or a header is too long, or there are too many headers.")
                if _too_large(exc)
                else BadRequest("This is not a well-formed HTTP/1.1 request.", code="malformed_http")
            )
        else:
            if not isinstance(exc, ConnectionError):  # that is a client that left just when it was answered
                log.error("handler failed: %s", type(exc).__name__)
            error = RouterError("The router made a mistake; its log names it.")
        self._malformed(error.status)
        response = web.Response(
            status=error.status,
            body=wire_errors.body_of("chat", error, ""),
            content_type="application/json",
            headers={"server": "wrp"},
        )
        response.force_close()
        return response


def _too_large(exc: BaseException | None) -> bool:
    return isinstance(exc, LineTooLong) or (isinstance(exc, BadHttpMessage) and exc.message.startswith("Too many"))


class StrictServer(web.Server):
    """Cancels a handler when its client leaves, streaming or not. Clients get as much patience, and as many
    connections, as `clients` and `reception` say. With a `door`, connections come in there, and only what it does not
    take comes here. With `vitals`, requests on new ones are refused while the process is full. `malformed` is told what
    status something got that is no request."""

    def __init__(
        self,
        handler: Handler,
        clients: Clients = CLIENTS,
        reception: Reception | None = None,
        vitals: Vitals | None = None,
        malformed: Callable[[int], None] = lambda status: None,
    ) -> None:
        super().__init__(handler, handler_cancellation=True)
        self._malformed = malformed
        self._clients = clients
        self._vitals = vitals
        self.reception = reception or Reception(Places(sys.maxsize))
        self.door: Door | None = None

    def __call__(self) -> asyncio.Protocol:  # type: ignore[override]
        if self._vitals is not None and self._vitals.full():
            return TurningAway(self.reception, self.strict, self._vitals.turned_away)
        return self.strict() if self.door is None else self.door()

    @property
    def open(self) -> int:
        """Connections that clients have here now."""
        return len(self.connections) + (self.door.open if self.door is not None else 0)

    @property
    def load(self) -> int:
        """The same, for whoever shares new ones out; FULL where they would be refused."""
        return FULL if self._vitals is not None and self._vitals.full() else self.open

    def strict(self, handed: Handed | None = None) -> StrictHandler:
        """A connection that aiohttp reads: a new one, or one that was handed over."""
        return StrictHandler(
            self,
            self._clients,
            self.reception,
            handed,
            self._malformed,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=self._clients.keep_alive,
            lingering_time=LINGER,
            max_line_size=LINE_LIMIT,
            max_field_size=FIELD_LIMIT,
            max_headers=HEADERS_LIMIT,
            access_log=None,
            auto_decompress=False,
        )

    def pre_shutdown(self) -> None:
        super().pre_shutdown()
        if self.door is not None:
            self.door.leave_idle()

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the name is aiohttp's
        seconds = timeout or 0.0
        if self.door is not None:
            await self.door.shutdown(seconds)
        strict = [one for one in self.connections if isinstance(one, StrictHandler)]
        await super().shutdown(timeout)
        await _sent(strict, seconds)


async def _sent(connections: Sequence[StrictHandler], seconds: float) -> None:
    """Until their clients have all that was written for them; who has not by then is cut off."""
    for _ in range(math.ceil(seconds / TICK)):
        if not any(one.unsent for one in connections):
            return
        await asyncio.sleep(TICK)
    for one in connections:
        if one.unsent:
            one.cut_off()
