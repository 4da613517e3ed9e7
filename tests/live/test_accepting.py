"""Accepting where others accept, too."""

from __future__ import annotations

import asyncio
import os
import socket
from typing import cast

from tests.live.scene import until
from wrp_router.live.accepting import Accepting
from wrp_router.live.listening import listen
from wrp_router.live.turns import Turns, page


class Greeting(asyncio.Protocol):
    """Says whose it is."""

    def __init__(self, name: bytes, open_: set[Greeting]) -> None:
        self._name, self._open = name, open_

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._open.add(self)
        cast(asyncio.Transport, transport).write(self._name)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)


async def test_two_share_a_burst():
    """Each has half of it; when one has stopped, the other takes all, and none is refused."""
    fd, first = page(), listen("127.0.0.1", 0)
    address, kept = first.getsockname(), (set[Greeting](), set[Greeting]())
    second = socket.socket(fileno=os.dup(first.fileno()))
    second.setblocking(False)
    one = Accepting(lambda: Greeting(b"1", kept[0]), first, Turns(fd, 0), lambda: len(kept[0]))
    two = Accepting(lambda: Greeting(b"2", kept[1]), second, Turns(fd, 1), lambda: len(kept[1]))
    one.start()
    two.start()
    burst = await asyncio.gather(*[asyncio.open_connection(*address) for _ in range(20)])
    names = [await reader.readexactly(1) for reader, _ in burst]
    assert (names.count(b"1"), names.count(b"2")) == (10, 10)
    one.stop()
    one.stop()
    rest = await asyncio.gather(*[asyncio.open_connection(*address) for _ in range(5)])
    assert {await reader.readexactly(1) for reader, _ in rest} == {b"2"}
    two.stop()
    for _, writer in burst + rest:
        writer.close()
    await until(lambda: not kept[0] and not kept[1])
    os.close(fd)


async def test_who_hangs_is_not_waited_for():
    """Another has fewer connections and takes none: they come here, a moment later."""
    fd, sock, kept = page(), listen("127.0.0.1", 0), set[Greeting]()
    Turns(fd, 1).is_mine(0)
    accepting = Accepting(lambda: Greeting(b"1", kept), sock, Turns(fd, 0), lambda: len(kept))
    accepting.start()
    pairs = [await asyncio.open_connection(*sock.getsockname()) for _ in range(3)]
    assert [await reader.readexactly(1) for reader, _ in pairs] == [b"1"] * 3
    accepting.stop()
    for _, writer in pairs:
        writer.close()
    await until(lambda: not kept)
    os.close(fd)
