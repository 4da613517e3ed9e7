"""Keep-alive, and the one free retry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.live.upstream.scripted import Scripted, replying, scripted
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import Broken

REQUEST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def once(origin: Origin) -> bytes:
    """One whole exchange."""
    connection, _ = await origin.send(REQUEST, 1.0)
    body = b""
    while data := await connection.chunk():
        body += data
    origin.release(connection)
    return body


async def test_reuses_a_connection() -> None:
    """A second request goes over the first one's connection."""
    async with scripted(replying(OK, OK)) as server:
        origin = Origin(server.url)
        assert [await once(origin), await once(origin)] == [b"ok", b"ok"]
        assert server.accepted == 1
        assert origin.idle == 1
        origin.close()


@pytest.mark.fault("R5")
async def test_a_stale_connection_costs_nobody_anything() -> None:
    """A reused connection that dies without a byte is replaced by a fresh one, once, unseen."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        writer.write(OK)
        await writer.drain()
        if server.accepted == 1:
            await server.read_request(reader)  # the second request arrives, and is dropped with the connection
            return
        await reader.read()

    async with scripted(play) as server:
        origin = Origin(server.url)
        assert await once(origin) == b"ok"
        assert await once(origin) == b"ok"
        assert server.accepted == 2
        origin.close()


async def test_a_fresh_connection_that_dies_is_not_retried() -> None:
    """On a first use the engine may have acted on the request: the caller decides."""
    async with scripted(replying(close=True)) as server:
        origin = Origin(server.url)
        with pytest.raises(Broken) as caught:
            await origin.send(REQUEST, 1.0)
        assert (caught.value.reason, caught.value.answered) == ("reset", False)
        assert server.accepted == 1
        origin.close()


async def test_a_reused_connection_that_began_to_answer_is_not_retried() -> None:
    """Once a byte of the answer was seen, the request may have been acted on."""
    async with scripted(replying(OK, b"HTTP/1.1 2", close=True)) as server:
        origin = Origin(server.url)
        await once(origin)
        with pytest.raises(Broken) as caught:
            await origin.send(REQUEST, 1.0)
        assert caught.value.answered
        assert server.accepted == 1
        origin.close()


def working(seconds: float) -> Callable[..., Awaitable[None]]:
    """An engine that answers the first request of a connection, works at the second for so long, and dies."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        writer.write(OK)
        await server.read_request(reader)
        await asyncio.sleep(seconds)

    return play


@pytest.mark.fault("R5")
async def test_a_reused_connection_that_dies_late_is_no_stale_one() -> None:
    """Who had closed it says so within a round trip; after that the engine was at work, and the caller decides."""
    async with scripted(working(0.05)) as server:
        origin = Origin(server.url, stale=0.01)
        await once(origin)
        with pytest.raises(Broken) as caught:
            await origin.send(REQUEST, 1.0)
        assert (caught.value.reason, caught.value.answered, server.accepted) == ("reset", False, 1)
        origin.close()


@pytest.mark.fault("R5")
async def test_the_free_retry_is_within_the_callers_patience() -> None:
    """What the first try took is gone; the timer is the caller's."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if server.accepted == 1:
            await working(0.15)(server, reader, writer)
        else:
            await server.read_request(reader)
            await asyncio.sleep(0.15)
            writer.write(OK)

    async with scripted(play) as server:
        origin = Origin(server.url)
        await once(origin)
        with pytest.raises(Broken) as caught:
            await origin.send(REQUEST, 1.0, 0.25, "ttft")
        assert caught.value.timer == "ttft"
        origin.close()


async def test_idle_connections_are_let_go() -> None:
    """After the keep-alive time the connection is closed by us, before the engine does it."""
    async with scripted(replying(OK, OK)) as server:
        origin = Origin(server.url, keep_alive=0.02)
        await once(origin)
        async with asyncio.timeout(2):
            while origin.idle:
                await asyncio.sleep(0.005)
        await once(origin)
        assert server.accepted == 2
        origin.close()


async def test_an_expired_connection_is_not_used() -> None:
    """Even if the sweep has not come yet, age alone rules a connection out."""
    async with scripted(replying(OK, OK)) as server:
        origin = Origin(server.url, keep_alive=-1.0)
        await once(origin)
        await once(origin)
        assert server.accepted == 2
        origin.close()


async def test_an_answer_that_closes_is_not_kept() -> None:
    """`connection: close` is respected."""
    reply = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"
    async with scripted(replying(reply, close=True)) as server:
        origin = Origin(server.url)
        assert await once(origin) == b"ok"
        assert origin.idle == 0
        origin.close()


async def test_a_request_that_was_answered_before_it_was_taken_leaves_its_connection() -> None:
    """Nobody's next request waits behind megabytes that the engine did not want."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\n\r\nno" if server.accepted == 1 else OK)
        await writer.drain()
        await (asyncio.sleep(60) if server.accepted == 1 else reader.read())

    async with scripted(play) as server:
        origin = Origin(server.url)
        size = 16 * 1024 * 1024
        large = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n%b" % (size, b"a" * size)
        connection, head = await origin.send(large, 1.0)
        assert (head.status, await connection.chunk(), connection.sent) == (413, b"no", False)
        origin.release(connection)
        assert (origin.idle, await once(origin), server.accepted) == (0, b"ok", 2)
        origin.close()


async def test_cancelling_closes_the_connection() -> None:
    """Whoever stops waiting for the head leaves no connection behind."""
    async with scripted(replying(b"")) as server:
        origin = Origin(server.url)
        waiting = asyncio.ensure_future(origin.send(REQUEST, 1.0))
        async with asyncio.timeout(2):
            while not server.requests:
                await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert origin.idle == 0
        origin.close()


async def test_only_http_urls() -> None:
    """Other schemes and missing hosts are refused."""
    for url in ("ftp://a", "http://", "/x"):
        with pytest.raises(ValueError, match="not an http"):
            Origin(url)


async def test_unused_connection_is_dropped() -> None:
    """Releasing a connection whose answer was not read closes it."""
    async with scripted(replying(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab")) as server:
        origin = Origin(server.url)
        connection, _ = await origin.send(REQUEST, 1.0)
        origin.release(connection)
        assert origin.idle == 0
