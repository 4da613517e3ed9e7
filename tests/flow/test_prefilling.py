"""Prompts that other servers compute: who is asked in which order, what counts as a retry, and what the row says."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.flow.makers import arrived, ask, delivered, failed, outcome, play, pool, refused, rooms, row_of, way
from wrp_policies import Planner, RoundRobin, Static
from wrp_policies.balancing import Disaggregated
from wrp_policies.types import Attempt, Ended, Fault, Outcome, Plan, Server
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.fleet import RetryBudget
from wrp_router.flow import (
    Answer,
    ClientGone,
    Delivered,
    Enter,
    Entered,
    Note,
    Now,
    Pause,
    Prefill,
    Prefilled,
    Relay,
    Rooms,
    Send,
    serve,
)
from wrp_signals.facts import Facts

PREFILLS = ("small-p0", "small-p1")
HANDED = Prefilled({"kv_transfer_params": b'{"remote_block_ids":[1]}'})
BUSY = {"reason": "busy", "fault": Fault.NONE}
TURNED_AWAY: tuple[dict[str, Any], ...] = (
    {"reason": "connect"},
    BUSY,
    {"status": 429, "reason": "status 429", "fault": Fault.CREDENTIAL},
    {"status": 503, "reason": "status 503"},
)


def server(name: str) -> Server:
    return Server(name, role="prefill" if "-p" in name else "decode")


DIVIDED = pool("small", servers=tuple(map(server, (*PREFILLS, "small-d0", "small-d1"))))


def divided(spec: Disaggregated | None = None, **changes: Any) -> Rooms:
    """Rooms with one route to a pool of two servers for each half, both in turn."""
    made = spec or Disaggregated(prefill=RoundRobin(), decode=RoundRobin())
    planner = Planner(Static(("small",)), {"small": made.build()}, "static")
    return rooms(("true", way("all", "small", planner=planner)), **changes)


def begun(made: Rooms | None = None) -> Playbook:
    return play(ask(), made or divided(), pools=(DIVIDED,))


def attempt(server: str = "small-d0", prefills: tuple[str, ...] = PREFILLS) -> Attempt:
    return Attempt("small", server, 0.0, prefills)


def test_a_prompt_is_computed_first_and_handed_over() -> None:
    """One server computes it; what it said goes to the other with the request; the row names both."""
    book = begun() << expect(Prefill, attempt=attempt(), server="small-p0", model="small-model", until=700.0)
    book >> HANDED << expect(Send, attempt=attempt(), prefilled=HANDED) >> arrived()
    book << expect(Relay, label=lambda label: (label.server, label.attempts) == ("small-d0", 1))
    row = row_of(book >> delivered("small-d0"))
    assert [(one.server, one.prefill, one.cost > 0) for one in row.outcomes] == [("small-d0", "small-p0", True)]


@pytest.mark.parametrize("how", TURNED_AWAY, ids=lambda how: how["reason"])
def test_one_that_turns_it_away_costs_no_retry(how: dict[str, Any]) -> None:
    """The next is asked at once, for the same attempt, whatever the budget; the row has who said no."""
    book = begun(divided(retries=RetryBudget(ratio=0.0, floor=0))) << Prefill >> failed("small-p0", **how)
    book << expect(Prefill, attempt=attempt(), server="small-p1") >> HANDED << Send >> arrived() << Relay
    row = row_of(book >> delivered("small-d0"))
    assert [(one.server, one.prefill) for one in row.outcomes] == [("small-p0", ""), ("small-d0", "small-p1")]


@pytest.mark.parametrize("how", TURNED_AWAY, ids=lambda how: how["reason"])
def test_it_may_say_so_only_after_the_sending(how: dict[str, Any]) -> None:
    """Where both servers work at the same time: all the same to the flow."""
    book = begun() << Prefill >> HANDED << Send >> failed("small-p0", **how)
    book << expect(Prefill, attempt=attempt(), server="small-p1") >> HANDED << Send >> arrived() << Relay
    row = row_of(book >> delivered("small-d0"))
    assert [(one.server, one.prefill) for one in row.outcomes] == [("small-p0", ""), ("small-d0", "small-p1")]


def test_one_that_dies_is_a_failed_attempt() -> None:
    """It had begun to work: that is a retry, and the next attempt asks others first."""
    book = begun() << Prefill >> failed("small-p0")
    book << Pause >> None
    book << expect(Prefill, attempt=attempt("small-d1"), server="small-p1") >> HANDED << Send >> arrived() << Relay
    row = row_of(book >> delivered("small-d1"))
    assert [(one.server, one.ended) for one in row.outcomes] == [("small-p0", Ended.FAILED), ("small-d1", Ended.DONE)]


def test_one_that_dies_beside_the_other_is_asked_last() -> None:
    """Heard of by the sending."""
    book = begun() << Prefill >> HANDED << Send >> failed("small-p0") << Pause >> None
    book << expect(Prefill, attempt=attempt("small-d1"), server="small-p1")


def test_a_failed_answer_is_prefilled_again() -> None:
    """By the same server, which has the prompt in its cache by now; blocks were handed to the one that failed."""
    book = begun() << Prefill >> HANDED << Send >> failed("small-d0") << Pause >> None
    book << expect(Prefill, attempt=attempt("small-d1"), server="small-p0") >> HANDED << Send >> arrived() << Relay
    row = row_of(book >> delivered("small-d1"))
    assert [(one.server, one.prefill) for one in row.outcomes] == [("small-d0", "small-p0"), ("small-d1", "small-p0")]


def test_one_server_that_answers_is_tried_with_another_that_computes() -> None:
    """The plan names it twice; but once it has failed itself, there is nobody left."""
    lone = pool("small", servers=tuple(map(server, (*PREFILLS, "small-d0"))))
    book = play(ask(), divided(), pools=(lone,)) << Prefill >> failed("small-p0") << Pause >> None
    book << expect(Prefill, attempt=attempt(), server="small-p1") >> HANDED << Send >> failed("small-d0")
    book << expect(Answer, error=lambda error: error.code == "upstream_failed")
    book = play(ask(), divided(), pools=(lone,)) << Prefill >> HANDED << Send >> failed("small-d0")
    book << expect(Answer, error=lambda error: error.code == "upstream_failed")


def test_a_full_answering_server_is_passed_over() -> None:
    """The prompt was not computed for nothing: the server is taken before."""
    book = begun() << Prefill >> failed("small-d0", **BUSY)
    book << expect(Prefill, attempt=attempt("small-d1"), server="small-p0")


def test_all_busy_is_an_overload() -> None:
    """Nobody did anything: no engine is blamed, and the client may come back."""
    book = begun()
    for name in (*PREFILLS, *PREFILLS):
        book << expect(Prefill, server=name) >> failed(name, **BUSY)
    command = (book << Answer).command
    assert (command.error.code, command.error.retry_after) == ("overloaded", 1.0)


def test_all_that_turn_it_away_are_one_failed_attempt() -> None:
    """What the last one said is the client's, once the retries are spent."""
    book = begun(divided(retries=RetryBudget(ratio=0.0, floor=0))) << Prefill >> refused(503, Fault.HOST, "small-p0")
    last = refused(503, Fault.HOST, "small-p1", retry_after=2.0)
    book << expect(Prefill, server="small-p1") >> last
    for _ in range(11):
        book << Pause >> None
    command = (book << Pause >> None << Answer).command
    assert (command.refused, command.error.retry_after) == (last, 2.0)


def test_what_is_wrong_with_the_request_is_final() -> None:
    """The prefill server says what any other would: it is passed on, and nobody else is asked."""
    final = refused(400, Fault.REQUEST, "small-p0")
    command = (begun() << Prefill >> final << Answer).command
    assert (command.refused, command.error.final) == (final, False)


def test_nothing_handed_over_is_no_failure() -> None:
    """The answering server computes the prompt then, and nobody else did."""
    book = begun() << Prefill >> Prefilled({}) << expect(Send, prefilled=Prefilled({})) >> arrived() << Relay
    assert row_of(book >> delivered("small-d0")).outcomes[0].prefill == ""


def test_alone_where_all_turn_it_away() -> None:
    """If that is allowed: the attempt's own server is sent the request as it came."""
    spec = Disaggregated(prefill=RoundRobin(), decode=RoundRobin(), alone=True)
    book = begun(divided(spec))
    for name in PREFILLS:
        book << expect(Prefill, server=name) >> failed(name, **BUSY)
    book << expect(Send, attempt=attempt(prefills=(*PREFILLS, "")), prefilled=None) >> arrived() << Relay
    assert row_of(book >> delivered("small-d0")).outcomes[-1].prefill == ""


def test_no_prefill_for_what_needs_none() -> None:
    """A short prompt is sent as anywhere else."""
    spec = Disaggregated(prefill=RoundRobin(), decode=RoundRobin(), local=100)
    begun(divided(spec)) << expect(Send, attempt=attempt(prefills=()), prefilled=None)


class Hearing(RoundRobin, frozen=True, tag="hearing"):
    """Remembers where it is told that requests went, and how that ended."""

    heard: list[str] = msgspec.field(default_factory=list)

    def placed(self, facts: Facts, server: str, now: float) -> None:
        self.heard.append(f"placed {server}")

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        self.heard.append(f"{outcome.ended} {outcome.server}")


def test_policies_hear_of_both_halves() -> None:
    """At once where prompts went, and how each attempt ended; a prompt that was computed is no outcome of its own."""
    ear = Hearing()
    spec = msgspec.structs.replace(Disaggregated(), prefill=ear, decode=ear)  # type: ignore[arg-type]
    book = begun(divided(spec)) << Prefill >> failed("small-p0", **BUSY) << Prefill >> HANDED << Send >> arrived()
    row_of(book << Relay >> delivered("small-d0"))
    expected = ["placed small-d0", "placed small-p0", "failed small-p0", "placed small-p1", "done small-d0"]
    assert ear.heard == expected


@pytest.mark.parametrize(("at", "phase"), [(Prefill, "ttft"), (Send, "ttft"), (Relay, "stream")])
def test_the_client_leaves(at: type, phase: Any) -> None:
    """In whatever it is: one row, with what was under way."""
    made = divided()
    book = begun(made) << Prefill
    for before, reply, following in ((Prefill, HANDED, Send), (Send, arrived(), Relay)):
        if type(book.command) is before is not at:
            book >> reply << following
    running = outcome("small-p0" if at is Prefill else "small-d0", ended=Ended.CLIENT_GONE, finish_reason="")
    row = row_of(book >> Throw(ClientGone(phase, running)))
    assert (row.status, row.gone, len(row.outcomes), made.retries.in_flight) == (499, phase, 1, 0)
    assert row.outcomes[0].prefill == ("" if at is Prefill else "small-p0")


FAILURES = (*TURNED_AWAY, {}, {"ended": Ended.TIMED_OUT, "reason": "ttft"}, {"status": 400, "fault": Fault.REQUEST})


def reply_to(command: Any, failing: dict[str, Any] | None, late: bool, asked: list[tuple[str, str]]) -> Any:
    """What the world says; `late`: a prefill server is heard to fail only by the sending."""
    if type(command) is Prefill:
        asked.append((command.attempt.server, command.server))
        return failed(command.server, **failing) if failing is not None and not late else HANDED
    if type(command) is Send:
        guilty = asked[-1][1] if late and command.prefilled is not None else command.attempt.server
        return arrived() if failing is None else failed(guilty, **failing)
    others: dict[type, Any] = {Now: 100.0, Enter: Entered((DIVIDED,), 100.0), Relay: delivered("small-d0")}
    return others.get(type(command), Delivered(status=503) if type(command) is Answer else None)


@given(draws=st.lists(st.integers(0, 7), max_size=30), alone=st.booleans(), late=st.booleans())
def test_whatever_servers_do(draws: list[int], alone: bool, late: bool) -> None:
    """No server is asked twice for one attempt; there is one row, at the very end; no retry is left out."""
    made = divided(Disaggregated(prefill=RoundRobin(), decode=RoundRobin(), alone=alone))
    flow, asked, seen, reply = serve(ask(), made), list[tuple[str, str]](), list[type](), None
    with suppress(StopIteration):
        while True:
            command = flow.send(reply)
            seen.append(type(command))
            drawn = draws.pop() if draws and type(command) in (Prefill, Send) else 7
            reply = reply_to(command, FAILURES[drawn] if drawn < 7 else None, late, asked)
    assert len(set(asked)) == len(asked) <= 2 * len(PREFILLS)
    assert seen.count(Send) <= len(asked) + 2
    assert (seen.count(Note), seen[-1], seen.count(Relay) + seen.count(Answer)) == (1, Note, 1)
    assert made.retries.in_flight == 0
