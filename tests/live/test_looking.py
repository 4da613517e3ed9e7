"""One look at a server."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from tests.live.upstream.scripted import Scripted, replying, scripted
from wrp_router.live.looking import Look, Seen, pause
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import Broken


def look(url: str, patience: float = 2.0, **changes: Any) -> Look:
    return Look("p", "s0", Origin(url), "/up", 1.0, patience, **changes)


def page(length: int, sent: int) -> bytes:
    return f"HTTP/1.1 404 Not Found\r\ncontent-length: {length}\r\n\r\n".encode() + b"a" * sent


@pytest.mark.parametrize(("sent", "whole"), [(0, True), (900, True), (4_000_000, False)])
async def test_so_much_is_read_and_no_more(sent: int, whole: bool):
    """Of any status; a connection whose answer was read whole is kept."""
    async with scripted(replying(page(sent, sent))) as server:
        looking = look(server.url)
        seen = await looking.take(1000)
        assert (seen.status, seen.whole) == (404, whole)
        assert seen.body == b"a" * sent if whole else 1000 < len(seen.body) < sent
        assert looking.origin.idle == whole
        looking.origin.close()


async def test_what_is_sent():
    """Nothing that makes the answer harder to read, and the key where there is one; it is not shown."""
    async with scripted(replying(page(0, 0), page(0, 0))) as server:
        for key in (None, "Bearer key"):
            looking = look(server.url + "/base", authorization=key)
            assert await looking.take(9) == Seen(404, b"", True)
            head = server.requests[-1]
            assert head.startswith(b"GET /base/up HTTP/1.1\r\nhost: 127.0.0.1:")
            assert b"\r\naccept-encoding: identity\r\n" in head
            assert (b"\r\nauthorization: Bearer key\r\n" in head) is (key is not None)
            assert "Bearer" not in repr(looking)
            looking.origin.close()


async def test_what_goes_wrong():
    """Nobody there, silence, an answer cut short: each by its name."""

    async def silent(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    for script, why in ((silent, "timeout"), (replying(page(9, 1), close=True), "truncated")):
        async with scripted(script) as server:
            with pytest.raises(Broken) as broken:
                await look(server.url, patience=0.2).take(99)
            assert broken.value.reason == why
    with pytest.raises(Broken) as broken:
        await look(server.url).take(99)
    assert broken.value.reason == "connect"


async def test_routers_do_not_look_in_step():
    """A pause is drawn around what was asked for."""

    class Drawn(random.Random):
        bounds: tuple[float, float]

        def uniform(self, a: float, b: float) -> float:
            self.bounds = a, b
            return 0.0

    chance = Drawn()
    await pause(1e9, chance)
    assert chance.bounds == (0.8, 1.2)
