"""Answers on real connections: at once or as streams, on connections that stay or end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web

from tests.live.raw import Raw, request
from tests.live.scene import until
from tests.live.serving import Dial, serving
from wrp_router.live.downstream import SMALL, AiohttpDownstream

Act = Callable[[AiohttpDownstream], Awaitable[None]]
HEADERS = [("content-type", "text/plain"), ("x-some", "größe"), ("connection", "close"), ("content-length", "1")]


def acting(act: Act, closing: bool = False) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    """A handler that answers by this."""

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        client = AiohttpDownstream(request, closing=closing)
        assert not client.started
        await act(client)
        assert client.started
        assert client.response is not None
        return client.response

    return handler


def responding(size: int, status: int = 200, hang_up: bool = False) -> Act:
    """Gives a whole answer of so many bytes."""

    async def act(client: AiohttpDownstream) -> None:
        if hang_up:
            client.hang_up()
        await client.respond(status, HEADERS[:2] if size > SMALL or hang_up else HEADERS, b"a" * size)

    return act


async def streaming(client: AiohttpDownstream) -> None:
    """Gives a stream of two pieces."""
    await client.start(200, HEADERS[:2])
    await client.write(b"ab")
    await client.write(b"c")
    await client.end()


async def ask(dial: Dial, **options: str) -> Raw:
    """A connection on which something was asked."""
    raw = await dial()
    await raw.send(request(None, **options))
    return raw


@pytest.mark.parametrize("size", [0, 1, SMALL, SMALL + 1, 3 * SMALL])
async def test_whole_answers(size: int):
    """Small or large, the connection stays; framing is the router's own."""
    async with serving(acting(responding(size))) as dial:
        raw = await ask(dial)
        for _ in range(2):
            status, headers, body = await raw.answer()
            assert (status, body, headers["content-length"]) == (200, b"a" * size, str(size))
            assert headers["x-some"].encode("latin-1").decode() == "größe"
            assert headers.get("connection") is None
            await raw.send(request(None))


@pytest.mark.parametrize("size", [1, SMALL + 1])
async def test_head(size: int):
    """The length, and no body: the next answer follows at once."""
    async with serving(acting(responding(size))) as dial:
        raw = await ask(dial, method="HEAD")
        assert f"content-length: {size}" in (await raw.until(b"\r\n\r\n")).decode().lower()
        await raw.send(request(None))
        assert (await raw.answer())[2] == b"a" * size


@pytest.mark.parametrize("status", [200, 404, 529, 299])
async def test_statuses(status: int):
    """Also those that have no name."""
    async with serving(acting(responding(1, status))) as dial:
        assert (await (await ask(dial)).answer())[0] == status


async def test_the_last_answer_of_a_connection():
    """It says so, and the connection ends: in a drain, after `hang_up`, before the body came, and where it is asked."""
    handlers = [acting(responding(1), closing=True), acting(responding(1, hang_up=True)), acting(responding(1))]
    asked = [request(None), request(None), request({"a": 1})[:-3]]
    for handler, sent in zip(handlers, asked, strict=True):
        async with serving(handler) as dial:
            raw = await dial()
            await raw.send(sent)
            assert (await raw.answer())[1]["connection"] == "close"
            assert await raw.rest() == b""
    async with serving(handlers[-1]) as dial:
        raw = await ask(dial, connection="close")
        assert (await raw.rest()).endswith(b"\r\n\r\na")


@pytest.mark.parametrize("closing", [False, True])
async def test_streams(closing: bool):
    """In chunks; in HTTP/1.0, which has none, up to the end of the connection."""
    async with serving(acting(streaming, closing)) as dial:
        raw = await ask(dial)
        head, _, body = (await raw.until(b"0\r\n\r\n")).partition(b"\r\n\r\n")
        assert body == b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
        assert (b"connection: close" in head.lower()) == closing
        head, _, body = (await (await ask(dial, version="1.0")).rest()).partition(b"\r\n\r\n")
        assert (body, b"chunked" in head.lower()) == (b"abc", False)


async def test_a_stream_that_is_cut_off():
    """By a reset, so that nobody takes it for whole. Cutting it twice is harmless."""
    clients: list[AiohttpDownstream] = []

    async def act(client: AiohttpDownstream) -> None:
        clients.append(client)
        await client.start(200, [])
        await client.write(b"ab")
        await asyncio.Event().wait()

    async with serving(acting(act)) as dial:
        raw = await ask(dial)
        await raw.until(b"ab")
        clients[0].abort()
        assert await raw.rest() == b"\r\nRESET"
        clients[0].abort()


async def test_a_client_that_left():
    """Who answers hears of it."""
    heard: list[str] = []

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        try:
            await AiohttpDownstream(request, closing=False).respond(200, [], b"late")
        except ConnectionError as error:
            heard.append(str(error))
            raise
        return web.Response()

    async with serving(handler) as dial:
        assert await (await ask(dial)).rest() in (b"", b"RESET")
    assert heard == ["the client left before it was answered"]


async def test_a_client_that_does_not_read():
    """What it has not read is not piled up: the next answer waits for it."""
    answered = 0

    async def act(client: AiohttpDownstream) -> None:
        nonlocal answered
        await client.respond(200, [], b"a" * SMALL)
        answered += 1

    async with serving(acting(act)) as dial:
        raw = await dial()
        sending = asyncio.create_task(raw.send(request(None) * 1000))
        seen = -1
        while seen != answered:
            seen = answered
            await asyncio.sleep(0.1)
        assert 0 < answered < 500
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await until(lambda: sending.done())
