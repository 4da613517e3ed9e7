"""A plan is walked: what fails over, what is final, what it costs, and what the client is told in the end."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tests.flow.makers import (
    ARRIVED,
    arrived,
    ask,
    attempt,
    delivered,
    failed,
    play,
    pool,
    pools,
    refused,
    rooms,
    row_of,
    way,
)
from wrp_policies import Planner, RoundRobin, Static
from wrp_policies.types import Ended, Fault, Outcome, Plan, Server
from wrp_router.fakes.playbook import Playbook, expect
from wrp_router.fleet import RetryBudget
from wrp_router.flow import Answer, Delivered, Label, Limits, Now, Pause, Relay, Rooms, Send
from wrp_signals.facts import Facts

ORDER = ("small-a", "small-b", "large-a")
"""The attempts of a plan over both pools."""


def error(code: str, status: int) -> Any:
    return lambda got: got is not None and (got.code, got.status) == (code, status)


def test_a_dead_host_is_passed_over_unseen() -> None:
    """Two servers die before they answered; the client gets the third one's answer, and all three are in the row."""
    made = rooms()
    book = play(ask(), made)
    for server in ORDER[:2]:
        book << expect(Send, attempt=attempt(server)) >> failed(server)
    assert made.retries.in_flight == 0
    book << expect(Send, attempt=attempt("large-a"), model="large-model") >> arrived()
    label = Label("dec_1", "all", "static", "large-model", "large", "large-a", "off", 3)
    book << expect(Relay, label=label) >> delivered("large-a")
    row = row_of(book)
    assert [outcome.server for outcome in row.outcomes] == [*ORDER]
    assert [outcome.ended for outcome in row.outcomes] == [Ended.FAILED, Ended.FAILED, Ended.DONE]
    assert (row.status, row.error, made.retries.in_flight) == (200, "", 0)


def test_a_retry_waits_a_jittered_moment_and_counts() -> None:
    """Up to 25 ms, drawn from the flow's own chance. The budget is out up to the commit point: from there on it is a
    request like any other, and a long stream must not keep others from being tried again."""
    made = rooms(rng=random.Random(7))
    book = play(ask(), made) << Send >> failed()
    book << Pause(random.Random(7).random() * 0.025)
    assert made.retries.in_flight == 1
    book >> None << Send
    assert made.retries.in_flight == 1
    book >> arrived() << Relay
    assert made.retries.in_flight == 0
    row_of(book >> delivered("small-b"))
    assert made.retries.in_flight == 0


@pytest.mark.parametrize("reason", ["connect", "busy"])
def test_a_server_that_was_never_reached_costs_no_retry(reason: str) -> None:
    """Nobody did any work: the next one is tried at once, however little budget there is."""
    made = rooms(retries=RetryBudget(ratio=0.0, floor=0))
    book = play(ask(), made)
    for server in ORDER[:2]:
        book << Send >> failed(server, reason=reason, fault=Fault.HOST if reason == "connect" else Fault.NONE)
    book << expect(Send, attempt=attempt("large-a")) >> arrived() << Relay >> delivered("large-a")
    assert row_of(book).status == 200


def test_a_spent_retry_budget_ends_it() -> None:
    """Then the first failure is the answer."""
    book = play(ask(), rooms(retries=RetryBudget(ratio=0.0, floor=0))) << Send >> failed()
    book << expect(Answer, error=error("upstream_failed", 502)) >> Delivered(status=502)
    row = row_of(book)
    assert (len(row.outcomes), row.status, row.error) == (1, 502, "upstream_failed")


@pytest.mark.parametrize(
    "final", [refused(400, Fault.REQUEST), refused(401, Fault.CREDENTIAL), refused(403, Fault.CREDENTIAL)]
)
def test_what_another_server_would_say_as_well_is_final(final: Any) -> None:
    """The engine's own words go to the client, and nothing says that retries were spent."""
    book = play(ask(), rooms()) << Send >> final
    command = (book << Answer).command
    assert (command.refused, command.error.status, command.error.final) == (final, final.outcome.status, False)
    book >> Delivered(status=final.outcome.status)
    row = row_of(book)
    assert (row.status, row.error, len(row.outcomes)) == (final.outcome.status, "upstream_error", 1)


def test_a_rate_limit_is_that_servers_own() -> None:
    """429 fails over; if all say so, the last one's words and its `Retry-After` are passed on, and no more retries."""
    book = play(ask(), rooms())
    for number, server in enumerate(ORDER):
        limited = refused(429, Fault.CREDENTIAL, server, retry_after=float(number))
        book << expect(Send, attempt=attempt(server)) >> limited
    command = (book << Answer).command
    assert (command.refused, command.label.attempts, command.label.server) == (limited, 3, "")
    assert (command.error.retry_after, command.error.final) == (2.0, True)


def test_an_error_of_ours_says_that_retries_were_spent() -> None:
    """After two failures the client is told not to add its own."""
    book = play(ask(), rooms())
    for server in ORDER:
        book << Send >> failed(server)
    command = (book << expect(Answer, error=error("upstream_failed", 502))).command
    assert command.error.final
    assert "reset" in command.error.message


def test_time_out_is_504() -> None:
    """Nothing came in time, from anybody."""
    book = play(ask(), rooms(limits=Limits(extra_attempts=0)))
    book << Send >> failed(ended=Ended.TIMED_OUT, reason="ttft")
    command = (book << expect(Answer, error=error("upstream_timeout", 504))).command
    assert not command.error.final


def test_all_busy_is_our_own_503() -> None:
    """No engine failed, so none is blamed; the client may come back."""
    book = play(ask(), rooms())
    for server in ORDER:
        book << Send >> failed(server, fault=Fault.NONE, reason="busy")
    command = (book << expect(Answer, error=error("overloaded", 503))).command
    assert (command.error.retry_after, command.error.final) == (1.0, False)


def test_extra_attempts_bound_the_plan() -> None:
    """With one extra, two servers are asked."""
    book = play(ask(), rooms(limits=Limits(extra_attempts=1)))
    book << Send >> failed() << expect(Send, attempt=attempt("large-a")) >> failed("large-a") << Answer


def later(book: Playbook, now: float) -> Playbook:
    """From here on the clock shows another time."""
    return book << Now >> now


def test_no_attempt_starts_after_the_deadline() -> None:
    """The pause before a retry counts: what the engine said is passed on, and the budget is given back."""
    made = rooms()
    book = play(ask(deadline=101.0), made) << Send >> refused(500, Fault.HOST)
    book << Pause >> None
    later(book, 101.0) << expect(Answer, refused=lambda refused: refused.body == b"no")
    assert made.retries.in_flight == 0


def test_patience_is_what_the_deadline_leaves() -> None:
    """Every attempt has until the deadline."""
    book = play(ask(deadline=110.0), rooms(), now=104.0)
    book << expect(Send, until=110.0) >> failed() << expect(Send, until=110.0)


def test_every_attempt_is_priced_by_its_own_pool() -> None:
    """A failed attempt that was billed costs, too; the row has the sum."""
    dear = pool("large", price_in=10.0, price_out=100.0)
    book = play(ask(), rooms(limits=Limits(extra_attempts=1)), pools=(pool("small"), dear))
    book << Send >> failed(tokens_in=10) << Send >> arrived() << Relay >> delivered("large-a")
    row = row_of(book)
    assert [outcome.cost for outcome in row.outcomes] == pytest.approx([1e-5, 6e-4])
    assert row.cost == pytest.approx(6.1e-4)


def test_a_pool_without_prices_costs_nothing() -> None:
    """The engine's own figure, if it gave one, stays."""
    free = pools(price_in=0.0, price_out=0.0)
    book = play(ask(), rooms(), pools=free) << Send >> arrived() << Relay >> delivered(outcome={"cost": 0.25})
    assert row_of(book).cost == 0.25


class Learner(Static, frozen=True, tag="learner"):
    """Remembers what it is told."""

    heard: list[tuple[Plan, Outcome]] = msgspec.field(default_factory=list)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        self.heard.append((plan, outcome))


def taught(learner: Learner) -> Rooms:
    """Rooms in which the learner chooses."""
    balancing = {name: RoundRobin() for name in learner.pools}
    return rooms(("true", way("all", planner=Planner(learner, balancing, "learner"))))


def test_policies_learn_of_every_attempt() -> None:
    """The failed one and the good one, priced, in order, with the plan they belong to."""
    learner = Learner(("small", "large"))
    book = play(ask(), taught(learner)) << Send >> failed() << Send >> arrived() << Relay >> delivered("small-b")
    row = row_of(book)
    assert learner.heard == [(row.plan, outcome) for outcome in row.outcomes]
    assert [outcome.ended for outcome in row.outcomes] == [Ended.FAILED, Ended.DONE]


def test_an_answer_cut_off_after_the_commit_point_is_never_tried_again() -> None:
    """The client has part of it: what follows is only the row."""
    cut = delivered(outcome={"ended": Ended.FAILED, "fault": Fault.HOST}, error="upstream_stream_interrupted")
    book = play(ask(), rooms()) << Send >> arrived() << Relay >> cut
    row = row_of(book)
    assert (row.status, row.error, row.midstream) == (200, "upstream_stream_interrupted", True)


def test_the_retry_budget_sees_how_busy_the_fleet_is() -> None:
    """Its bound is a share of the requests in flight, as the snapshot had them."""
    made = rooms(retries=RetryBudget(ratio=0.5, floor=0))
    busy = pool("small", servers=(Server("small-a", in_flight=1), Server("small-b", in_flight=1)))
    book = play(ask(), made, pools=(busy,)) << Send >> failed() << Send
    assert (book.command.attempt, made.retries.in_flight) == (attempt("small-b"), 1)


def test_what_may_be_shed_waits_for_no_retry() -> None:
    """It looks for a slot once, and leaves half of them to the others."""
    made = rooms(retries=RetryBudget(ratio=0.0, floor=2))
    assert made.retries.try_take(0, ARRIVED, sheddable=True)
    book = play(ask(view={"priority": "sheddable"}), made) << Send >> failed()
    book << Answer >> Delivered(status=502)
    assert len(row_of(book).outcomes) == 1
    book = play(ask(), made) << Send >> failed() << Send >> arrived() << Relay >> delivered()
    assert len(row_of(book).outcomes) == 2
