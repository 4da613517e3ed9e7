"""aiohttp's low-level server with our bounds, and our answer to requests that are not HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.http import RawRequestMessage
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from aiohttp.web_protocol import RequestHandler, RequestPayloadError

from wrp_router.errors import BadRequest, RouterError
from wrp_router.wire import errors as wire_errors

from .head import HeadersTooLarge
from .lean import Door
from .limits import FIELD_LIMIT, FIRST_HEAD, HEADERS_LIMIT, KEEP_ALIVE, LINE_LIMIT, LINGER

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class StrictHandler(RequestHandler):
    """Answers malformed HTTP in JSON. aiohttp's own answer echoes the offending line, keys included, to the client and
    into the log."""

    __slots__ = ("_alarm", "_patience")

    def __init__(self, server: web.Server, patience: float, **options: Any) -> None:
        super().__init__(server, **options)
        self._patience = patience

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._alarm = self._loop.call_later(self._patience, self._lose_patience)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._alarm.cancel()
        super().connection_lost(exc)

    def _lose_patience(self) -> None:
        if not self._request_count:
            self.force_close()

    def data_received(self, data: bytes) -> None:
        """As aiohttp does; but a body whose framing breaks ends there, where aiohttp lets its reader wait for ever."""
        super().data_received(data)
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
            log.error("handler failed: %s", type(exc).__name__)
            error = RouterError("The router made a mistake; its log names it.")
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
    """Cancels a handler when its client leaves, streaming or not. A new connection has `patience` seconds to bring its
    first request's head. With a `door`, connections come in there, and only what it does not take comes here."""

    def __init__(self, handler: Handler, patience: float = FIRST_HEAD) -> None:
        super().__init__(handler, handler_cancellation=True)
        self._patience = patience
        self.door: Door | None = None

    def __call__(self) -> asyncio.Protocol:  # type: ignore[override]
        return self.strict() if self.door is None else self.door()

    @property
    def open(self) -> int:
        """Connections that clients have here now."""
        return len(self.connections) + (self.door.open if self.door is not None else 0)

    def strict(self) -> StrictHandler:
        """A connection that aiohttp reads."""
        return StrictHandler(
            self,
            self._patience,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=KEEP_ALIVE,
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
        if self.door is not None:
            await self.door.shutdown(timeout or 0.0)
        await super().shutdown(timeout)
