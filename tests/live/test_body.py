"""Reading bodies from a real connection."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from tests.live.raw import request
from tests.live.serving import Dial, serving
from wrp_router.errors import RouterError
from wrp_router.live.body import pieces_of, read_body
from wrp_router.live.pacing import Pace

LIMIT = 100
PACE = Pace(0.2, 0, 0.2)
BODY = {"a": 1}
CHUNKED = request(None).replace(b"content-length: 0", b"transfer-encoding: chunked")


async def read(request: web.BaseRequest) -> web.StreamResponse:
    """Tells what was read, or the error."""
    try:
        body = await read_body(request, LIMIT, PACE)
    except RouterError as error:
        response = web.Response(status=error.status, text=error.code)
        response.force_close()
        return response
    return web.Response(body=body)


async def told(dial: Dial, *pieces: bytes) -> tuple[int, bytes]:
    """Status and body of the answer; the pieces are sent one by one."""
    raw = await dial()
    for piece in pieces:
        await raw.send(piece)
        await asyncio.sleep(0.02)  # so that they come one by one
    status, _, body = await raw.answer()
    return status, body


async def test_bodies_in_one_piece_and_in_many():
    """By length, in chunks, or none."""
    whole = request(BODY)
    async with serving(read) as dial:
        assert await told(dial, whole) == (200, b'{"a": 1}')
        assert await told(dial, whole[:-8], whole[-8:-3], whole[-3:]) == (200, b'{"a": 1}')
        assert await told(dial, CHUNKED + b"2\r\n{}\r\n", b"1\r\n \r\n0\r\n\r\n") == (200, b"{} ")
        assert await told(dial, request(None, method="GET")) == (200, b"")


TOO_MUCH = json.dumps("a" * LIMIT).encode()
REFUSED = {
    "a length over the limit": ([request("a" * LIMIT)], 413, b"request_too_large"),
    "chunks over the limit": ([CHUNKED + b"66\r\n" + TOO_MUCH + b"\r\n0\r\n\r\n"], 413, b"request_too_large"),
    "chunks over the limit, in time": (
        [CHUNKED + b"2\r\nab\r\n", b"66\r\n" + TOO_MUCH],
        413,
        b"request_too_large",
    ),
    "gzip": ([request(BODY, content_encoding="gzip")], 415, b"unsupported_media_type"),
    "silence": ([request(BODY)[:-3]], 408, b"request_timeout"),
    "broken chunks": ([CHUNKED + b"2\r\n{}\r\n", b"zz\r\n"], 400, b"malformed_http"),
}


@pytest.mark.parametrize(("pieces", "status", "code"), REFUSED.values(), ids=REFUSED)
async def test_refusals(pieces: list[bytes], status: int, code: bytes):
    """Too much, not in time, encoded, or broken."""
    async with serving(read) as dial:
        assert await told(dial, *pieces) == (status, code)


async def test_an_encoding_that_is_none():
    """`identity` says nothing."""
    async with serving(read) as dial:
        assert (await told(dial, request(BODY, content_encoding=" Identity")))[0] == 200


async def test_who_waits_to_be_asked():
    """100 Continue before the body; not where it has come already."""
    asking = request(BODY, expect="100-Continue")
    async with serving(read) as dial:
        raw = await dial()
        await raw.send(asking[:-8])
        assert await raw.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await raw.send(asking[-8:])
        assert (await raw.answer())[0] == 200
        assert (await told(dial, asking))[0] == 200


async def read_on(request: web.BaseRequest) -> web.StreamResponse:
    """The same, for a body of any length."""
    try:
        body = b"".join([piece async for piece in pieces_of(request, 0.2)])
    except RouterError as error:
        response = web.Response(status=error.status, text=error.code)
        response.force_close()
        return response
    return web.Response(body=body)


async def test_bodies_of_any_length():
    """They may be longer than others, and take longer, as long as something comes."""
    long = request("a" * 300_000)
    async with serving(read_on) as dial:
        assert await told(dial, long[:90], long[90:200_000], long[200_000:]) == (200, b'"%b"' % (b"a" * 300_000))
        assert await told(dial, CHUNKED, *[b"1\r\na\r\n"] * 12, b"0\r\n\r\n") == (200, b"a" * 12)
        assert await told(dial, CHUNKED, b"1\r\na\r\n") == (408, b"request_timeout")
        assert (await told(dial, request(BODY, content_encoding="gzip")))[0] == 415
        assert await told(dial, CHUNKED, b"x\r\n") == (400, b"malformed_http")
        assert (await told(dial, request(None)))[1] == b""


async def test_a_long_body_may_be_invited():
    """As curl wants it."""
    whole = request(BODY, expect="100-continue")
    async with serving(read_on) as dial:
        raw = await dial()
        await raw.send(whole[:-8])
        assert b"100 Continue" in await raw.until(b"\r\n\r\n")
        await raw.send(whole[-8:])
        assert (await raw.answer())[2] == b'{"a": 1}'
