"""A cascade whose verifier asks: the answer is set aside meanwhile, and served from there, or the next one is asked."""

from __future__ import annotations

from typing import Any

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
    rooms,
    row_of,
    way,
)
from wrp_policies import Planner, RoundRobin
from wrp_policies.cascading.types import Answer, Held, Wanted
from wrp_policies.cascading.verifiers import AllOf, AnyOf, Judge, Schema, SelfConsistency
from wrp_policies.selection import Cascade
from wrp_policies.types import Attempt, Ended, Pools, Server
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.flow import (
    Arrived,
    ClientGone,
    Delivered,
    Entered,
    Inquire,
    Inquired,
    Look,
    Relay,
    Rooms,
    Send,
    SetAside,
)
from wrp_router.record import Row
from wrp_signals.materials import Materials

JUDGE, VOTE = Judge("judge"), SelfConsistency(agree="number", samples=3)
GOOD, BAD = Answer('{"grade": 5}'), Answer('{"grade": 2}')
ANSWER = Answer("It is 42.", finish_reason="stop")


def there(**judge: Any) -> Pools:
    """Two pools that answer, and one that judges."""
    return (*pools(), pool("judge", **judge))


def cascade(accept: Any = JUDGE, **changes: Any) -> Rooms:
    """Rooms with a cascade over the two."""
    house, names = changes.pop("rooms", {}), changes.pop("names", ("small", "large"))
    climb = Cascade(names, accept, **changes).build(Materials(secret=b"s" * 32))
    planner = Planner(climb, {name: RoundRobin() for name in names}, "cascade", {"judge": RoundRobin()})
    return rooms(("true", way("all", *names, planner=planner)), **house)


def held(answer: Answer = ANSWER, **changes: Any) -> Arrived:
    return Arrived(200, 0.1, Held(answer, Wanted("What is 6 * 7?"), **changes))


def judged(answer: Answer | None, server: str = "judge-a", **changes: Any) -> Inquired:
    return Inquired(answer, outcome(server, **changes))


def begun(made: Rooms, *pools: Any, now: float = 101.0, **changes: Any) -> Playbook:
    """The small answer is here, and its server was let go, since something is to be asked."""
    asked = changes.pop("ask", None) or ask()
    book = play(asked, made, pools=there()) << expect(Send, attempt=lambda one: one.pool == "small") >> held()
    return book << SetAside >> outcome() << Look >> Entered(pools or there(), now)


def escalated(book: Playbook) -> Row:
    """The next pool is asked, and answers."""
    book << Look >> Entered(there(), 101.0) << expect(Send, attempt=attempt("large-a")) >> arrived()
    return row_of(book << expect(Relay, aside=False) >> delivered("large-a"))


def served(book: Playbook, **changes: Any) -> Row:
    """The small answer is."""
    book << expect(Relay, aside=True, label=lambda one: (one.pool, one.attempts) == ("small", 1), **changes)
    return row_of(book >> Delivered(first=0.3, last=0.4))


def test_an_answer_that_the_judge_likes_is_served() -> None:
    """From where it was set aside: nobody else is asked, and both are in the row, with what they cost."""
    row = served(begun(cascade()) << Inquire >> (judged(GOOD),))
    (one,) = row.outcomes
    assert (row.cascade, one.quality, one.evidence) == ("accepted", 1.0, "judge: 5 of 5, 1.000")
    assert (one.ended, one.reason, row.status, row.ttft) == (Ended.DONE, "", 200, 0.3)
    assert [(had.pool, had.ended) for had in row.inquiries] == [("judge", Ended.DONE)]
    assert row.cost == pytest.approx(one.cost + row.inquiries[0].cost) == pytest.approx(40e-6)
    assert row.plan is not None
    assert "as judge will be asked" in row.plan.why


def test_one_that_it_does_not_like_is_not() -> None:
    """It was set aside already."""
    row = escalated(begun(cascade()) << Inquire >> (judged(BAD),))
    assert (row.cascade, [one.reason for one in row.outcomes]) == ("escalated", ["rejected", ""])
    assert (row.outcomes[0].quality, row.outcomes[1].evidence) == (0.25, "")


@pytest.mark.parametrize(
    "said",
    [
        judged(None, ended=Ended.FAILED, reason="status 503"),
        judged(None, ended=Ended.TIMED_OUT, reason="deadline"),
        judged(None, ended=Ended.FAILED, reason="busy"),
        judged(None),
        judged(Answer("It is good, I think.")),
    ],
    ids=["down", "slow", "busy", "unreadable", "no verdict"],
)
@pytest.mark.parametrize("unknown", ["escalate", "accept"])
def test_a_judge_that_does_not_judge(said: Inquired, unknown: Any) -> None:
    """`unknown` decides; nothing is taken for good in silence."""
    book = begun(cascade(unknown=unknown)) << Inquire >> (said,)
    row = escalated(book) if unknown == "escalate" else served(book)
    assert row.cascade == ("escalated" if unknown == "escalate" else "unverified")
    assert row.outcomes[0].evidence.startswith("judge: ")
    assert row.outcomes[0].quality == 1.0


@pytest.mark.parametrize("pools_then", [pools(), there(servers=(Server("judge-a", up=False),))], ids=["gone", "down"])
def test_a_judge_that_is_not_there(pools_then: Pools) -> None:
    """Nobody is asked, and nobody can tell."""
    row = escalated(begun(cascade(), *pools_then))
    assert (row.cascade, row.inquiries) == ("escalated", ())
    assert row.outcomes[0].evidence in ("judge: no pool", "judge: no server")


def test_a_judge_that_would_be_too_late_is_not_asked() -> None:
    """A thousand tokens are before it, and the first byte is wanted within three seconds, of which one has gone by."""
    slow = there(servers=(Server("judge-a", prefill=0.01, pending=1000),))
    book = begun(cascade(slo_ttft=3.0, unknown="accept"), *slow)
    row = served(book)
    assert row.cascade == "unverified"
    assert row.outcomes[0].evidence.startswith("judge: judge would take 1")


@pytest.mark.parametrize(
    ("slo", "bounds", "until"),
    [(None, {}, 111.0), (4.0, {}, 104.0), (None, {"deadline": 102.5}, 102.5), (None, {"first": 102.5}, 102.5)],
)
def test_how_long_it_is_waited_for(slo: float | None, bounds: dict[str, float], until: float) -> None:
    """By our own patience, the time for a first byte, and the caller's: until it ends, or begins."""
    book = begun(cascade(slo_ttft=slo), ask=ask(**bounds)) << Inquire
    assert book.command.until == until


def test_it_is_served_where_the_next_would_be_too_late() -> None:
    """As any other that is not good enough."""
    slow = (pool("small"), pool("large", servers=(Server("large-a", prefill=0.01, pending=1000),)), pool("judge"))
    book = begun(cascade(slo_ttft=3.0)) << Inquire >> (judged(BAD),)
    row = served(book << Look >> Entered(slow, 101.0))
    assert (row.cascade, row.outcomes[0].quality) == ("aborted", 0.25)


def test_where_the_next_pool_fails_it_is_served_after_all() -> None:
    """From the same place."""
    book = begun(cascade()) << Inquire >> (judged(BAD),) << Look >> Entered(there(), 101.0)
    for server in ("large-a", "large-b"):
        book << Send >> failed(server)
    row = row_of(book << expect(Relay, aside=True, record=False) >> Delivered())
    assert (row.cascade, len(row.inquiries)) == ("returned", 1)


def test_a_client_that_leaves_while_it_is_judged() -> None:
    """Its answer was paid for, and so was the judge."""
    gone = outcome("judge-a", ended=Ended.CLIENT_GONE)
    row = row_of(begun(cascade()) << Inquire >> Throw(ClientGone("ttft", None, (gone,))))
    assert (row.gone, row.status) == ("ttft", 499)
    assert [one.ended for one in (*row.outcomes, *row.inquiries)] == [Ended.DONE, Ended.CLIENT_GONE]
    assert row.cost == pytest.approx(40e-6)


def test_a_client_that_leaves_while_it_gets_it() -> None:
    """What it did not get was no answer to it."""
    book = begun(cascade()) << Inquire >> (judged(GOOD),)
    row = row_of(book << Relay >> Throw(ClientGone("stream", None)))
    assert (row.gone, [one.ended for one in row.outcomes]) == ("stream", [Ended.DONE])


@pytest.mark.parametrize(("grade", "kept"), [(GOOD, True), (BAD, False)])
def test_what_was_accepted_is_remembered(grade: Answer, kept: bool) -> None:
    """And the judge's answer never is."""
    made = cascade(rooms={"cache": cache()})
    book = begun(made) << Inquire >> (judged(grade),)
    if kept:
        book << expect(Relay, aside=True, record=True)
        row_of(book >> Delivered(body=b"small answer", content_type="application/json", first=0.1, last=0.2))
    else:
        book << Look >> Entered(there(), 101.0) << Send >> arrived() << Relay
        row_of(book >> delivered("large-a", body=b"large answer"))
    assert made.cache is not None
    hit = made.cache.exact(b"k", "local", 200.0)
    assert hit is not None
    assert hit.entry.body == (b"small answer" if kept else b"large answer")


def test_a_vote() -> None:
    """The same pool is asked again, for as many as could decide it."""
    book = begun(cascade(VOTE)) << Inquire
    assert [one.question.pool for one in book.command.inquiries] == ["small"]
    row = served(book >> (judged(Answer("42"), "small-b"),))
    assert (row.cascade, row.outcomes[0].evidence) == ("accepted", "self-consistency: 2 of 2 agree, of 3")


def test_a_vote_in_rounds() -> None:
    """The second is asked only where the first disagrees."""
    book = begun(cascade(VOTE)) << Inquire >> (judged(Answer("41"), "small-b"),)
    book << Look >> Entered(there(), 102.0) << Inquire >> (judged(Answer("40"), "small-a"),)
    row = escalated(book)
    assert (len(row.inquiries), row.outcomes[0].quality) == (2, pytest.approx(1 / 3))


@pytest.mark.parametrize(
    ("accept", "wanted", "result"),
    [
        (AllOf((Schema(), JUDGE)), Wanted("x", json=True), "escalated"),
        (AnyOf((JUDGE, Schema())), Wanted("x"), "accepted"),
    ],
)
def test_who_need_not_be_asked_is_not(accept: Any, wanted: Wanted, result: str) -> None:
    """Where the cheap ones decide; nothing is set aside before it has to be."""
    book = play(ask(), cascade(accept), pools=there()) << Send >> Arrived(200, 0.1, Held(ANSWER, wanted))
    if result == "escalated":
        book << Look >> Entered(there(), 101.0) << SetAside >> outcome() << Send >> arrived()
    row = row_of(book << expect(Relay, aside=False) >> delivered())
    assert (row.cascade, row.inquiries) == (result, ())


def test_a_stream_beyond_its_bounds_is_not_judged() -> None:
    """It is not whole."""
    book = play(ask(), cascade(), pools=there()) << Send >> held(whole=False, over="seconds")
    assert row_of(book << expect(Relay, aside=False) >> delivered()).cascade == "unverified"


def test_three_pools_are_climbed() -> None:
    """Each answer takes the place of the one before it."""
    made, all_of_them = cascade(names=("small", "large", "huge")), (*there(), pool("huge"))
    book = play(ask(), made, pools=all_of_them) << Send >> held() << SetAside >> outcome()
    book << Look >> Entered(all_of_them, 101.0) << Inquire >> (judged(BAD),) << Look >> Entered(all_of_them, 101.0)
    book << expect(Send, attempt=Attempt("large", "large-a", 0.7)) >> held() << SetAside >> outcome("large-a")
    book << Look >> Entered(all_of_them, 101.0) << Inquire >> (judged(GOOD, "judge-b"),)
    row = row_of(book << expect(Relay, aside=True, label=lambda one: one.pool == "large") >> Delivered())
    assert [(one.pool, one.reason) for one in row.outcomes] == [("small", "rejected"), ("large", "")]
    assert (row.cascade, len(row.inquiries)) == ("accepted", 2)
