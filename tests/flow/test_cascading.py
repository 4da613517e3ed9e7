"""A cascade in the flow: an answer that passes its bar is served, another one is asked for, and no answer is lost."""

from __future__ import annotations

from math import exp
from typing import Any

import msgspec
import pytest

from tests.flow.makers import (
    arrived,
    ask,
    attempt,
    cache,
    delivered,
    failed,
    outcome,
    play,
    pool,
    pools,
    refused,
    rooms,
    row_of,
    way,
)
from wrp_policies import Planner, RoundRobin
from wrp_policies.cascading.types import Answer, Held, Hold, Wanted
from wrp_policies.cascading.verifiers import Logprob
from wrp_policies.selection import Cascade
from wrp_policies.types import Attempt, Ended, Fault, Server
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.fleet import RetryBudget
from wrp_router.flow import (
    Answer as Told,
)
from wrp_router.flow import (
    Arrived,
    ClientGone,
    Delivered,
    Entered,
    Look,
    Pause,
    Relay,
    Rooms,
    Send,
    SetAside,
    Stand,
    Stood,
)
from wrp_signals.materials import Materials

BAR = exp(-0.4)
SURE, UNSURE = Answer("Yes.", logprobs=(-0.1, -0.2)), Answer("Hm.", logprobs=(-1.0, -2.0))
HOLD = Hold(1 << 20, 10.0, 0, 0)


def cascade(*names: str, **changes: Any) -> Rooms:
    """Rooms with a cascade over these pools, small and large by default; `rooms` changes the rooms."""
    listed = names or ("small", "large")
    made = changes.pop("rooms", {})
    lines = changes.pop("lines", frozenset())
    spec = Cascade(listed, changes.pop("accept", Logprob(-0.4)), **changes)
    planner = Planner(spec.build(Materials.none()), {name: RoundRobin() for name in listed}, "cascade")
    return rooms(("true", way("all", *listed, planner=planner, lines=lines)), **made)


def held(answer: Answer | None, **changes: Any) -> Arrived:
    """What arrived, and was held back."""
    return Arrived(200, 0.1, Held(answer, Wanted("What is up?"), **changes))


def looked(book: Playbook, **changes: Any) -> Playbook:
    """How the pools stand when the answer was not good enough."""
    return book << Look >> Entered(changes.pop("pools", pools()), changes.pop("now", 101.0))


def rejected(book: Playbook, server: str = "small-a") -> Playbook:
    """The small answer is not good enough, and set aside."""
    book << expect(Send, attempt=Attempt("small", server, BAR), hold=HOLD) >> held(UNSURE)
    return looked(book) << SetAside() >> outcome(server)


def test_an_answer_that_passes_is_served() -> None:
    """Nobody else is asked; the row has the score, by what, and the plan its bar."""
    book = play(ask(), cascade()) << expect(Send, hold=HOLD) >> held(SURE) << expect(Relay, aside=False) >> delivered()
    row = row_of(book)
    (one,) = row.outcomes
    assert (row.cascade, one.quality, one.evidence) == ("accepted", pytest.approx(exp(-0.15)), "logprob -0.150")
    assert row.plan is not None
    assert [one.accept_at for one in row.plan.attempts] == [BAR, BAR, 0.0, 0.0]


def test_one_that_does_not_is_set_aside_and_paid_for() -> None:
    """The next pool is asked without a bar, at once and out of no retry budget; no other server of the first is."""
    made = cascade(rooms={"retries": RetryBudget(ratio=0.0, floor=0)})
    book = rejected(play(ask(), made)) << expect(Send, attempt=attempt("large-a"), hold=None) >> arrived()
    book << expect(Relay, label=lambda label: (label.pool, label.attempts) == ("large", 2)) >> delivered("large-a")
    row = row_of(book)
    first, second = row.outcomes
    assert (first.ended, first.reason, first.quality) == (Ended.DONE, "rejected", pytest.approx(exp(-1.5)))
    assert (second.quality, second.evidence, row.cascade) == (1.0, "", "escalated")
    assert row.cost == pytest.approx(2 * (10 + 5 * 2) / 1e6)


@pytest.mark.parametrize(
    "ending", [failed("large-a"), refused(500, Fault.HOST, "large-a"), refused(400, Fault.REQUEST)]
)
def test_where_the_next_pool_fails_the_first_answer_is_served(ending: Any) -> None:
    """It is better than an error; the row says so, and what it cost."""
    book = rejected(play(ask(), cascade())) << Send >> ending
    if ending.outcome.fault is not Fault.REQUEST:
        book << Send >> failed("large-b")
    book << expect(Relay, aside=True, record=False, label=lambda one: (one.pool, one.server) == ("small", "small-a"))
    row = row_of(book >> Delivered(first=0.3, last=0.4))
    assert (row.status, row.error, row.cascade, row.ttft) == (200, "", "returned", 0.3)
    assert row.outcomes[0].reason == "rejected"


def test_where_its_line_is_full_too() -> None:
    """There was no turn before a server of the next pool."""
    book = rejected(play(ask(), cascade(lines=frozenset({"large"})))) << Stand >> Stood("", "full")
    row = row_of(book << expect(Relay, aside=True) >> Delivered())
    assert (row.cascade, row.shed, row.status) == ("returned", "", 200)


def test_without_an_answer_set_aside_a_full_line_is_an_error() -> None:
    """As without a cascade."""
    book = play(ask(), cascade(lines=frozenset({"small"}))) << Stand >> Stood("", "full")
    assert row_of(book << Told >> Delivered(status=503)).status == 503


def test_what_was_cut_off_cannot_be_served_any_more() -> None:
    """Judged by its beginning, it is not there: then it is an error."""
    book = play(ask(), cascade(prefix=16)) << expect(Send, hold=lambda hold: hold.prefix == 16)
    book = looked(book >> held(UNSURE, whole=False)) << SetAside >> outcome()
    for server in ("large-a", "large-b"):
        book << Send >> failed(server)
    row = row_of(book << expect(Told, error=lambda error: error.status == 502) >> Delivered(status=502))
    assert (row.status, row.cascade) == (502, "escalated")


def test_failures_walk_spares_within_their_budget() -> None:
    """A server that dies is another matter than an answer that is not good enough; retries are counted over all."""
    book = play(ask(), cascade()) << Send >> failed("small-a") << Pause >> None
    book = rejected(book, "small-b") << Send >> failed("large-a") << Pause >> None << Send >> failed("large-b")
    row = row_of(book << expect(Relay, aside=True) >> Delivered())
    assert [one.server for one in row.outcomes] == ["small-a", "small-b", "large-a", "large-b"]


def test_where_the_small_pool_is_dead_the_large_one_answers() -> None:
    """Nothing was verified."""
    book = play(ask(), cascade(), pools=(pool("small", servers=(Server("small-a"),)), pool("large")))
    book << Send >> failed("small-a") << Pause >> None << expect(Send, hold=None) >> arrived() << Relay
    assert row_of(book >> delivered("large-a")).cascade == ""


def slow(prefill: float) -> Any:
    """Pools of which the large one has a queue."""
    return (pool("small"), pool("large", servers=(Server("large-a", prefill=prefill, pending=1000),)))


@pytest.mark.parametrize(("prefill", "result"), [(0.001, "escalated"), (0.01, "aborted")])
def test_what_would_come_too_late_is_not_asked_for(prefill: float, result: str) -> None:
    """A thousand tokens are before it, and a second of three has gone by: then the small answer is served, and why."""
    book = play(ask(), cascade(slo_ttft=3.0)) << Send >> held(UNSURE)
    looked(book, pools=slow(prefill))
    if result == "escalated":
        book << SetAside >> outcome() << Send >> arrived()
    row = row_of(book << expect(Relay, aside=False) >> delivered("small-a"))
    assert row.cascade == result
    assert row.plan is not None
    assert ("not escalated: large would take 10.07 s, 2.00 s are left" in row.plan.why) == (result == "aborted")
    assert len(row.outcomes) == (1 if result == "aborted" else 2)


@pytest.mark.parametrize("bound", ["deadline", "first"])
def test_the_callers_time_counts_too(bound: str) -> None:
    """Without a bound of our own: until the whole answer, or until it begins, for nothing of it was sent."""
    book = looked(play(ask(**{bound: 104.0}), cascade()) << Send >> held(UNSURE), pools=slow(0.01))
    assert row_of(book << Relay >> delivered()).cascade == "aborted"


@pytest.mark.parametrize("pools_then", [(), None])
def test_whether_the_next_pool_is_late_may_not_be_known(pools_then: Any) -> None:
    """Then it is asked."""
    book = looked(play(ask(), cascade()) << Send >> held(UNSURE), pools=pools_then)
    book << SetAside >> outcome() << Send >> arrived() << Relay
    assert row_of(book >> delivered("large-a")).cascade == "escalated"


@pytest.mark.parametrize(("unknown", "result"), [("escalate", "escalated"), ("accept", "unverified")])
@pytest.mark.parametrize("answer", [None, Answer("Yes.")], ids=["unreadable", "no logprobs"])
def test_an_answer_of_which_nothing_can_be_said(unknown: Any, result: str, answer: Answer | None) -> None:
    """As configured: on to the next, or served."""
    book = play(ask(), cascade(unknown=unknown)) << Send >> held(answer)
    if result == "escalated":
        looked(book) << SetAside >> outcome() << Send >> arrived()
    row = row_of(book << expect(Relay, aside=False) >> delivered("small-a"))
    assert (row.cascade, row.outcomes[0].quality) == (result, 1.0)
    assert row.outcomes[0].evidence in ("unreadable", "no logprobs")


def test_a_long_answer_goes_on_unverified() -> None:
    """It was held as long as may be."""
    book = play(ask(), cascade()) << Send >> held(SURE, whole=False, over="seconds") << Relay >> delivered()
    row = row_of(book)
    assert (row.cascade, row.outcomes[0].evidence) == ("unverified", "over seconds")


def test_three_pools_are_climbed_one_by_one() -> None:
    """Each answer that is not good enough takes the place of the one before."""
    three = (*pools(), pool("huge"))
    book = rejected(play(ask(), cascade("small", "large", "huge"), pools=three))
    book << expect(Send, attempt=Attempt("large", "large-a", BAR)) >> held(UNSURE)
    looked(book, pools=three) << SetAside >> outcome("large-a")
    for server in ("huge-a", "huge-b"):
        book << Send >> failed(server)
        if server == "huge-a":
            book << Pause >> None
    row = row_of(book << expect(Relay, aside=True, label=lambda one: one.pool == "large") >> Delivered())
    assert [one.reason for one in row.outcomes] == ["rejected", "rejected", "reset", "reset"]


@pytest.mark.parametrize("at", [SetAside, Send])
def test_a_client_that_leaves_is_followed_by_nothing(at: type) -> None:
    """While its answer is held, or the better one is asked for."""
    gone = msgspec.structs.replace(outcome(), ended=Ended.CLIENT_GONE)
    book = play(ask(), cascade()) << Send >> held(UNSURE)
    book = looked(book) << SetAside
    if at is Send:
        book >> outcome() << Send
    row = row_of(book >> Throw(ClientGone("ttft", gone)))
    assert (row.gone, row.status) == ("ttft", 499)
    assert row.outcomes[-1].ended is Ended.CLIENT_GONE


@pytest.mark.parametrize(("answer", "kept"), [(SURE, True), (UNSURE, False)])
def test_what_is_not_good_enough_is_not_remembered(answer: Answer, kept: bool) -> None:
    """An answer that was served only because a better one would have come too late is nobody else's."""
    made = cascade(slo_ttft=3.0, rooms={"cache": cache()})
    book = play(ask(), made) << Send >> held(answer)
    if not kept:
        looked(book, pools=slow(0.01))
    book << expect(Relay, record=kept) >> delivered()
    assert row_of(book).cascade == ("accepted" if kept else "aborted")
    assert made.cache is not None
    assert len(made.cache) == kept
