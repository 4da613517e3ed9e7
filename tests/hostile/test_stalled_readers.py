"""Clients that ask for much and read nothing: what waits for them is bounded, they are cut off in time, and their
engines stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.hostile.engines import ASK_STREAM, EVENT, before
from tests.hostile.test_engine_streams import HEAD
from tests.hostile.wire import Line, dial, post
from tests.live.scene import Scene, until
from tests.live.upstream.scripted import Scripted
from wrp_router.config.clients import Clients

pytestmark = pytest.mark.fault("R14")

CLIENTS, SHORT = 10, 0.5
PIECE = EVENT.replace(b"hi", b"a" * 60_000)
MOST = 30_000_000
"""Bytes of each stream."""

BORNE = 15_000_000
"""Bytes of each that engines can be rid of at most: most are in kernels, which nobody bounds here (Linux takes four
megabytes from who writes and keeps six for who reads)."""


class Generous:
    """Streams of thirty megabytes; `sent` are the bytes of each connection, `over` says that it was closed."""

    def __init__(self) -> None:
        self.sent: dict[int, int] = {}
        self.over: set[int] = set()

    async def __call__(self, server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        number = id(writer)
        self.sent[number] = 0
        writer.write(HEAD)
        try:
            while self.sent[number] < MOST:
                writer.write(b"%x\r\n%b\r\n" % (len(PIECE), PIECE))
                await writer.drain()
                self.sent[number] += len(PIECE)
            await reader.read()
        finally:
            self.over.add(number)


@pytest.fixture
async def lines() -> AsyncIterator[list[Line]]:
    """Closed at the end."""
    opened: list[Line] = []
    yield opened
    for line in opened:
        line.close()


@pytest.mark.parametrize("http", ["lean", "aiohttp"])
async def test_streams_that_nobody_reads(scene: Scene, lines: list[Line], http: str):
    """All are cut off; no engine got rid of much more than what kernels hold, and none goes on. Each is a client that
    left in the log; its lease is back (the scene looks)."""
    play = Generous()
    async with before(scene, play, http=http, clients=Clients(unread=SHORT)) as behind:
        for _ in range(CLIENTS):
            lines.append(await dial(behind._address, 4096))
            await lines[-1].send(post(body=ASK_STREAM))
        await until(lambda: len(play.over) == CLIENTS, within=20.0)
        assert max(play.sent.values()) < BORNE
        rows = await scene.rows()
    assert [(row.gone, row.status, str(row.outcomes[-1].ended)) for row in rows] == [
        ("stream", 499, "client_gone")
    ] * CLIENTS
