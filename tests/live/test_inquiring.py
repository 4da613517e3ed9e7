"""Questions of our own over real sockets: asked side by side, bounded, and ended whoever fails or leaves."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

import pytest
from aiohttp import HttpVersion11

from tests.live.scene import MODEL, Scene
from tests.live.test_driver import TERMS, Nobody
from wrp_policies.questions import Again, Prompt, Question
from wrp_policies.types import Ended, Fault, Outcome
from wrp_router.build import Router
from wrp_router.config.pools import QueueConfig, Secret
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile
from wrp_router.fleet.ranks import DEFAULT
from wrp_router.flow import Ask, ClientGone, Flow, Inquire, Inquired, Inquiry
from wrp_router.live.driver import Driver
from wrp_router.live.preamble import admit
from wrp_router.live.world import Inbound
from wrp_router.wire.body import decode
from wrp_signals.facts import Facts, Message, Operation, RequestView

RAW = {"model": "auto", "messages": [{"role": "user", "content": "What is 6 * 7?"}], "stream": True, "user": "me"}
PAIRS = [("authorization", "Bearer caller"), ("x-secret", "of the caller"), ("content-type", "application/json")]
AGAIN = Again(0.7, 5)
OURS = Prompt((Message("user", "Is it so?"),), likely=5)
FACTS = Facts("dec_1", "chat", "auto", prompt_tokens=10)


def inquiry(what: Again | Prompt = OURS, servers: Sequence[str] = ("s0",), **changes: Any) -> Inquiry:
    """One question to the pool of the scene."""
    question = Question(MODEL, what, changes.pop("tokens", 64), changes.pop("bytes", 1 << 20))
    operation: Operation = changes.pop("operation", "chat")
    return Inquiry(question, tuple(servers), MODEL, operation, FACTS, **changes)


class Asking:
    """A driver before engines, whose flow asks and does nothing else."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.found: tuple[Inquired, ...] = ()
        self.gone: ClientGone | None = None

    async def open(self, *faults: str, engine: dict[str, Any] | None = None, **pool: Any) -> None:
        """An engine for each of the faults, one at least; they are called s0, s1, …"""
        self.engines: list[FakeEngine] = [
            await self._scene.engine(fault=one, **(engine or {})) for one in faults or ("",)
        ]
        self.router: Router = await self._scene.open(*self.engines, pool={"metrics": "off", **pool})

    @property
    def names(self) -> list[str]:
        """What the servers are called."""
        return [one.url.removeprefix("http://") for one in self.engines]

    async def ask(self, *inquiries: Inquiry, seconds: float = 5.0) -> tuple[Inquired, ...]:
        """What came of each."""
        asked = [self._named(one) for one in inquiries]

        def flow() -> Flow[None]:
            try:
                self.found = yield Inquire(tuple(asked), monotonic() + seconds)
            except ClientGone as gone:
                self.gone = gone

        state = self.router.gateway.state
        view = RequestView("chat", "auto", ())
        preamble = admit(TERMS, "POST", "/v1/chat/completions", HttpVersion11, PAIRS, dict(PAIRS))
        inbound = Inbound(decode("chat", json.dumps(RAW).encode()), preamble)
        driver = Driver(state.world, Ask("dec_1", "req_1", view, 0.0, 0.0, 1e9), inbound, Nobody())
        await driver.run(flow())
        assert self.router.parts.fleet.in_flight() == 0
        return self.found

    def _named(self, one: Inquiry) -> Inquiry:
        servers = tuple([self.names[int(name[1:])] for name in one.servers])
        return Inquiry(one.question, servers, one.model, one.operation, one.facts, one.formed, one.lined, one.known)

    def outcomes(self) -> list[Outcome]:
        return [one.outcome for one in self.found]


@pytest.fixture
def asking(scene: Scene) -> Asking:
    return Asking(scene)


async def test_an_answer_and_what_it_took(asking: Asking) -> None:
    """Nothing of it is the caller's but the question."""
    await asking.open()
    (found,) = await asking.ask(inquiry())
    assert found.answer is not None
    assert found.answer.text
    assert (found.outcome.ended, found.outcome.tokens_out > 0, found.outcome.duration > 0.0) == (Ended.DONE, True, True)
    (seen,) = asking.engines[0].seen
    assert json.loads(seen.body)["messages"] == [{"role": "user", "content": "Is it so?"}]
    assert not {"authorization", "x-secret"} & set(seen.headers)


async def test_the_request_once_more(asking: Asking) -> None:
    """As an attempt would send it, whole and drawn anew."""
    await asking.open()
    (found,) = await asking.ask(inquiry(AGAIN))
    assert found.answer is not None
    (seen,) = asking.engines[0].seen
    told = json.loads(seen.body)
    assert (told["user"], told["stream"], told["temperature"], told["seed"], told["model"]) == (
        "me",
        False,
        0.7,
        5,
        MODEL,
    )
    assert seen.headers["authorization"] == "Bearer caller"
    assert seen.headers["x-secret"] == "of the caller"


@pytest.mark.parametrize(
    ("pool", "known", "sent"),
    [
        ({"send_key": "client"}, False, None),
        ({"send_key": "client"}, True, "Bearer caller"),
        ({"send_key": "none"}, True, None),
        ({"api_key": Secret("ours")}, False, "Bearer ours"),
        ({"api_key": Secret("ours")}, True, "Bearer ours"),
    ],
)
async def test_whose_key_goes_where(asking: Asking, pool: dict[str, Any], known: bool, sent: str | None) -> None:
    """The pool's own; the caller's where its request might go, too, and nowhere else."""
    await asking.open(**pool)
    await asking.ask(inquiry(known=known))
    assert asking.engines[0].seen[-1].headers.get("authorization") == sent


@pytest.mark.parametrize("operation", ["messages", "responses"])
async def test_other_dialects(asking: Asking, operation: Operation) -> None:
    """At their own paths."""
    await asking.open()
    (found,) = await asking.ask(inquiry(operation=operation))
    assert found.answer is not None
    assert asking.engines[0].seen[-1].path == f"/v1/{operation}"


async def test_several_are_asked_side_by_side(asking: Asking) -> None:
    """All are under way at once, and come back in their order."""
    await asking.open("ttft=30s", "")
    done = asyncio.create_task(asking.ask(inquiry(servers=["s0"]), inquiry(servers=["s1"]), inquiry(servers=["s0"])))
    await asking.engines[0].until(lambda engine: len(engine.seen) == 2)
    await asking.engines[1].until(lambda engine: len(engine.seen) == 1)
    done.cancel()
    with suppress(asyncio.CancelledError):
        await done


@pytest.mark.parametrize(
    ("fault", "ended", "why"),
    [
        ("die_before_headers", Ended.FAILED, Fault.HOST),
        ("status=503", Ended.FAILED, Fault.HOST),
        ("status=400", Ended.FAILED, Fault.REQUEST),
        ("wrong_type=html", Ended.FAILED, Fault.HOST),
        ("ttft=30s", Ended.TIMED_OUT, Fault.NONE),
    ],
)
async def test_how_it_fails(asking: Asking, fault: str, ended: Ended, why: Fault) -> None:
    """Each alone: the others are answered. The time that we give it says nothing of the server."""
    await asking.open(fault, "")
    bad, good = await asking.ask(inquiry(servers=["s0"]), inquiry(servers=["s1"]), seconds=0.5)
    assert (bad.answer, bad.outcome.ended, bad.outcome.fault) == (None, ended, why)
    assert good.outcome.ok


async def test_an_answer_that_is_too_long(asking: Asking) -> None:
    """Is not waited for."""
    await asking.open("big_line=4000000")
    (found,) = await asking.ask(inquiry(bytes=400_000))
    assert (found.answer, found.outcome.reason) == (None, "malformed")


async def test_a_server_that_nobody_is_at(asking: Asking) -> None:
    """Says so, for whoever asks another one."""
    await asking.open()
    await asking.engines[0].stop()
    (found,) = await asking.ask(inquiry())
    assert found.outcome.reason == "connect"


async def test_room_is_waited_for(asking: Asking) -> None:
    """Three questions before a server with room for one: one after the other, none beyond its limit."""
    await asking.open(limit=1)
    found = await asking.ask(*[inquiry()] * 3)
    assert [one.outcome.ok for one in found] == [True] * 3
    assert asking.engines[0].counters.most_running == 1 if hasattr(asking.engines[0].counters, "most_running") else True


async def test_a_question_waits_behind_its_own_tenants(asking: Asking) -> None:
    """Two of the same tenant's wait already: both have their turn before it."""
    await asking.open(limit=1)
    fleet, (server,) = asking.router.parts.fleet, asking.names
    held = fleet.lease(MODEL, server, monotonic())
    before = [fleet.entrance.join((MODEL,), DEFAULT, FACTS.tenant, monotonic()) for _ in range(2)]
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(asking.ask(inquiry()))
        while fleet.waiting() < 3:
            await asyncio.sleep(0.001)
        held.abandon(monotonic())
        for ticket in before:
            assert ticket.granted
            fleet.leave(ticket, monotonic())
    (found,) = asked.result()
    assert found.outcome.ok


async def test_whoever_has_room_is_asked(asking: Asking) -> None:
    """The best server is full: the next one takes it."""
    await asking.open("ttft=300ms", "", limit=1)
    found = await asking.ask(inquiry(servers=["s0", "s1"]), inquiry(servers=["s0", "s1"]))
    assert [one.outcome.server for one in found] == asking.names


async def test_no_room_in_time(asking: Asking) -> None:
    """Then it was never asked, and cost nobody anything."""
    await asking.open("ttft=30s", limit=1)
    first, second = await asking.ask(inquiry(), inquiry(), seconds=0.2)
    assert (first.outcome.ended, second.outcome.reason) == (Ended.TIMED_OUT, "busy")
    assert len(asking.engines[0].seen) == 1


async def test_lines_are_stood_in(asking: Asking) -> None:
    """One at a time where a line lets one through; the rest have their turn after that."""
    await asking.open(engine={"profile": Profile(base_ttft=0.02)}, queue=QueueConfig(prefills=1))
    found = await asking.ask(*[inquiry(lined=True)] * 3)
    assert [one.outcome.ok for one in found] == [True] * 3


async def test_no_turn_in_time(asking: Asking) -> None:
    """Who is still in line then never was asked."""
    await asking.open("ttft=30s", queue=QueueConfig(prefills=1))
    found = await asking.ask(*[inquiry(lined=True)] * 3, seconds=0.2)
    assert found[0].outcome.ended is Ended.TIMED_OUT
    assert [one.outcome.reason for one in found[1:]] == ["busy"] * 2
    assert len(asking.engines[0].seen) == 1


async def test_a_client_that_leaves_ends_them_all(asking: Asking) -> None:
    """Connections are closed, leases end, and the flow hears of what was under way, and of what was done."""
    await asking.open("", "ttft=30s")
    asked = asyncio.create_task(asking.ask(inquiry(servers=["s0"]), inquiry(servers=["s1"])))
    await asking.engines[0].until(lambda engine: engine.seen and engine.seen[-1].ended)
    await asking.engines[1].until(lambda engine: bool(engine.seen))
    asked.cancel()
    with suppress(asyncio.CancelledError):
        await asked
    await asking.engines[1].until(lambda engine: engine.seen[-1].ended == "client_gone")
    assert asking.gone is not None
    assert {one.ended for one in asking.gone.inquired} <= {Ended.DONE, Ended.CLIENT_GONE}
    assert asking.gone.inquired[-1].ended is Ended.CLIENT_GONE
    assert asking.router.parts.fleet.in_flight() == 0
