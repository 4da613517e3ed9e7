"""Connections that bring nothing, or bring it slowly: they are closed in time, whichever server reads them, and others
are served meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.hostile.conftest import GUARDED
from tests.hostile.trial import Trial, assert_error
from tests.hostile.wire import ASK, Line, chunked, get, post
from tests.live.scene import until
from wrp_router.config.bounds import Timeouts
from wrp_router.config.clients import Clients

pytestmark = pytest.mark.fault("B1")

SHORT = 0.3


def short(**clients: Any) -> Any:
    """Clients of whom little is borne."""
    return pytest.mark.parametrize(
        "changes", [{**GUARDED, "clients": Clients(**clients)}], indirect=True, ids=["short"]
    )


HEADS = {
    "nothing": b"",
    "an empty line": b"\r\n",
    "half a line": post()[:10],
    "half a head": post()[:100],
    "half of a head for the other server": get(b"/v1/models")[:-2],
    "no HTTP so far": b"\x16\x03\x01\x02",
}


async def drip(line: Line, byte: bytes, every: float = 0.05) -> None:
    """Sends it again and again."""
    while True:
        await line.send(byte)
        await asyncio.sleep(every)


async def closed_though_it_drips(line: Line, byte: bytes) -> list[int]:
    """The statuses that it was told before."""
    dripping = asyncio.create_task(drip(line, byte))
    try:
        heard = await line.converse()
    finally:
        dripping.cancel()
        await asyncio.gather(dripping, return_exceptions=True)
    assert heard.closed
    return heard.statuses


@short(head=SHORT)
@pytest.mark.parametrize("begun", HEADS.values(), ids=HEADS)
async def test_heads_that_do_not_end(trial: Trial, begun: bytes):
    """Whether they stop or go on for ever: no byte buys time."""
    still, dripping = await trial.dial(), await trial.dial()
    await still.send(begun)
    await dripping.send(begun)
    await trial.serves()
    statuses = await asyncio.gather(closed_though_it_drips(dripping, b"a"), still.converse())
    for found in (statuses[0], statuses[1].statuses):
        assert found in ([], [400])  # a line that nobody could read may be answered before its time is over


@short(head=SHORT)
@pytest.mark.parametrize("first", [post(), get(b"/v1/models")], ids=["post", "get"])
async def test_a_later_head_that_does_not_end(trial: Trial, first: bytes):
    """A connection that was served before has no more time for its next one; being silent it may stay."""
    slow, silent = await trial.dial(), await trial.dial()
    for line in (slow, silent):
        await line.send(first)
        reply = await line.reply()
        assert reply is not None
        assert reply.status == 200
    await slow.send(b"POST /v1/chat/completions HTTP/1.1\r\nx-slow: ")
    assert await closed_though_it_drips(slow, b"a") == []
    await silent.send(first)
    reply = await silent.reply()
    assert reply is not None
    assert reply.status == 200


async def _answered_408(trial: Trial, begun: bytes, byte: bytes = b"") -> None:
    line = await trial.dial()
    await line.send(begun)
    if byte:
        assert await closed_though_it_drips(line, byte) == [408]
    else:
        heard = await line.converse()
        assert (heard.statuses, heard.closed) == ([408], True)
        assert_error(heard.replies[0], "/v1/chat/completions")


WHOLE = post(body=ASK + b" " * 100_000)
BODIES = {
    "with a length": WHOLE[:-100_000],
    "in chunks": post(b"transfer-encoding: chunked", body=chunked(ASK)[:-5], length=False) + b"20000\r\n",
}


@short(body_idle=SHORT)
@pytest.mark.parametrize("begun", BODIES.values(), ids=BODIES)
async def test_bodies_that_stop_or_drip(trial: Trial, begun: bytes):
    """408 after the silence that is borne; a byte now and then is too slow, and buys no more."""
    await asyncio.gather(_answered_408(trial, begun), _answered_408(trial, begun, b" "))
    assert not trial.asked


@pytest.mark.parametrize(
    "changes",
    [{**GUARDED, "clients": Clients(body_idle=30.0, body_rate=0), "timeouts": Timeouts(body=SHORT)}],
    indirect=True,
    ids=["whole"],
)
@pytest.mark.parametrize("begun", BODIES.values(), ids=BODIES)
async def test_bodies_that_take_too_long(trial: Trial, begun: bytes):
    """Where any pace is good, the whole has its end."""
    await _answered_408(trial, begun, b" ")


@short(body_idle=SHORT, body_rate=100)
async def test_a_body_that_comes_steadily(trial: Trial):
    """It takes longer than the silence that is borne, and is fast enough."""
    line = await trial.dial()
    await line.send(WHOLE[:-100])
    for _ in range(10):
        await asyncio.sleep(SHORT / 5)
        await line.send(b" " * 10)
    reply = await line.reply()
    assert reply is not None
    assert reply.status == 200


@short(keep_alive=SHORT)
async def test_idle_connections(trial: Trial):
    """They are closed when nothing was asked for that long."""
    line = await trial.dial()
    await line.send(get(b"/v1/models"))
    reply = await line.reply()
    assert reply is not None
    assert reply.status == 200
    assert await line.reply() is None


@short(connections=4, each=4)
async def test_more_connections_than_places(trial: Trial):
    """503 at once, in JSON, and the end; whoever leaves makes room."""
    lines = [await trial.dial() for _ in range(4)]
    await until(lambda: trial.router._reception.places.open == 4)
    refused = await trial.dial()
    heard = await refused.converse()
    assert (heard.statuses, heard.closed) == ([503], True)
    assert_error(heard.replies[0], "/v1/chat/completions")
    assert heard.replies[0].headers["retry-after"] == "1"
    await lines[0].send(get(b"/v1/models"))  # the other server reads on: it keeps its place
    reply = await lines[0].reply()
    assert reply is not None
    assert reply.status == 200
    assert trial.router._reception.places.open == 4
    for line in lines:
        line.close()
    await until(lambda: not trial.router._reception.places.open)
    await trial.serves()
