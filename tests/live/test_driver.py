"""The driver by itself: it answers what a flow asks, and tells it when the client left."""

from __future__ import annotations

import asyncio
import random
from math import inf
from typing import Any

import pytest
from aiohttp import HttpVersion11

from tests.hostile.engines import answer
from tests.live.upstream.scripted import replying, scripted
from wrp_policies.types import Attempt
from wrp_router.fleet import Fleet, PoolSpec, ServerSpec
from wrp_router.flow import Arrived, Ask, ClientGone, Embed, Enter, Entered, Flow, Note, Now, Pause, Read, Send
from wrp_router.live.downstream import Headers, Shared
from wrp_router.live.driver import Driver
from wrp_router.live.preamble import Terms, admit
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.target import Target
from wrp_router.live.tenants import Tenants
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.waiting import WaitingRoom
from wrp_router.live.world import Inbound, World
from wrp_router.record import Record, Row
from wrp_router.wire.body import decode
from wrp_signals import KeywordSpec
from wrp_signals.facts import Facts, Message, RequestView

VIEW = RequestView("chat", "auto", (Message("user", "a refund please"),))
ROW = Row(time=0.0, facts=Facts(id="dec_1", operation="chat", asked_model="auto"))
TERMS = Terms(Tenants({}, b""), 1 << 15, frozenset(), (600.0, 3600.0))
PREAMBLE = admit(TERMS, "POST", "/v1/chat/completions", HttpVersion11, [], {})
FACTS = Facts(id="dec_1", operation="chat", asked_model="auto")
RAW = b'{"model":"auto","messages":[{"role":"user","content":"a refund please"}]}'


class Nobody:
    """A client that is never answered."""

    started = False

    async def respond(self, status: int, headers: Headers, body: bytes, shared: Shared = ()) -> None: ...

    async def start(self, status: int, headers: Headers, shared: Shared = ()) -> None: ...

    async def write(self, data: bytes) -> None: ...

    async def end(self, data: bytes = b"") -> None: ...

    def hang_up(self) -> None: ...

    def abort(self) -> None: ...


def driver(told: list[Record], url: str = "http://127.0.0.1:9") -> Driver:
    """Before a fleet of one idle server, with one keyword signal and no embedding model."""
    pools = [PoolSpec("p", "m", (ServerSpec("s", url),))]
    fleet = Fleet(pools, random.Random(0), lambda change: None)
    signals = {"refund": KeywordSpec(words=("refund",)).build()}
    world = World(fleet, {("p", "s"): Target(Origin(url))}, WaitingRoom(), ReadingRoom(signals), told.append, Streams())
    ask = Ask("dec_1", "req_1", VIEW, 0.0, 0.0, 1e9)
    return Driver(world, ask, Inbound(decode("chat", RAW), PREAMBLE), Nobody())


async def test_answers_what_needs_no_engine() -> None:
    """Time, signals, pools, pauses, notes; a signal whose tier is missing is left out; no model, no vector."""
    told: list[Record] = []
    heard: list[Any] = []

    def flow() -> Flow[None]:
        heard.append((yield Now()))
        heard.append((yield Read(VIEW, ("refund", "absent"), 1.0)))
        heard.append((yield Embed(VIEW, 1.0)))
        heard.append((yield Enter(("p",), 1.0, inf, "default", "local")))
        heard.append((yield Pause(0.0)))
        yield Note(ROW)

    await driver(told).run(flow())
    now, readings, vector, entered, paused = heard
    assert now > 0
    assert list(readings) == ["refund"]
    assert readings["refund"].value is True
    assert readings["refund"].cost > 0
    assert (vector, paused) == (None, None)
    assert [pool.name for pool in entered.pools] == ["p"]
    assert told == [ROW]


async def test_no_line_is_joined_when_the_deadline_has_passed() -> None:
    """The flow learns that there are no pools for it, and what time it is."""
    heard: list[Any] = []

    def flow() -> Flow[None]:
        heard.append((yield Enter(("p",), 1.0, 0.0, "default", "local")))

    await driver([]).run(flow())
    (entered,) = heard
    assert isinstance(entered, Entered)
    assert entered.pools is None
    assert entered.now > 0


async def test_a_mistake_in_mid_attempt_ends_the_attempt() -> None:
    """A flow that fails between the commit point and the relay leaves neither a lease nor a connection behind."""

    def flow() -> Flow[None]:
        assert isinstance((yield Send(Attempt("p", "s"), "m", inf, FACTS)), Arrived)
        raise LookupError("a verifier's mistake")

    async with scripted(replying(answer())) as server:
        driving = driver([], server.url)
        with pytest.raises(LookupError, match="verifier"):
            await driving.run(flow())
        assert driving._world.fleet.in_flight() == 0


async def test_a_client_that_leaves_still_gets_its_row() -> None:
    """Cancelling the driver throws ClientGone into the flow, lets it note its row, and is passed on."""
    told: list[Record] = []
    phases: list[str] = []

    def flow() -> Flow[None]:
        try:
            yield Pause(60.0)
        except ClientGone as gone:
            phases.append(gone.phase)
            yield Now()
            yield Note(ROW)

    running = asyncio.ensure_future(driver(told).run(flow()))
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (phases, told) == (["queue"], [ROW])
