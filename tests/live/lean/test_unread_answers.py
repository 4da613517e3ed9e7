"""Clients that read slowly, or not at all, or leave: what is not read is not piled up, and not waited for for ever."""

from __future__ import annotations

import asyncio

import pytest

from tests.live.lean.front import Front, front
from tests.live.raw import Raw, request
from tests.live.scene import until
from wrp_router.live.lean.connection import LeanConnection
from wrp_router.live.lean.downstream import LeanDownstream

pytestmark = pytest.mark.fault("R14")

LARGE = 12 << 20
PIECE = 64 << 10
END = b"the end"
READ = pytest.mark.parametrize("streamed", [False, True], ids=["whole", "stream"])


class Telling:
    """Gives a lot, whole or as a stream without end, and counts the pieces."""

    def __init__(self, streamed: bool) -> None:
        self.streamed = streamed
        self.pieces = 0

    async def __call__(self, client: LeanDownstream, body: bytes) -> None:
        if not self.streamed:
            await client.respond(200, [], b"a" * LARGE + END)
            return
        await client.start(200, [])
        for self.pieces in range(LARGE // PIECE):
            await client.write(b"a" * PIECE)
        await client.end()


async def stuck(door: Front) -> LeanConnection:
    """Until the answer on the last connection waits for its client."""
    connection = door.door.made[-1]
    await until(lambda: connection._drain is not None)
    return connection


async def refuses_to_read(door: Front) -> tuple[Raw, LeanConnection]:
    """A client that asks and does not read."""
    raw = await door.dial(receive_buffer=1 << 16)
    await raw.send(request("a"))
    return raw, await stuck(door)


@READ
async def test_a_client_that_reads_slowly(streamed: bool):
    """The answer waits for it, and comes whole; then the next is answered."""
    async with front(act := Telling(streamed)) as door:
        raw, connection = await refuses_to_read(door)
        assert door.ends == [""]
        if streamed:
            assert act.pieces < LARGE // PIECE // 2
        got = await raw.sip(b"\r\n0\r\n\r\n" if streamed else END, 1 << 18, 0.0)
        assert got.count(b"a") >= LARGE
        await until(lambda: door.ends == ["served"])
        assert (connection.must_drain, connection.busy) == (False, False)
        await raw.send(request("b"))
        await raw.until(b"HTTP/1.1 200 OK\r\n")


@READ
@pytest.mark.parametrize("how", ["fin", "rst"])
async def test_a_client_that_leaves_meanwhile(streamed: bool, how: str):
    """Who answers is ended at once, or at the next word."""
    async with front(Telling(streamed), unread=0.3) as door:
        raw, connection = await refuses_to_read(door)
        raw.leave(how)
        await until(lambda: door.ends[0])
        assert door.ends[0] in ("CancelledError", "ConnectionResetError")
        await until(lambda: not door.door._open)
        assert not connection.busy


@READ
async def test_a_client_that_never_reads(streamed: bool):
    """Is cut off when it has read nothing for as long as an engine may be silent."""
    async with front(Telling(streamed), unread=0.05) as door:
        raw, _ = await refuses_to_read(door)
        await until(lambda: door.ends == ["CancelledError"])
        await until(lambda: not door.door._open)
        assert (await raw.rest()).endswith(b"RESET")


async def test_a_client_that_reads_a_little():
    """Is waited for: what counts is that it goes on reading."""
    async with front(Telling(streamed=False)) as door:
        _, connection = await refuses_to_read(door)
        transport = connection._transport
        assert transport is not None
        alarm, unread = connection._timer, transport.get_write_buffer_size()
        connection._look(unread + 1)
        assert connection._timer is not alarm
        assert not transport.is_closing()
        connection._look(unread)
        assert transport.is_closing()
        await until(lambda: door.ends == ["CancelledError"])


async def test_requests_of_a_client_that_never_reads():
    """Are read only as far as their answers leave."""
    async with front() as door:
        raw = await door.dial(receive_buffer=1 << 16)
        sending = asyncio.create_task(raw.send(request("a" * 10_000) * 3000))
        await stuck(door)
        answered = len(door.bodies)
        assert 0 < answered < 2000
        assert len(door.door.made[-1]._held) < 600_000
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


async def test_a_client_that_reads_when_nobody_waits():
    """Is no news to anybody."""
    async with front() as door:
        raw = await door.dial()
        await raw.send(request("a"))
        await raw.answer()
        connection = door.door.made[0]
        connection.pause_writing()
        assert connection.must_drain
        connection.resume_writing()
        assert not connection.must_drain


async def test_an_answer_to_nobody():
    """Writing to a client that left, or waiting for it, raises."""
    async with front() as door:
        raw = await door.dial()
        await raw.send(request("a"))
        await raw.answer()
        connection = door.door.made[-1]
        raw.leave("rst")
        await until(lambda: not door.door._open)
        with pytest.raises(ConnectionResetError):
            connection.write(b"late")
        with pytest.raises(ConnectionResetError):
            await connection.drained()
        for end in (connection.reset, connection.close, connection.expire):
            end()
        assert connection.idle_since > 0


async def test_a_connection_that_is_cut():
    """By a reset, in the middle of an answer; twice is harmless."""
    cut: list[LeanDownstream] = []

    async def act(client: LeanDownstream, body: bytes) -> None:
        await client.start(200, [])
        await client.write(b"ab")
        cut.append(client)
        await asyncio.Event().wait()

    async with front(act) as door:
        raw = await door.dial()
        await raw.send(request("a"))
        await raw.until(b"ab")
        cut[0].abort()
        cut[0].abort()
        assert await raw.rest() == b"\r\nRESET"
        assert door.ends == ["CancelledError"]


async def test_leaving_at_every_point():
    """Before its head was here, nothing is noted; before its body was, it is noted as left."""
    go = asyncio.Event()

    async def act(client: LeanDownstream, body: bytes) -> None:
        await go.wait()

    async with front(act) as door:
        sent = request("abc")
        for size in (0, 10, len(sent) - 5, len(sent) - 1, len(sent)):
            for how in ("fin", "rst"):
                raw = await door.dial()
                await until(lambda: len(door.door._open) == 1)
                await raw.send(sent[:size])
                await until(lambda size=size: door.door.made[-1].came == size)
                raw.leave(how)
                await until(lambda: not door.door._open)
        assert door.ends == ["abandoned"] * 4 + ["CancelledError"] * 2


async def test_leaving_with_a_request_that_nobody_took():
    """It came whole, but nothing was done for it yet."""
    async with front() as door:
        raw = await door.dial()
        await until(lambda: door.door._open)
        connection = door.door.made[0]
        transport = connection._transport
        assert transport is not None
        connection.data_received(request("a"))
        assert connection.busy
        connection.connection_lost(None)
        await asyncio.sleep(0)
        assert door.ends == ["abandoned"]
        transport.abort()
        assert await raw.rest() == b""
