"""Others are asked before one answers: in time, without a server held, and without a request that fails by it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.makers import (
    arrived,
    ask,
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
from wrp_cache import Flights
from wrp_policies import Planner, RoundRobin
from wrp_policies.balancing import Disaggregated
from wrp_policies.cascading.types import Answer
from wrp_policies.selection import Fusion
from wrp_policies.types import Attempt, Ended, Fault, Pools, Server
from wrp_router.errors import Overloaded
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.flow import Answer as Told
from wrp_router.flow import (
    Ask,
    ClientGone,
    Enter,
    Entered,
    Inquire,
    Inquired,
    Look,
    Now,
    Prefill,
    Prefilled,
    Relay,
    Rooms,
    Send,
    Stand,
    Stood,
    serve,
)
from wrp_router.wire.extras import NO_EXTRA
from wrp_signals.facts import RequestView
from wrp_signals.learning import Used
from wrp_signals.materials import Materials

SPEC = Fusion(("small", "large"), "large", tokens=64)


def fusing(spec: Fusion = SPEC, **changes: Any) -> Rooms:
    """Rooms with that policy over small and large; `way` changes the way, the rest the rooms."""
    planner = Planner(spec.build(Materials.none()), {name: RoundRobin() for name in ("small", "large")}, "fusion")
    made = way("all", "large", "small", planner=planner, **changes.pop("way", {}))
    return rooms(("true", made), **changes)


def said(server: str, text: str = "Forty-two.", **changes: Any) -> Inquired:
    return Inquired(Answer(text) if text else None, outcome(server, **changes))


def begun(spec: Fusion = SPEC, there: Pools | None = None, now: float = 100.0, **changes: Any) -> Playbook:
    """Up to the questions."""
    asked: Ask = changes.pop("ask", None) or ask()
    book = play(asked, fusing(spec, **changes))
    return book << Look >> Entered(there or pools(), now) << Look >> Entered(there or pools(), now)


def answered(book: Playbook) -> Playbook:
    """Both have answered."""
    return book << Inquire >> (said("small-a", "Forty-one."), said("large-a"))


def sent(book: Playbook) -> Send:
    """What the one who writes is sent."""
    command = (answered(book) << expect(Send, attempt=Attempt("large", "large-a"))).command
    assert isinstance(command, Send)
    return command


def test_both_are_asked_and_one_writes() -> None:
    """It is sent what both said, and charged for it; the facts of the row are those of the request."""
    book = begun()
    command = (book << expect(Inquire, until=130.0)).command
    assert [(one.question.pool, one.operation, one.known) for one in command.inquiries] == [
        ("small", "chat", True),
        ("large", "chat", True),
    ]
    book >> (said("small-a", "Forty-one."), said("large-a"))
    send = (book << Send).command
    assert "Forty-one." in send.extra.addition
    assert "Forty-two." in send.extra.addition
    assert send.facts.prompt_tokens > 100
    book >> arrived() << Relay >> delivered("large-a")
    row = row_of(book)
    assert (row.facts.prompt_tokens, row.status, len(row.outcomes)) == (7, 200, 1)
    assert row.plan is not None
    assert row.plan.why == "large writes: 2 of 2 answers came, of small, large"
    assert row.cost == pytest.approx(3 * 20e-6)


def test_room_is_waited_for_when_it_is_known_where() -> None:
    """In the pool that writes, and not before all have answered."""
    book = Playbook(serve(ask(), fusing()), {Now: 100.0})
    book << Look >> Entered(pools(), 100.0) << Look >> Entered(pools(), 100.0)
    answered(book) << expect(Enter, pools=("large",), patience=5.0) >> Entered(None, 105.0, "full")
    told = (book << expect(Told, error=lambda error: isinstance(error, Overloaded))).command
    assert told.label.policy == "fusion"


@pytest.mark.parametrize(("bounds", "until"), [({}, 130.0), ({"deadline": 140.0}, 120.0), ({"first": 140.0}, 120.0)])
def test_half_of_the_time_is_for_the_answer(bounds: dict[str, float], until: float) -> None:
    """Whatever `seconds` says; and the half of the time in which it has to begin."""
    begun(ask=ask(**bounds)) << expect(Inquire, until=until)


def test_who_would_be_too_slow_is_not_asked() -> None:
    """Nor waited for."""
    slow = pool("small", servers=(Server("small-a", ttft=31.0),))
    book = begun(there=(slow, pool("large")))
    assert [one.question.pool for one in (book << Inquire).command.inquiries] == ["large"]


def test_nobody_says_anything() -> None:
    """It goes as it came."""
    book = begun() << Inquire >> (said("small-a", "", ended=Ended.FAILED), said("large-a", "", ended=Ended.FAILED))
    send = (book << Send).command
    assert (send.extra.addition, send.facts.prompt_tokens) == ("", 7)


def test_what_is_not_asked_about() -> None:
    """Goes to the writer at once."""
    book = play(ask(view={"tools": ("f",)}), fusing()) << Look >> Entered(pools(), 100.0)
    book << expect(Send, attempt=Attempt("large", "large-a"), extra=NO_EXTRA)


def test_the_next_server_is_sent_the_same() -> None:
    """Failing over is as ever: another server of its pool, then one that was asked."""
    book = begun()
    first = sent(book)
    book >> failed("large-a") << expect(Send, attempt=Attempt("large", "large-b"), extra=first.extra)
    book >> failed("large-b") << expect(Send, attempt=Attempt("small", "small-a"), extra=first.extra)
    book >> arrived() << Relay >> delivered("small-a")
    assert row_of(book).status == 200


def test_an_engine_may_refuse_what_is_added() -> None:
    """Then it gets the request as it came, and the plan says so."""
    book = begun()
    assert sent(book).extra.addition
    book >> refused(400, Fault.REQUEST, "large-a")
    book << expect(
        Send, attempt=Attempt("large", "large-a"), extra=NO_EXTRA, facts=lambda facts: facts.prompt_tokens == 7
    )
    book >> arrived() << Relay >> delivered("large-a")
    row = row_of(book)
    assert row.plan is not None
    assert row.plan.why.endswith("came, of small, large; refused so, and sent as it came")


def test_and_refuse_that_too() -> None:
    """Its own words are passed on."""
    book = begun()
    assert sent(book).extra.addition
    book >> refused(400, Fault.REQUEST, "large-a") << Send >> refused(400, Fault.REQUEST, "large-a")
    book << expect(Told, refused=lambda one: one.body == b"no") >> delivered()
    assert row_of(book).status == 400


def test_a_key_that_is_refused_is_refused() -> None:
    """Less to read would not help."""
    book = begun()
    assert sent(book).extra.addition
    book >> refused(401, Fault.CREDENTIAL, "large-a") << Told >> delivered()
    assert row_of(book).status == 401


def test_a_client_that_leaves_while_others_are_asked() -> None:
    """The row says what that cost; nobody writes."""
    gone = ClientGone("ttft", None, (outcome("small-a"), outcome("large-a", ended=Ended.CLIENT_GONE)))
    book = begun() << Inquire >> Throw(gone)
    row = row_of(book)
    assert (row.status, row.gone, len(row.inquiries), row.outcomes) == (499, "ttft", 2, ())
    assert row.plan is not None
    assert (row.plan.policy, row.plan.attempts) == ("fusion", ())


def test_lines_and_servers_are_chosen_by_what_is_sent() -> None:
    """So long it is, and so it begins."""
    long = ask("What is up? " * 50)
    book = begun(ask=long, way={"lines": frozenset({"large"}), "prefix": True})
    command = (book << Inquire).command
    assert len(command.inquiries[0].facts.prefix) == 1
    book >> (said("small-a", "Forty-one. " * 100), said("large-a"))
    stand = (book << Stand).command
    assert stand.facts.prompt_tokens > 100
    assert len(stand.facts.prefix) > 2
    assert stand.facts.prefix[0] == command.inquiries[0].facts.prefix[0]
    book >> Stood("large-b") << expect(Send, facts=stand.facts) >> arrived() << Relay >> delivered("large-b")
    assert len(row_of(book).facts.prefix) == 1


class Hearing:
    """A learner that remembers."""

    def __init__(self) -> None:
        self.heard: list[RequestView] = []

    def learn(self, view: RequestView, facts: Any, used: Used) -> None:
        self.heard.append(view)

    def state(self) -> bytes:
        return b""

    def restore(self, state: bytes) -> None: ...


def test_what_was_shown_more_teaches_no_signal() -> None:
    """Its prompt was not the request's; how long prompts are it teaches all the same."""
    learner = Hearing()
    made = fusing(learners=(learner,))
    for shown in (True, False):
        book = play(ask(), made) << Look >> Entered(pools(), 100.0) << Look >> Entered(pools(), 100.0)
        texts = ("Forty-one.", "Forty-two.") if shown else ("", "")
        book << Inquire >> (said("small-a", texts[0]), said("large-a", texts[1]))
        book << Send >> arrived() << Relay >> delivered("large-a")
        row_of(book)
        assert len(learner.heard) == (not shown)
    assert made.calibration.state() != rooms().calibration.state()


def test_answers_are_kept_as_any_others() -> None:
    """For the same question of the same tenant on the same route; and others wait for the one that asks."""
    made = fusing(cache=cache(), flights=Flights())
    book = play(ask(), made) << Look >> Entered(pools(), 100.0) << Look >> Entered(pools(), 100.0)
    answered(book) << Send >> arrived() << expect(Relay, record=True) >> delivered("large-a")
    assert row_of(book).cache == "miss"
    again = play(ask(), made) << expect(Told, hit=lambda hit: hit is not None) >> delivered(outcome={})
    assert row_of(again).cache == "hit-exact"


def test_halves_of_a_server_are_sent_the_same() -> None:
    """Who computes the prompt computes what is added, too."""
    spec = Fusion(("small", "math"), "large", tokens=64)
    halves = (Server("large-p", role="prefill"), Server("large-d", role="decode"))
    there = (pool("small"), pool("math"), pool("large", servers=halves))
    balancing = {"small": RoundRobin(), "math": RoundRobin(), "large": Disaggregated().build()}
    planner = Planner(spec.build(Materials.none()), balancing, "fusion")
    made = rooms(("true", way("all", "large", "small", "math", planner=planner)))
    book = play(ask(), made, pools=there) << Look >> Entered(there, 100.0) << Look >> Entered(there, 100.0)
    book << Inquire >> (said("small-a"), said("math-a"))
    prefill = (book << Prefill).command
    assert "Forty-two." in prefill.extra.addition
    book >> Prefilled({}) << expect(Send, extra=prefill.extra, facts=prefill.facts)
    book >> refused(400, Fault.REQUEST, "large-d")  # who refused the one may take the other
    (
        book
        << expect(Prefill, extra=NO_EXTRA)
        >> Prefilled({})
        << expect(Send, extra=NO_EXTRA, facts=lambda one: one.prompt_tokens == 7)
    )
