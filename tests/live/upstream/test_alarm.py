"""One alarm per connection, whatever the exchanges on it."""

from __future__ import annotations

import asyncio

import pytest

from tests.live.upstream.scripted import Scripted, scripted
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import Broken

REQUEST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"


async def once(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers the first request and no other."""
    await reader.readuntil(b"{}")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
    await reader.read()


@pytest.mark.parametrize("first", [0.02, 5.0])
async def test_the_alarm_of_an_exchange_before_neither_ends_the_next_nor_delays_its_end(first: float) -> None:
    """The second exchange ends by its own timer, after its own time, whether that is longer or shorter."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(4), scripted(once) as server:
        origin = Origin(server.url)
        connection, _ = await origin.send(REQUEST, 1.0, first, "first")
        assert await connection.chunk() == b""
        origin.release(connection)
        began = loop.time()
        with pytest.raises(Broken) as broken:
            await origin.send(REQUEST, 1.0, 0.1, "second")
        origin.close()
    assert broken.value.timer == "second"
    assert loop.time() - began > 0.09  # not rung early; too late is beyond the timeout above
