"""What the server itself answers, and when it loses patience."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import cast

import pytest
from aiohttp import web
from aiohttp.web_protocol import RequestPayloadError

from tests.live.raw import request
from tests.live.scene import until
from tests.live.serving import serving
from wrp_router.live.downstream import Written
from wrp_router.live.places import Places
from wrp_router.live.seating import Reception
from wrp_router.live.server import FIELD_LIMIT, HEADERS_LIMIT, LINE_LIMIT, StrictHandler


async def fine(request: web.BaseRequest) -> web.StreamResponse:
    """Answers everything, once its body is there."""
    return web.Response(text=f"{len(await request.read())}")


async def failing(request: web.BaseRequest) -> web.StreamResponse:
    """A mistake."""
    raise LookupError("the secret")


BROKEN = {
    "garbage": (b"\x00\x01\r\n\r\n", 400, "malformed_http"),
    "NUL": (request(None, x="a\x00b"), 400, "malformed_http"),
    "a long line": (request(None, "/" + "a" * LINE_LIMIT), 431, "headers_too_large"),
    "a long header": (request(None, x="a" * (FIELD_LIMIT + 9)), 431, "headers_too_large"),
    "many headers": (
        request(None, **{f"x{at}": "y" for at in range(HEADERS_LIMIT)}),
        431,
        "headers_too_large",
    ),
}


@pytest.mark.parametrize(("sent", "status", "code"), BROKEN.values(), ids=BROKEN)
async def test_what_is_no_request(caplog: pytest.LogCaptureFixture, sent: bytes, status: int, code: str):
    """JSON, and the end of the connection; nothing is logged."""
    async with serving(fine) as dial:
        raw = await dial()
        await raw.send(sent)
        answered, headers, body = await raw.answer()
        assert await raw.rest() == b""
    assert (answered, json.loads(body)["error"]["code"]) == (status, code)
    assert headers["content-type"] == "application/json"
    assert not caplog.records


async def test_a_handler_that_fails(caplog: pytest.LogCaptureFixture):
    """500 without a reason; the log names the kind of mistake and not what it was about."""
    async with serving(failing) as dial:
        raw = await dial()
        await raw.send(request(None))
        status, _, body = await raw.answer()
    assert (status, json.loads(body)["error"]["code"]) == (500, "internal_error")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "handler failed: LookupError"
    ]
    assert "secret" not in caplog.text + body.decode()


async def test_a_client_that_left_just_now(caplog: pytest.LogCaptureFixture):
    """Whoever writes to it hears of that, and it is nobody's mistake."""

    async def unheard(request: web.BaseRequest) -> web.StreamResponse:
        raise ConnectionResetError("the client left before it was answered")

    async with serving(unheard) as dial:
        raw = await dial()
        await raw.send(request(None))
        await raw.answer()
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.fault("B1")
@pytest.mark.parametrize("sent", [b"", b"\r\n", b"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nx: "], ids=len)
async def test_connections_that_bring_no_request(sent: bytes):
    """They are closed when the patience for a first head is over."""
    async with serving(fine, head=0.05) as dial:
        raw = await dial()
        await raw.send(sent)
        assert await raw.rest(within=2) == b""


async def test_connections_that_brought_one():
    """They may be silent for longer."""
    async with serving(fine, head=0.05) as dial:
        raw, idle = await dial(), await dial()
        await raw.send(request(None))
        assert (await raw.answer())[0] == 200
        assert await idle.rest(within=2) == b""
        await raw.send(request(None))
        assert (await raw.answer())[0] == 200


async def test_a_body_that_breaks_while_it_is_read():
    """Its reader hears of it; so does who reads it later."""
    heard: list[str] = []

    async def reading(request: web.BaseRequest) -> web.StreamResponse:
        response = web.Response()
        try:
            await request.content.read()
        except RequestPayloadError as error:
            heard.append(str(error))
            response.force_close()
        return response

    head = request(None).replace(b"content-length: 0", b"transfer-encoding: chunked")
    async with serving(reading) as dial:
        raw, other = await dial(), await dial()
        await raw.send(head + b"2\r\nab\r\n")
        await other.send(request(None) + head + b"2\r\nab\r\n")
        assert (await other.answer())[0] == 200
        await raw.send(b"zz\r\n")
        await other.send(b"zz\r\n")
        await until(lambda: len(heard) == 2)
        assert (await raw.answer())[0] == (await other.answer())[0] == 200
    assert heard == ["its framing is broken"] * 2


async def test_a_body_in_pieces_is_no_next_head():
    """What comes of it before aiohttp has begun with its request starts no clock: the answer may take longer than a
    head may."""
    head = 0.1

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        size = len(await request.read())
        await asyncio.sleep(5 * head)
        return web.Response(text=f"{size}")

    made: list[StrictHandler] = []
    async with serving(slow, head=head, made=made) as dial:
        raw = await dial()
        await raw.send(request(None))
        assert (await raw.answer())[2] == b"0"
        opening = request(None).replace(b"content-length: 0", b"transfer-encoding: chunked")
        for piece in (opening, *[b"1\r\na\r\n"] * 20, b"0\r\n\r\n"):
            made[0].data_received(piece)
            await asyncio.sleep(0)  # one turn of the loop: aiohttp has taken the request, and its handler has not begun
        assert (await raw.answer())[2] == b"20"


LARGE = 8 << 20
"""Bytes that no kernel takes for a client that does not read them."""


async def pouring(request: web.BaseRequest) -> web.StreamResponse:
    """Writes a lot, and does not wait until it is read; then nothing follows."""
    assert request.transport is not None
    request.transport.write(b"a" * LARGE)
    written = Written()
    written.keep_alive = "stays" in request.path
    return cast(web.StreamResponse, written)


@pytest.mark.fault("R14")
@pytest.mark.parametrize("path", ["/leaves", "/stays"])
async def test_a_last_answer_that_nobody_reads(path: str):
    """Its place is free again when the patience for that is over: after the last answer, and after a silence."""
    reception, made = Reception(Places(3)), list[StrictHandler]()
    async with serving(pouring, reception, made, unread=0.1, keep_alive=0.1) as dial:
        raw = await dial()
        await raw.send(request(None, path))
        await until(lambda: made)
        await until(lambda: reception.places.open == 0)
        assert (await raw.rest()).endswith(b"RESET")


@pytest.mark.fault("R14")
async def test_a_shutdown_before_those_who_do_not_read():
    """They have a moment; then nobody is left, however long they may else not read."""
    reception, made = Reception(Places(3)), list[StrictHandler]()
    async with serving(pouring, reception, made, unread=3600.0) as dial:
        raw = await dial()
        await raw.send(request(None, "/stays"))
        await until(lambda: made and made[0].unsent)
        await made[0]._manager.shutdown(0.1)
        await until(lambda: reception.places.open == 0)
