"""Questions of our own on virtual time: as many at once as there is room, and none beyond its time."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from tests.flow.makers import ask
from wrp_policies.questions import Again, Prompt, Question
from wrp_policies.types import Ended, Fault
from wrp_router.fakes.asking import Refused
from wrp_router.fakes.model import Profile
from wrp_router.fleet import Fleet, PoolSpec, ServerSpec
from wrp_router.fleet.ranks import DEFAULT
from wrp_router.fleet.spec import QueueSpec
from wrp_router.flow import Inquire, Inquired, Inquiry
from wrp_router.sim.engine import Said, SimEngine
from wrp_router.sim.inquiring import Inquiring
from wrp_router.sim.sleepers import Sleepers
from wrp_router.sim.world import World
from wrp_signals.facts import Facts, Message

TREE: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "What is 6 * 7?"}], "stream": True}
OURS = Prompt((Message("user", "Is it so?"),), schema={"type": "object"}, likely=3)
FACTS = Facts("dec_1", "chat", "auto", prompt_tokens=10)
SECOND = Profile(base_ttft=1.0)


def inquiry(what: Again | Prompt = OURS, **changes: Any) -> Inquiry:
    """One question."""
    return Inquiry(Question("judge", what, 64), ("a", "b"), "judge-model", "chat", FACTS, **changes)


class Asked:
    """Two servers of one pool, each a second for an answer, and questions to them."""

    def __init__(self, engine: type[SimEngine] = SimEngine, limit: int = 0, lines: QueueSpec | None = None) -> None:
        self.world = World(100.0)
        servers = tuple([ServerSpec(name, f"http://127.0.0.1:{n}", limit) for n, name in enumerate("ab")])
        specs = [PoolSpec("judge", "judge-model", servers, queue=lines)]
        self.fleet = Fleet(specs, random.Random(0), lambda change: None, lambda waiter: self.sleepers.wake(waiter))
        self.sleepers = Sleepers(self.world, self.fleet)
        self.engines = {("judge", name): engine(SECOND) for name in "ab"}
        self.found: tuple[Inquired, ...] = ()
        self.ended = 0.0

    def ask(self, *inquiries: Inquiry, seconds: float = 10.0) -> tuple[Inquired, ...]:
        """What came of them; all servers are free again."""

        def then(found: tuple[Inquired, ...]) -> None:
            self.found, self.ended = found, self.world.now

        command = Inquire(inquiries, self.world.now + seconds)
        Inquiring(self.engines, self.sleepers, ask(), TREE, command, then).begin()
        self.world.run()
        assert (self.fleet.in_flight(), self.fleet.waiting()) == (0, 0)
        return self.found


@pytest.mark.parametrize("what", [OURS, Again(0.7, 5)])
def test_answers_take_their_time(what: Again | Prompt) -> None:
    """Side by side."""
    asked = Asked()
    found = asked.ask(*[inquiry(what, formed=True)] * 3)
    assert [one.answer is not None for one in found] == [True] * 3
    assert {one.outcome.ended for one in found} == {Ended.DONE}
    assert asked.ended == pytest.approx(101.0, abs=0.05)
    assert bool(found[0].answer and found[0].answer.tokens) == (what is OURS)


def test_room_is_waited_for() -> None:
    """Servers with room for one: a third question waits for the first two."""
    asked = Asked(limit=1)
    found = asked.ask(*[inquiry()] * 3)
    assert [one.outcome.server for one in found[:2]] == ["a", "b"]
    assert asked.ended == pytest.approx(102.0, abs=0.05)


@pytest.mark.parametrize(("tenant", "reason"), [("another", ""), ("local", "busy")])
def test_a_question_waits_among_its_tenants(tenant: str, reason: str) -> None:
    """Three wait already, and two have their turn in time: one of another tenant's and the question, or its own two."""
    asked = Asked(limit=1)
    fleet, world = asked.fleet, asked.world
    held = [fleet.lease("judge", name, 100.0) for name in "ab"]
    flood = [fleet.entrance.join(("judge",), DEFAULT, tenant, 100.0) for _ in range(3)]
    for number, lease in enumerate(held, start=1):
        world.at(100.0 + number, partial(lease.abandon, 100.0 + number))
    for ticket in flood:
        world.at(120.0, partial(fleet.leave, ticket, 120.0))
    (found,) = asked.ask(inquiry())
    assert found.outcome.reason == reason


def test_lines_are_stood_in() -> None:
    """One prompt at a time before the server that all of them want."""
    asked = Asked(lines=QueueSpec(prefills=1))
    found = asked.ask(*[inquiry(lined=True)] * 3)
    assert all(one.outcome.ok for one in found)
    assert asked.ended == pytest.approx(103.0, abs=0.05)


@pytest.mark.parametrize("lines", [None, QueueSpec(prefills=1), QueueSpec(prefills=1, depth=1)])
def test_no_room_in_time(lines: QueueSpec | None) -> None:
    """Then it is not asked at all."""
    asked = Asked(limit=0 if lines else 1, lines=lines)
    found = asked.ask(*[inquiry(lined=lines is not None)] * 6, seconds=0.5)
    reasons = [one.outcome.reason for one in found]
    assert (set(reasons), reasons[0]) == ({"deadline", "busy"}, "deadline")
    assert 1 <= reasons.count("deadline") <= 2
    assert asked.ended == pytest.approx(100.5)


def test_nobody_is_there() -> None:
    """Neither now nor in time."""
    asked = Asked()
    for name in "ab":
        asked.fleet.drain("judge", name)
    assert [one.outcome.reason for one in asked.ask(inquiry())] == ["busy"]


def test_what_takes_too_long_is_not_waited_for() -> None:
    """The server is let go then; nothing is held against it."""
    asked = Asked()
    (found,) = asked.ask(inquiry(), seconds=0.5)
    outcome = found.outcome
    assert (found.answer, outcome.ended, outcome.reason, outcome.fault) == (
        None,
        Ended.TIMED_OUT,
        "deadline",
        Fault.NONE,
    )
    assert asked.ended == pytest.approx(100.5)


class Refusing(SimEngine):
    """Takes nothing."""

    def answer(self, tree: dict[str, Any], model: str, now: float, handed: bool = False) -> Said:
        raise Refused(400, "no", "no")


def test_an_engine_may_refuse() -> None:
    """At once."""
    (found,) = Asked(Refusing).ask(inquiry())
    assert (found.answer, found.outcome.status) == (None, 400)
