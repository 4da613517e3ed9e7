"""One end and the other."""

from __future__ import annotations

import asyncio
import socket

from wrp_router.workers.channel import WAITING, Channel
from wrp_router.workers.messages import Counted, Leave, ToSupervisor, from_supervisor, from_worker


async def test_what_is_sent_is_heard():
    """In order; after the other end has gone nothing is sent."""
    ours, theirs = socket.socketpair()
    heard, lost = list[ToSupervisor](), asyncio.Event()
    here: Channel[ToSupervisor] = Channel(from_worker(), heard.append, lost.set)
    there = Channel(from_supervisor(), lambda message: None, lambda: None)
    await here.open(ours)
    await there.open(theirs)
    assert there.send(Counted(b"1"))
    assert there.send(Counted(b"2"))
    there.close()
    async with asyncio.timeout(10):
        await lost.wait()
    assert heard == [Counted(b"1"), Counted(b"2")]
    assert not here.send(Leave())


async def test_nonsense_ends_it():
    """Who sends it is not heard any more."""
    ours, theirs = socket.socketpair()
    lost = asyncio.Event()
    here = Channel(from_worker(), lambda message: None, lost.set)
    await here.open(ours)
    theirs.send(b"\xff" * 8)
    async with asyncio.timeout(10):
        await lost.wait()
    theirs.close()


async def test_who_does_not_read_is_told_less():
    """Nothing more than the bound waits here, but for the message that goes over it."""
    ours, theirs = socket.socketpair()
    here = Channel(from_worker(), lambda message: None, lambda: None)
    await here.open(ours)
    sent = 0
    while here.send(Counted(bytes(4 << 20))):
        sent += 1
        assert sent < 80
    assert sent >= WAITING // (4 << 20)
    assert not here.send(Counted(bytes(17 << 20)))
    theirs.close()
