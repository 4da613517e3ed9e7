"""A worker's end of the channel."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable

import pytest

from wrp_router.live.siblings import Answers, Said
from wrp_router.workers import messages
from wrp_router.workers.messages import Ask, Asked, Counted, Leave, Ready, Reply, Tell, Told, ToSupervisor, framed
from wrp_router.workers.post import NOBODY, enlisted
from wrp_router.workers.worker import VARIABLE

from .pairs import posted, welcome


async def come(fact: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not fact():
            await asyncio.sleep(0.001)


async def test_it_asks_and_is_answered():
    """By whoever the supervisor says replied."""
    heard = list[ToSupervisor]()
    post, channel = await posted(heard.append)
    asking = asyncio.create_task(post.ask("servers", b"?"))
    await come(lambda: heard)
    (ask,) = heard
    assert isinstance(ask, Ask)
    assert (ask.kind, ask.payload) == ("servers", b"?")
    channel.send(messages.Answers(ask.id + 1, (), 9))  # to nothing that was asked
    channel.send(messages.Answers(ask.id, (messages.Said(2, b"!"),), 1))
    assert await asking == Answers((Said(2, b"!"),), 1)
    asking = asyncio.create_task(post.ask("servers"))
    await come(lambda: len(heard) == 2)
    channel.send(messages.Answers(ask.id + 1, (messages.Said(2, b"!"),), 0, more=True))
    channel.send(messages.Answers(ask.id + 1, (messages.Said(3, b"?"),), 1))
    assert await asking == Answers((Said(2, b"!"), Said(3, b"?")), 1)
    channel.close()
    await come(post.lost.is_set)
    assert await post.ask("servers") == Answers((), 1)


async def test_it_answers_what_it_knows():
    """What fails, or is not known here, is said to be missing."""
    heard = list[ToSupervisor]()
    post, channel = await posted(heard.append)

    async def twice(payload: bytes) -> bytes:
        return payload * 2

    async def fails(payload: bytes) -> bytes:
        raise ValueError(payload)

    post.answer("cache", twice)
    post.answer("purge", fails)
    for number, kind in enumerate(("cache", "purge", "unheard of")):
        channel.send(Asked(number, kind, b"x"))
    await come(lambda: len(heard) == 3)
    assert {one for one in heard if isinstance(one, Reply)} == {Reply(0, b"xx"), Reply(1, None), Reply(2, None)}
    channel.close()


async def test_it_tells_hears_and_leaves():
    """Hints, tallies to the last, and when others took over."""
    heard, hints = list[ToSupervisor](), list[tuple[int, bytes]]()
    post, channel = await posted(heard.append)
    post.hear("load", lambda number, payload: hints.append((number, payload)))
    post.hear("cache", lambda number, payload: int(payload))
    post.tell("load", b"1")
    channel.send(Told(5, "load", b"2"))
    channel.send(Told(5, "unheard of", b"2"))
    channel.send(Told(5, "cache", b"what is not understood does no harm"))
    post.ready("127.0.0.1:1", None, None, 3.0)

    async def tally() -> bytes:
        return b"7"

    counting = asyncio.create_task(post.count(tally))
    channel.send(Leave())
    await come(lambda: hints and post.leave.is_set())
    counting.cancel()
    await asyncio.gather(counting, return_exceptions=True)
    await come(lambda: Counted(b"7") in heard)
    assert [one for one in heard if not isinstance(one, Reply)] == [
        Tell("load", b"1"),
        Ready("127.0.0.1:1", None, None, 3.0),
        Counted(b"7"),
    ]
    assert hints == [(5, b"2")]
    await post.close()
    assert (post.several, post.number) == (True, 1)


async def test_it_says_that_it_lives():
    """Again and again once it is ready, whatever becomes of tallies, by a reply to what nobody asked."""
    heard = list[ToSupervisor]()
    post, channel = await posted(heard.append)
    post.ready("127.0.0.1:1", None, None, 3.0)
    await come(lambda: heard.count(Reply(NOBODY, None)) > 1)
    channel.close()
    await post.close()


async def test_who_is_enlisted():
    """It says so in the environment, once, and by a first word."""
    assert enlisted({}) is None
    ours, theirs = socket.socketpair()
    ours.sendall(framed(welcome(7)))
    environment = {VARIABLE: str(theirs.detach()), "PATH": "x"}
    post = enlisted(environment)
    assert post is not None
    assert (post.welcome, environment) == (welcome(7), {"PATH": "x"})
    ours.close()
    post._sock.close()


async def test_a_supervisor_that_is_gone():
    """Before it said anything."""
    ours, theirs = socket.socketpair()
    ours.close()
    with pytest.raises(ConnectionResetError):
        enlisted({VARIABLE: str(theirs.detach())})
