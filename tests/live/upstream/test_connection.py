"""One exchange over one connection, against a server that plays bytes."""

from __future__ import annotations

import asyncio

import pytest

from tests.live.upstream.scripted import Scripted, replying, scripted
from tests.live.upstream.test_same_head import Transport
from wrp_router.live.upstream.connection import Connection
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import HEAD_LIMIT, HEADERS_LIMIT, PAUSE_AT, Broken

REQUEST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"


async def exchange(reply: bytes, *, close: bool = False) -> tuple[int, bytes, Connection]:
    """Status and body of an answer of exactly these bytes."""
    async with scripted(replying(reply, close=close)) as server:
        origin = Origin(server.url)
        connection, _ = await origin.send(REQUEST, 1.0)
        head = await connection.head()
        body = b""
        try:
            while data := await connection.chunk():
                body += data
        finally:
            origin.release(connection)
            origin.close()
        return head.status, body, connection


async def test_reads_a_body_of_known_length() -> None:
    """A content-length body arrives whole and leaves the connection reusable."""
    status, body, connection = await exchange(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello")
    assert (status, body) == (200, b"hello")
    assert connection.reusable


async def test_reads_chunks() -> None:
    """A chunked body arrives without its framing, extensions and trailers."""
    reply = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nabc\r\n2\r\nde\r\n0\r\nt: 1\r\n\r\n"
    assert (await exchange(reply))[:2] == (200, b"abcde")


async def test_trailers_are_no_headers() -> None:
    """Whether they come with the head or after it: what is said behind a body does not change what it is."""
    reply = b"HTTP/1.1 200 OK\r\nx: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\ncontent-encoding: gzip\r\ny: 2\r\n\r\n"
    async with scripted(replying(reply)) as server:
        origin = Origin(server.url)
        connection, head = await origin.send(REQUEST, 1.0)
        assert await connection.chunk() == b""
        assert head.headers == [("x", "1"), ("transfer-encoding", "chunked")]
        assert connection.reusable
        origin.release(connection)
        origin.close()


async def test_trailers_without_end() -> None:
    """They are bounded as a head is."""
    endless = b"".join([b"t: %d\r\n" % number + b"u: " + b"a" * 100 + b"\r\n" for number in range(2000)])
    with pytest.raises(Broken, match="over 65536"):
        await exchange(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + endless)


async def test_skips_interim_answers() -> None:
    """100 and 103 answers come before the one that counts."""
    reply = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"
        b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok"
    )
    status, body, _ = await exchange(reply)
    assert (status, body) == (201, b"ok")


async def test_body_up_to_the_end_of_the_connection_says_so() -> None:
    """Without length or chunks only the close ends the body, and the connection tells."""
    status, body, connection = await exchange(b"HTTP/1.1 200 OK\r\n\r\nall of it", close=True)
    assert (status, body) == (200, b"all of it")
    assert not connection.reusable


@pytest.mark.fault("U1")
@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhell", "truncated"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel", "truncated"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n", "truncated"),
        (b"", "reset"),
        (b"HTTP/1.1 20", "reset"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "malformed"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "malformed"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "malformed"),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * (HEADERS_LIMIT + 1) + b"\r\n", "malformed"),
        (b"HTTP/1.1 200 OK\r\nx: " + b"y" * (HEAD_LIMIT + 1), "malformed"),
    ],
)
async def test_broken_answers_raise(reply: bytes, reason: str) -> None:
    """Cut, contradictory and oversized answers raise Broken with the reason, never a short body."""
    with pytest.raises(Broken) as caught:
        await exchange(reply, close=True)
    assert caught.value.reason == reason


async def test_surplus_bytes_close_the_connection() -> None:
    """Bytes after the answer never become the answer to the next request (response splitting)."""
    ok = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        writer.write(ok)
        await writer.drain()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil")
        await reader.read()

    async with scripted(play) as server:
        origin = Origin(server.url)
        connection, _ = await origin.send(REQUEST, 1.0)
        while await connection.chunk():
            pass
        origin.release(connection)
        async with asyncio.timeout(2):
            while connection.open:
                await asyncio.sleep(0)
        origin.close()


@pytest.mark.fault("U4")
async def test_unread_bodies_push_back() -> None:
    """An engine that floods is held by back-pressure: what waits unread stays bounded."""
    size = 64 * PAUSE_AT

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
        for _ in range(64):
            writer.write(bytes(PAUSE_AT))
            await writer.drain()
        await reader.read()

    async with scripted(play) as server:
        origin = Origin(server.url)
        connection, _ = await origin.send(REQUEST, 1.0)
        read, largest = 0, 0
        while data := await connection.chunk():
            read += len(data)
            largest = max(largest, len(data))
            await asyncio.sleep(0)
        origin.release(connection)
        origin.close()
    assert read == size
    assert largest < 4 * PAUSE_AT


async def test_the_next_answer_is_read() -> None:
    """Though the end of the one before came along with more than is kept unread, and nobody took it."""
    connection, transport = Connection(asyncio.get_running_loop()), Transport()
    connection.connection_made(transport)
    connection.begin(REQUEST, 60.0, "total")
    connection.data_received(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % (2 * PAUSE_AT) + bytes(2 * PAUSE_AT))
    assert connection.finished
    assert not transport.reading
    connection.begin(REQUEST, 60.0, "total")
    assert transport.reading
    connection.abort()


async def test_fail_wakes_the_waiter() -> None:
    """A timer's verdict reaches whoever waits for the next chunk, after the chunks that did arrive."""
    async with scripted(replying(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab")) as server:
        origin = Origin(server.url)
        connection, _ = await origin.send(REQUEST, 1.0)
        assert await connection.chunk() == b"ab"
        asyncio.get_running_loop().call_soon(connection.fail, Broken("timeout", timer="idle"))
        with pytest.raises(Broken) as caught:
            await connection.chunk()
        assert caught.value.timer == "idle"
        origin.release(connection)
        origin.close()


async def test_begin_on_a_closed_connection_raises() -> None:
    """A connection that went away between two requests is a reset without an answer."""
    connection = Connection(asyncio.get_running_loop())
    with pytest.raises(Broken) as caught:
        connection.begin(REQUEST, 1.0, "total")
    assert (caught.value.reason, caught.value.answered) == ("reset", False)
    connection.abort()
    connection.close()
    assert not connection.open
