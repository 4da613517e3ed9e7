"""Looking after servers."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.fleet.makers import Watched, pool
from tests.live.scene import until
from tests.live.upstream.scripted import Scripted, replying, scripted
from wrp_router.live.looking import Look
from wrp_router.live.probes import ANSWER_LIMIT, ailment, watch
from wrp_router.live.upstream.origin import Origin

SHORT = b"content-length: 0\r\n\r\n"
ANSWERS = {
    "fine": (b"HTTP/1.1 200 OK\r\n" + SHORT, ""),
    "not found": (b"HTTP/1.1 404 Not Found\r\n" + SHORT, ""),
    "a key is wanted": (b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno", ""),
    "overloaded": (b"HTTP/1.1 503 Service Unavailable\r\n" + SHORT, "status 503"),
    "no HTTP": (b"hello\r\n\r\n", "malformed"),
    "an answer without end": (b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n" + b"a" * (2 * ANSWER_LIMIT), ""),
}


def probe(url: str, every: float = 5.0, patience: float = 2.0) -> Look:
    """A probe of the server s0."""
    return Look("p", "s0", Origin(url + "/base"), "/health", every, patience)


@pytest.mark.parametrize(("reply", "wrong"), ANSWERS.values(), ids=ANSWERS)
async def test_one_look(reply: bytes, wrong: str):
    """Any answer below 500 is life; at most so much of it is read."""
    async with scripted(replying(reply)) as server:
        looking = probe(server.url)
        assert await ailment(looking) == wrong
        assert server.requests[0].startswith(b"GET /base/health HTTP/1.1\r\nhost: 127.0.0.1:")
        looking.origin.close()


async def silent(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request, says nothing."""
    await reader.read()


async def dribbling(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begins an answer that does not end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na")
    await reader.read()


@pytest.mark.parametrize("play", [silent, dribbling])
async def test_patience(play):
    """A server that does not answer in time is ill."""
    async with scripted(play) as server:
        assert await ailment(probe(server.url, patience=0.05)) == "timeout"


async def test_nobody_there():
    """A refused connection is told from other illness."""
    async with scripted(silent) as server:
        url = server.url
    assert await ailment(probe(url)) == "connect"


async def test_the_watch_goes_on():
    """The fleet hears of every look; a server that was given up and answers is up again."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    assert fleet.moves()[-1][2] == "open"
    async with scripted(replying(*[ANSWERS["fine"][0]] * 100)) as server:
        looking = probe(server.url, every=0.001)
        watching = asyncio.create_task(watch(looking, fleet, random.Random(1)))
        await until(lambda: len(server.requests) > 3)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        looking.origin.close()
    assert fleet.moves()[-1][2] == "closed"


async def test_the_watch_tells_what_is_wrong():
    """Failed probes open the breaker, with the reason."""
    fleet = Watched(pool())
    async with scripted(replying(*[ANSWERS["overloaded"][0]] * 100)) as server:
        looking = probe(server.url, every=0.001)
        watching = asyncio.create_task(watch(looking, fleet, random.Random(1)))
        await until(lambda: fleet.changes)
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        looking.origin.close()
    assert "status 503" in fleet.changes[0].why
