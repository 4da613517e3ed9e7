"""Read a request's body: bounded, identity-encoded, in time. aiohttp's own readers answer 500 to bad input."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from aiohttp import StreamReader, web
from aiohttp.web_protocol import RequestPayloadError

from wrp_router.errors import BodyTimeout, TooLarge, Unsupported

from .head import Malformed
from .pacing import Pace

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
"""To a client that waits for it before it sends its body (RFC 9110 10.1.1); curl and .NET do so for long ones."""


async def read_body(
    request: web.BaseRequest, limit: int, pace: Pace, received: Callable[[int], object] = lambda count: None
) -> bytes:
    """The whole body; `received` hears of so many bytes more, and may raise. Raises TooLarge before reading where
    Content-Length says so, Unsupported for an encoded body (a gzip bomb costs a second of CPU to refuse otherwise),
    BodyTimeout where it comes too slowly, Malformed for broken framing."""
    _refuse_encoded(request)
    length = request.content_length
    if length is not None and length > limit:
        raise _too_large(limit)
    content = request.content
    try:
        if content.is_eof():
            whole = _bounded(content.read_nowait(-1), limit)
            received(len(whole))
            return whole
        _invite(request)
        return await _read_slowly(content, limit, pace, received)
    except RequestPayloadError as error:
        raise Malformed(f"The body cannot be read: {error}.") from None


async def pieces_of(request: web.BaseRequest, patience: float) -> AsyncIterator[bytes]:
    """A body of any length, as it comes. Raises Unsupported for an encoded one, BodyTimeout where nothing comes for
    `patience` seconds, Malformed for broken framing."""
    _refuse_encoded(request)
    _invite(request)
    content = request.content
    try:
        while True:
            async with asyncio.timeout(patience):
                piece = await content.readany()
            if not piece:
                return
            yield piece
    except TimeoutError:
        raise BodyTimeout(f"Nothing of the body arrived for {patience:g} s.") from None
    except RequestPayloadError as error:
        raise Malformed(f"The body cannot be read: {error}.") from None


def _refuse_encoded(request: web.BaseRequest) -> None:
    encoding = request.headers.get("Content-Encoding")
    if encoding is not None and encoding.strip().lower() != "identity":
        error = Unsupported(f"Content-Encoding {encoding[:40]!r} is not read here; send the body as it is.")
        error.accepts = "identity"
        raise error


def _invite(request: web.BaseRequest) -> None:
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(CONTINUE)


async def _read_slowly(content: StreamReader, limit: int, pace: Pace, received: Callable[[int], object]) -> bytes:
    chunks: list[bytes] = []
    size, clock = 0, asyncio.get_running_loop().time
    began = clock()
    try:
        async with asyncio.timeout_at(pace.due(began, began, 0)) as patience:
            while chunk := await content.readany():
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                received(len(chunk))
                chunks.append(chunk)
                patience.reschedule(pace.due(began, clock(), size))
    except TimeoutError:
        raise BodyTimeout(pace.said) from None
    return b"".join(chunks)


def _bounded(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise _too_large(limit)
    return data


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is over {limit} bytes.")
