"""Whatever engines and clients do: bounded sends, nothing after a relay, one row at the very end, the budget whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.flow.makers import NORTH, arrived, ask, cache, delivered, failed, outcome, pools, refused, rooms, way
from tests.flow.test_cascading import SURE, UNSURE, cascade, held
from wrp_policies.types import REJECTED, Ended, Fault
from wrp_router.fakes.playbook import Throw
from wrp_router.fleet import RetryBudget
from wrp_router.flow import (
    Answer,
    Arrived,
    CacheControl,
    ClientGone,
    Command,
    Delivered,
    Embed,
    Enter,
    Entered,
    Failed,
    Limits,
    Look,
    Note,
    Now,
    Pause,
    Read,
    Relay,
    Rooms,
    Send,
    SetAside,
    serve,
)
from wrp_router.record import Row
from wrp_signals.facts import Reading

SENT: tuple[Arrived | Failed, ...] = (
    arrived(),
    failed(),
    failed(reason="connect"),
    failed(reason="busy", fault=Fault.NONE),
    failed(ended=Ended.TIMED_OUT, reason="ttft"),
    refused(429, Fault.CREDENTIAL, retry_after=1.0),
    refused(401, Fault.CREDENTIAL),
    refused(400, Fault.REQUEST),
    refused(500, Fault.HOST),
)
CUT = delivered(outcome={"ended": Ended.FAILED, "fault": Fault.HOST}, body=None, error="upstream_stream_interrupted")
DOWN = pools(servers=())

# A command and what the world may answer to it; what is drawn first is what it does when all is well.
ANSWERS: dict[type, tuple[Any, ...]] = {
    Now: (100.0, 100.004, 103.0, 700.0),
    Read: ({"about": Reading("x")}, {"about": Reading("y")}, {}),
    Embed: (NORTH, None),
    Enter: tuple(Entered(seen, 100.0) for seen in (pools(), None, (), DOWN)),
    Pause: (None,),
    Send: SENT,
    Relay: (delivered(), CUT, Delivered()),
    Answer: (Delivered(),),
    Note: (None,),
}
GONE = (ClientGone("ttft", outcome(ended=Ended.CLIENT_GONE)), ClientGone("queue", None))
CLIMBED: dict[type, tuple[Any, ...]] = {
    **ANSWERS,
    Send: (held(SURE), held(UNSURE), held(None), held(UNSURE, whole=False, over="bytes"), *SENT[1:]),
    Look: tuple(Entered(seen, 101.0) for seen in (pools(), None, (), DOWN)),
    SetAside: (outcome(),),
}
LASTING = (Read, Embed, Enter, Pause, Send, Relay, Answer)
"""Commands that take time, and so can be left in."""


def world(draws: Sequence[int]) -> Iterator[int]:
    """The drawn numbers, then zeros."""
    yield from draws
    while True:
        yield 0


def drive(
    made: Rooms,
    draws: Sequence[int],
    leaves_at: int,
    control: CacheControl,
    answers: Mapping[type, tuple[Any, ...]] = ANSWERS,
) -> list[Command]:
    """All commands of one flow. The client leaves in the command number `leaves_at` of those that take time."""
    flow, chosen, seen = serve(ask(control=control), made), world(draws), []
    lasting, reply = 0, None
    try:
        while True:
            command = flow.throw(reply.error) if isinstance(reply, Throw) else flow.send(reply)
            seen.append(command)
            kind, options = type(command), answers[type(command)]
            reply = options[next(chosen) % len(options)]
            if kind in LASTING:
                reply = Throw(GONE[lasting % 2]) if lasting == leaves_at else reply
                lasting += 1
    except StopIteration:
        return seen


@given(
    draws=st.lists(st.integers(0, 8), max_size=40),
    leaves_at=st.integers(0, 20),
    extra=st.integers(0, 4),
    floor=st.integers(0, 3),
    control=st.builds(CacheControl, st.booleans(), st.booleans(), st.booleans(), st.sampled_from([0.0, 60.0, inf])),
)
def test_what_holds_for_every_request(
    draws: list[int], leaves_at: int, extra: int, floor: int, control: CacheControl
) -> None:
    """At most 1 + extra sends, none after a relay; exactly one row, and it is the last command; no retry left out."""
    made = rooms(
        ('about == "x"', way("x")),
        ("true", way("all")),
        schema={"about": "string"},
        cache=cache(),
        semantic=True,
        retries=RetryBudget(floor=floor),
        limits=Limits(extra_attempts=extra),
    )
    seen = drive(made, draws, leaves_at, control)
    kinds = [type(command) for command in seen]
    sends = [place for place, kind in enumerate(kinds) if kind is Send]
    assert len(sends) <= 1 + extra
    assert kinds.count(Relay) + kinds.count(Answer) <= 1
    assert Relay not in kinds or sends[-1] < kinds.index(Relay)
    assert kinds.count(Note) == 1
    assert kinds[-1] is Note
    assert made.retries.in_flight == 0
    row = seen[-1].record  # type: ignore[union-attr]  # it is the Note
    assert isinstance(row, Row)
    assert row.plan is None or len(row.outcomes) <= len(row.plan.attempts) + 1


@given(
    draws=st.lists(st.integers(0, 12), max_size=40),
    leaves_at=st.integers(0, 20),
    extra=st.integers(0, 4),
    floor=st.integers(0, 3),
    unknown=st.sampled_from(["accept", "escalate"]),
)
def test_what_holds_for_every_cascade(draws: list[int], leaves_at: int, extra: int, floor: int, unknown: str) -> None:
    """Escalating is no retry and happens once for each pool but the last; the client gets one answer, and there is none
    that nobody knows of: every attempt is in the row."""
    changes = {"retries": RetryBudget(floor=floor), "limits": Limits(extra_attempts=extra)}
    made = cascade(unknown=unknown, rooms=changes)
    seen = drive(made, draws, leaves_at, CacheControl(), CLIMBED)
    kinds = [type(command) for command in seen]
    sends = [place for place, kind in enumerate(kinds) if kind is Send]
    assert kinds.count(SetAside) <= 1
    assert len(sends) <= 1 + extra + kinds.count(SetAside)
    assert kinds.count(Relay) + kinds.count(Answer) <= 1
    assert Relay not in kinds or sends[-1] < kinds.index(Relay)
    assert [kind for kind in kinds if kind is Note] == [kinds[-1]]
    assert made.retries.in_flight == 0
    row = seen[-1].record  # type: ignore[union-attr]  # it is the Note
    assert isinstance(row, Row)
    assert sum(one.reason == REJECTED for one in row.outcomes) == kinds.count(SetAside)
    assert (row.cascade in ("escalated", "returned")) == (SetAside in kinds)
