"""The client's side of one request, as the driver sees it, and its implementation on aiohttp.

The seam is narrow on purpose: a thinner server protocol can take its place without a change elsewhere.
"""

from __future__ import annotations

from typing import Protocol

from aiohttp import web
from multidict import CIMultiDict

Headers = list[tuple[str, str]]


class Downstream(Protocol):
    """Either `respond`, or `start`, then `write`s, then `end`. `abort` cuts the connection at any point.

    Writing to a client that is gone raises ConnectionError.
    """

    @property
    def started(self) -> bool: ...

    async def respond(self, status: int, headers: Headers, body: bytes) -> None: ...

    async def start(self, status: int, headers: Headers) -> None: ...

    async def write(self, data: bytes) -> None: ...

    async def end(self) -> None: ...

    def abort(self) -> None: ...


class AiohttpDownstream:
    """Answers through one aiohttp request; `response` is what the handler must return."""

    __slots__ = ("_closing", "_request", "response")

    def __init__(self, request: web.BaseRequest, *, closing: bool) -> None:
        self._request = request
        self._closing = closing
        self.response: web.StreamResponse | None = None

    @property
    def started(self) -> bool:
        return self.response is not None

    async def respond(self, status: int, headers: Headers, body: bytes) -> None:
        await self.give(web.Response(status=status, body=body, headers=CIMultiDict(headers)))

    async def give(self, response: web.StreamResponse) -> None:
        """Answer with a whole response that was made elsewhere."""
        if self._closing:
            response.force_close()
        self.response = response
        await response.prepare(self._request)
        await response.write_eof()

    async def start(self, status: int, headers: Headers) -> None:
        response = web.StreamResponse(status=status, headers=CIMultiDict(headers))
        if self._request.version >= (1, 1):
            response.enable_chunked_encoding()
        else:
            response.force_close()  # HTTP/1.0 has no chunks: the end of the connection ends the body
        if self._closing:
            response.force_close()
        self.response = response
        await response.prepare(self._request)

    async def write(self, data: bytes) -> None:
        assert self.response is not None
        await self.response.write(data)

    async def end(self) -> None:
        assert self.response is not None
        await self.response.write_eof()

    def abort(self) -> None:
        transport = self._request.transport
        if transport is not None:
            transport.abort()
