"""Accepting where others accept, too."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from tests.live.scene import until
from wrp_router.live.accepting import FULL, Accepting
from wrp_router.live.listening import listen
from wrp_router.live.turns import Turns, page

Kept = tuple[set["Greeting"], set["Greeting"]]


class Greeting(asyncio.Protocol):
    """Says whose it is."""

    def __init__(self, name: bytes, open_: set[Greeting]) -> None:
        self._name, self._open = name, open_

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open.add(self)
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._name)

    def close(self) -> None:
        """Say no more."""
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)


@asynccontextmanager
async def two(full: bool = False) -> AsyncIterator[tuple[Accepting, Any]]:
    """Two who accept at one socket, of whom the second may be full: the first of them, and the address. Nothing stays
    open, whatever a test finds: an event loop of uvloop's would wait for that for ever."""
    fd, first = page(), listen("127.0.0.1", 0)
    second = socket.socket(fileno=os.dup(first.fileno()))
    second.setblocking(False)
    kept: Kept = set(), set()
    one = Accepting(lambda: Greeting(b"1", kept[0]), first, Turns(fd, 0), lambda: len(kept[0]))
    other = Accepting(lambda: Greeting(b"2", kept[1]), second, Turns(fd, 1), lambda: FULL if full else len(kept[1]))
    one.start()
    other.start()
    try:
        yield one, first.getsockname()
    finally:
        one.stop()
        other.stop()
        for greeting in kept[0] | kept[1]:
            greeting.close()
        await until(lambda: not kept[0] and not kept[1])
        os.close(fd)


@asynccontextmanager
async def dialled(address: Any, count: int) -> AsyncIterator[list[bytes]]:
    """So many connections at the same time, and who took each."""
    pairs = await asyncio.gather(*[asyncio.open_connection(*address) for _ in range(count)])
    try:
        yield [await reader.readexactly(1) for reader, _ in pairs]
    finally:
        for _, writer in pairs:
            writer.close()


async def test_two_share_a_burst():
    """Each has about half of it (who is late loses a turn); when one has stopped, the other takes all, and none is
    refused."""
    async with two() as (one, address), dialled(address, 20) as names:
        assert min(names.count(b"1"), names.count(b"2")) >= 5
        one.stop()
        one.stop()
        async with dialled(address, 5) as rest:
            assert set(rest) == {b"2"}


async def test_who_is_full_takes_what_nobody_else_takes():
    """However many the other has: who would refuse them lets it have them all, and refuses what is left."""
    async with two(full=True) as (one, address), dialled(address, 20) as names:
        assert set(names) == {b"1"}
        one.stop()
        async with dialled(address, 5) as rest:
            assert set(rest) == {b"2"}


async def test_who_hangs_is_not_waited_for():
    """Another has fewer connections and takes none: they come here, a moment later."""
    fd, sock, kept = page(), listen("127.0.0.1", 0), set[Greeting]()
    Turns(fd, 1).is_mine(0)
    accepting = Accepting(lambda: Greeting(b"1", kept), sock, Turns(fd, 0), lambda: len(kept))
    accepting.start()
    async with dialled(sock.getsockname(), 3) as names:
        assert names == [b"1"] * 3
        accepting.stop()
    await until(lambda: not kept)
    os.close(fd)


async def test_a_burst_is_taken_at_once():
    """Where nobody else has fewer: in far fewer rounds of the loop than there are connections, however long each is."""
    fd, sock, kept = page(), listen("127.0.0.1", 0), set[Greeting]()
    accepting = Accepting(lambda: Greeting(b"1", kept), sock, Turns(fd, 0), lambda: len(kept))
    waiting = [socket.create_connection(sock.getsockname()) for _ in range(100)]
    accepting.start()
    rounds = 0
    while len(kept) < len(waiting) and rounds < 1000:
        await asyncio.sleep(0)
        rounds += 1
    accepting.stop()
    for one in waiting:
        one.close()
    await until(lambda: not kept)
    os.close(fd)
    assert rounds < 50
