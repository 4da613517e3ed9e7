"""aiohttp's low-level server with our bounds, and our answer to requests that are not HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestHandler

from wrp_router.errors import BadRequest, RouterError
from wrp_router.wire import errors as wire_errors

KEEP_ALIVE = 75.0
LINGER = 2.0
HEADERS_LIMIT = 128
FIELD_LIMIT = 16 * 1024
LINE_LIMIT = 8190

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class HeadersTooLarge(RouterError):
    """The request's headers are over a bound."""

    status, kind, code = 431, "invalid_request_error", "headers_too_large"


class StrictHandler(RequestHandler):
    """Answers malformed HTTP in JSON. aiohttp's own answer echoes the offending line, keys included, to the client and
    into the log."""

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        error: RouterError
        if status == 400:
            too_long = isinstance(exc, HttpProcessingError) and exc.code == 431
            error = (
                HeadersTooLarge("A header or the request line is too long.")
                if too_long
                else BadRequest("This is not a well-formed HTTP/1.1 request.", code="malformed_http")
            )
        else:
            log.error("handler failed: %s", type(exc).__name__)
            error = RouterError("The router made a mistake; its log names it.")
        response = web.Response(
            status=error.status, body=wire_errors.body_of("chat", error, ""), content_type="application/json"
        )
        response.force_close()
        return response


class StrictServer(web.Server):
    """Cancels a handler when its client leaves, streaming or not."""

    def __init__(self, handler: Handler) -> None:
        super().__init__(handler, handler_cancellation=True)

    def __call__(self) -> RequestHandler:
        return StrictHandler(
            self,
            loop=asyncio.get_running_loop(),
            keepalive_timeout=KEEP_ALIVE,
            lingering_time=LINGER,
            max_line_size=LINE_LIMIT,
            max_field_size=FIELD_LIMIT,
            max_headers=HEADERS_LIMIT,
            access_log=None,  # type: ignore[arg-type]  # aiohttp takes None for no access log, and types it as Logger
            auto_decompress=False,
        )
