"""The client's side of one request, as the driver sees it, and its implementation on aiohttp.

The seam is narrow on purpose: a thinner server protocol can take its place without a change elsewhere.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Protocol, cast

import msgspec
from aiohttp import HttpVersion11, web
from aiohttp.helpers import rfc822_formatted_time
from multidict import CIMultiDict

Headers = list[tuple[str, str]]

BANNER = "wrp"
"""All that is told of the software."""

SMALL = 64 * 1024
"""Bytes of an answer that is written without asking whether the client reads; about what the kernel takes anyway."""

UNREAD, SLOWEST = 60.0, 16 * 1024
"""Seconds that a client may not read, where nothing else is configured, and the bytes of a whole answer for which it
gets another one: whoever does not read may not hold a server for ever."""

REASONS = {status.value: status.phrase for status in HTTPStatus}
FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for zero seconds."""


def cut_off(transport: asyncio.BaseTransport) -> None:
    """By a reset: what was written and not read is gone, and a FIN would look like the proper end of a body without
    framing."""
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    cast(asyncio.Transport, transport).abort()


class Fixed(msgspec.Struct, frozen=True, gc=False):
    """Headers that many answers share: as pairs, and as the lines they are written as."""

    pairs: tuple[tuple[str, str], ...] = ()
    lines: str = ""


def fixed_of(headers: Headers) -> Fixed:
    """The same headers, written."""
    return Fixed(tuple(headers), "".join([f"{name}: {value}\r\n" for name, value in headers]))


Push = Callable[[bytes], bool]

Shared = tuple[Fixed, ...]
"""What an answer shares with others, part by part."""


def _with(shared: Shared, headers: Headers) -> Headers:
    return [pair for fixed in shared for pair in fixed.pairs] + headers


class Downstream(Protocol):
    """Either `respond`, or `start`, then `write`s, then `end` with the last of it. `abort` cuts the connection at any
    point.

    Writing to a client that is gone raises ConnectionError. `unread` are the seconds that it may not read, `unsent` the
    bytes that wait here until it does.
    """

    @property
    def unread(self) -> float: ...

    @property
    def unsent(self) -> int: ...

    @property
    def started(self) -> bool: ...

    async def respond(self, status: int, headers: Headers, body: bytes, shared: Shared = ()) -> None: ...

    async def start(self, status: int, headers: Headers, shared: Shared = ()) -> None: ...

    async def write(self, data: bytes) -> None: ...

    async def end(self, data: bytes = b"") -> None: ...

    @property
    def push(self) -> Push | None:
        """Writes at once, in place of `write`; None where that cannot be. False: wait `until_read` before the next."""

    async def until_read(self) -> None: ...

    def hang_up(self) -> None:
        """Make the answer the last of its connection."""

    def abort(self) -> None: ...


async def unless_unread(client: Downstream, writing: Awaitable[None], patience: float) -> None:
    """Writes; cuts off a client that took longer than `patience` seconds to read, and raises ConnectionResetError."""
    try:
        async with asyncio.timeout(patience):
            await writing
    except TimeoutError:
        client.abort()
        raise ConnectionResetError("the client does not read its answer") from None


class Written:
    """Stands for a response that is already with the client: all that aiohttp's server still asks of one."""

    keep_alive = True

    async def prepare(self, request: web.BaseRequest) -> None:
        """Nothing is left to prepare."""

    async def write_eof(self) -> None:
        """Nothing is left to write."""


WRITTEN = Written()


class AiohttpDownstream:
    """Answers through one aiohttp request; `response` is what the handler must return."""

    __slots__ = ("_closing", "_request", "response", "unread")

    push = None

    def __init__(self, request: web.BaseRequest, *, closing: bool, unread: float = UNREAD) -> None:
        self._request = request
        self._closing = closing
        self.unread = unread
        self.response: web.StreamResponse | None = None

    @property
    def started(self) -> bool:
        return self.response is not None

    @property
    def unsent(self) -> int:
        transport = self._request.transport
        return transport.get_write_buffer_size() if transport is not None else 0

    def hang_up(self) -> None:
        self._closing = True

    async def respond(self, status: int, headers: Headers, body: bytes, shared: Shared = ()) -> None:
        headers = _with(shared, headers)
        if len(body) <= SMALL and not self._closing and self._at_ease():
            self._write_at_once(status, headers, body)
        else:
            await self._give(web.Response(status=status, body=body, headers=CIMultiDict(headers)))

    def _at_ease(self) -> bool:
        """Whether the connection stays, and its client has read what it was sent: answers to one that asks on and on
        without reading must wait, or they pile up here."""
        request = self._request
        stays = bool(request.keep_alive) and request.version >= HttpVersion11  # in HTTP/1.0 the answer must say so
        return stays and not self.unsent and request.content.is_eof()

    def _write_at_once(self, status: int, headers: Headers, body: bytes) -> None:
        """A small answer on a connection that stays: head and body in one write, which saves half of what a response
        costs in aiohttp. What it writes, it writes in aiohttp's place."""
        transport = self._request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client left before it was answered")
        lines = [f"HTTP/1.1 {status} {REASONS.get(status, '')}\r\n"]
        lines += [f"{name}: {value}\r\n" for name, value in headers if name not in FRAMING]
        lines.append(f"content-length: {len(body)}\r\ndate: {rfc822_formatted_time()}\r\nserver: {BANNER}\r\n\r\n")
        self.response = cast(web.StreamResponse, WRITTEN)
        transport.write("".join(lines).encode("utf-8") + (b"" if self._request.method == "HEAD" else body))

    async def _give(self, response: web.Response) -> None:
        """By aiohttp. Before the request's body has come, the answer is the last of its connection, and says so: what
        still comes of that body is no next request."""
        if self._closing or not self._request.content.is_eof():
            response.force_close()
        response.headers["server"] = BANNER
        self.response = response
        body = response.body
        patience = self.unread + (len(body) if isinstance(body, bytes) else 0) / SLOWEST
        try:
            async with asyncio.timeout(patience):
                await response.prepare(self._request)
                await response.write_eof()
        except TimeoutError:
            self.abort()
            raise ConnectionResetError("the client does not read its answer") from None

    async def start(self, status: int, headers: Headers, shared: Shared = ()) -> None:
        response = web.StreamResponse(status=status, headers=CIMultiDict(_with(shared, headers)))
        if self._request.version >= (1, 1):
            response.enable_chunked_encoding()
        else:
            response.force_close()  # HTTP/1.0 has no chunks: the end of the connection ends the body
        if self._closing:
            response.force_close()
        response.headers["server"] = BANNER
        self.response = response
        await response.prepare(self._request)

    async def write(self, data: bytes) -> None:
        assert self.response is not None
        await self.response.write(data)

    async def until_read(self) -> None:
        """Every `write` waits for that."""

    async def end(self, data: bytes = b"") -> None:
        assert self.response is not None
        if data:
            await self.response.write(data)
        await self.response.write_eof()

    def abort(self) -> None:
        transport = self._request.transport
        if transport is not None:
            cut_off(transport)
