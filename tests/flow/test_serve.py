"""A request finds its way: routes, signals, model names, queue, deadline."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.flow.makers import arrived, ask, attempt, cache, delivered, play, pool, pools, rooms, row_of, way
from wrp_policies import CheapestCapable, Planner, RoundRobin
from wrp_policies.types import Server
from wrp_router.errors import RouterError
from wrp_router.fakes.playbook import Playbook, expect
from wrp_router.flow import (
    Answer,
    Delivered,
    Enter,
    Entered,
    Label,
    Limits,
    Note,
    Now,
    Pause,
    Read,
    Relay,
    Rooms,
    Send,
    serve,
)  # fmt: skip
from wrp_router.record import Row
from wrp_signals.facts import Reading, facts_of

TWO: dict[str, Any] = {"schema": {"quick": "bool", "slow": "string"}, "costs": {"quick": 1e-6, "slow": 1e-3}}
HARD = ('quick && slow == "hard"', way("hard", "large"))
ELSE = ("true", way("else", "small"))


def error(code: str, status: int, **fields: Any) -> Any:
    """A predicate for an error of ours."""

    def holds(got: RouterError | None) -> bool:
        return got is not None and (got.code, got.status, fields) == (
            code,
            status,
            {f: getattr(got, f) for f in fields},
        )

    return holds


def refusal(book: Playbook, code: str, status: int, **fields: Any) -> Row:
    """The row of a flow that can only refuse now, and does it with this error."""
    book << expect(Answer, error=error(code, status, **fields)) >> Delivered(status=status, last=0.1)
    row = row_of(book)
    assert (row.status, row.error, row.duration) == (status, code, 0.1)
    return row


KNOWN = facts_of(ask().view, "dec_1", 7)


def test_the_whole_conversation_of_a_miss() -> None:
    """Enter, send, relay, note: nothing else is asked of the world, and the answer is kept."""
    kept = cache()
    label = Label("dec_1", "all", "static", "small-model", "small", "small-a", "miss", 1)
    book = (
        Playbook(serve(ask(trace="00-abc"), rooms(cache=kept)))
        << Enter(("small", "large"), 5.0, 700.0, "default", "local", 1.0) >> Entered(pools(), 100.0)
        << Send(attempt("small-a"), "small-model", 700.0, KNOWN) >> arrived()
        << Relay(label, record=True) >> delivered()
    )  # fmt: skip
    row = row_of(book)
    assert (row.status, row.cache, row.route, row.why) == (200, "miss", "all", "all always matches")
    assert (row.ttft, row.duration, row.trace, row.request_id) == (0.1, 0.2, "00-abc", "req_1")
    assert row.plan is not None
    assert (row.plan.attempts[0], row.plan.policy) == (attempt("small-a"), "static")
    assert [outcome.cost for outcome in row.outcomes] == [2e-5]
    hit = kept.exact(b"k", "local", 101.0)
    assert hit is not None
    assert (hit.entry.body, hit.entry.created, hit.entry.served_by) == (b"answer", 100.2, "small")


def test_the_cheapest_signal_is_read_first_and_may_settle_it() -> None:
    """A signal that no open route depends on any more is not read."""
    book = play(ask(), rooms(HARD, ELSE, **TWO))
    book << expect(Read, signals=("quick",), patience=0.005) >> {"quick": Reading(False)}
    book << expect(Send, attempt=attempt("small-a")) >> arrived() << Relay >> delivered()
    row = row_of(book)
    assert (row.route, row.facts.readings, row.facts.unknown) == ("else", {"quick": Reading(False)}, ())


def test_the_next_signal_is_read_while_it_can_still_decide() -> None:
    """The dear signal is asked for only once the cheap one left the route open."""
    book = play(ask(), rooms(HARD, ELSE, **TWO))
    book << expect(Read, signals=("quick",)) >> {"quick": Reading(True)}
    book << expect(Read, signals=("slow",)) >> {"slow": Reading("hard")}
    book << expect(Send, attempt=attempt("large-a")) >> arrived() << Relay >> delivered("large-a")
    row = row_of(book)
    assert row.route == "hard"
    assert row.why == 'hard matched: quick = true, slow = "hard"'


def test_a_signal_that_does_not_make_it_is_unknown() -> None:
    """The later route is taken, and the row says which signal was missing and what was passed over."""
    book = play(ask(), rooms(HARD, ELSE, **TWO))
    book << expect(Read, signals=("quick",)) >> {}
    book << expect(Read, signals=("slow",)) >> {}
    book << expect(Send, attempt=attempt("small-a")) >> arrived() << Relay >> delivered()
    row = row_of(book)
    assert (row.route, row.facts.unknown) == ("else", ("quick", "slow"))
    assert row.why == "else always matches (unknown, so passed over: hard)"


def clocked(rooms: Rooms, step: float, begin: float = 100.0) -> Playbook:
    """The flow in a world where every look at the clock finds it `step` seconds on."""
    clock = count(begin, step)
    return Playbook(serve(ask(), rooms), {Now: lambda _: next(clock), Enter: Entered(pools(), begin), Pause: None})


def test_a_spent_budget_reads_nothing() -> None:
    """Past the routing budget there is no patience left: readers count what they leave out as late."""
    book = clocked(rooms(HARD, ELSE, **TWO), 0.006)
    assert (book << Read).command.patience == 0.005
    assert (book >> {} << Read).command.patience < 0
    book >> {} << expect(Send, attempt=attempt("small-a")) >> arrived() << Relay >> delivered()
    assert row_of(book).facts.unknown == ("quick", "slow")


def test_signals_share_one_budget() -> None:
    """The patience of a reading is what those before it have left of it."""
    book = clocked(rooms(HARD, ELSE, **TWO, limits=Limits(routing=3.0)), 1.0)
    assert (book << Read).command.patience == 3.0
    assert (book >> {"quick": Reading(True)} << Read).command.patience == pytest.approx(2.0)


def test_a_body_that_came_slowly_is_read_all_the_same() -> None:
    """What went by before the first signal was read is none of its time."""
    book = clocked(rooms(HARD, ELSE, **TWO), 0.001, begin=100.5)
    assert (book << Read).command.patience == 0.005


def test_a_model_by_name_needs_no_route() -> None:
    """A concrete model leads to its pools; no signal is read and no route is asked."""
    book = play(ask(view={"model": "small-model"}), rooms(HARD, ELSE, **TWO))
    book << expect(Send, attempt=attempt("small-a"), model="small-model") >> arrived() << Relay >> delivered()
    row = row_of(book)
    assert (row.route, row.why) == ("model:small-model", "")


def test_a_pool_of_any_model_gets_the_name_as_it_came() -> None:
    """Where a pool's model is "*", the engine is asked for what the client asked for."""
    wild = rooms(named={"*": way("any-model", "small")})
    book = play(ask(view={"model": "whatever"}), wild, pools=(pool("small", model="*"),))
    book << expect(Send, model="whatever") >> arrived() << Relay >> delivered()
    assert row_of(book).route == "any-model"


def test_an_unknown_model_does_not_exist() -> None:
    """404, in the words of the API, before any server is looked at."""
    book = play(ask(view={"model": "gpt-0"}), rooms())
    row = refusal(book, "model_not_found", 404, param="model")
    assert (row.plan, row.outcomes, row.route) == (None, (), "")


def test_no_route_is_an_error_of_its_own() -> None:
    """Without a default route, what no condition holds for is refused."""
    refusal(play(ask(), rooms(("false", way("never")))), "no_route", 404)


def test_an_operation_that_no_pool_speaks() -> None:
    """A pool that speaks it does not help if the route does not lead there."""
    speaks = pool("large", abilities=frozenset({"embedding"}))
    only_small = rooms(("true", way("all", "small")))
    book = play(ask(view={"operation": "embedding"}), only_small, pools=(pool("small"), speaks))
    refusal(book, "unsupported_operation", 404)


def test_only_pools_that_speak_the_operation_are_planned_for() -> None:
    """The first pool of the route cannot embed; the second is asked at once."""
    speaks = pool("large", abilities=frozenset({"embedding"}))
    book = play(ask(view={"operation": "embedding"}), rooms(), pools=(pool("small"), speaks))
    book << expect(Send, attempt=attempt("large-a"))


def test_a_full_house_is_503() -> None:
    """Nobody had room within the route's patience; the client learns when to come back."""
    book = play(ask(), rooms(("true", way("all", queue=1.5))))
    book << Enter(("small", "large"), 1.5, 700.0, "default", "local", pytest.approx(0.3)) >> Entered(None, 101.5)
    refusal(book, "queue_timeout", 503, retry_after=1.0)


def test_the_queue_never_outlasts_the_deadline() -> None:
    """Whoever makes it wait knows the deadline; where that passes in line, no server is said to be busy."""
    book = play(ask(deadline=102.0), rooms())
    book << Enter(("small", "large"), 5.0, 102.0, "default", "local", 1.0) >> Entered(None, 102.0)
    refusal(book, "deadline_exceeded", 504)


def test_a_deadline_that_has_passed_asks_nobody() -> None:
    """504 without a server being taken: no engine may be blamed for the client's haste."""
    book = play(ask(deadline=100.0), rooms(), pools=None)
    refusal(book, "deadline_exceeded", 504)


def test_nobody_is_up() -> None:
    """A plan without attempts is 503 `no_server`."""
    down = tuple(Server(f"{name}-a", up=False) for name in ("small", "large"))
    book = play(ask(), rooms(), pools=(pool("small", servers=down[:1]), pool("large", servers=down[1:])))
    row = refusal(book, "no_server", 503, retry_after=1.0)
    assert row.plan is not None
    assert row.plan.attempts == ()


def test_a_request_that_no_pool_could_ever_serve(incapable: Rooms) -> None:
    """400, and the message says what every pool lacks."""
    book = play(ask(view={"tools": ("f",)}), incapable)
    book << expect(Answer, error=error("no_capable_model", 400))
    said = "can take the request: small has no tools; large has no tools (as `abilities` and `context` say)."
    assert book.command.error.message.endswith(said)
    book >> Delivered(status=400)
    assert row_of(book).plan is None


@pytest.fixture
def incapable() -> Rooms:
    """Rooms whose only route asks who is capable."""
    balancing = {name: RoundRobin() for name in ("small", "large")}
    chosen = Planner(CheapestCapable(("small", "large")), balancing, "cheapest_capable")
    return rooms(("true", way("all", planner=chosen)))


def test_the_note_is_the_last_word() -> None:
    """After the row there is nothing: the flow is over."""
    book = play(ask(), rooms())
    book << Send >> arrived() << Relay >> delivered() << Note >> None
    assert book.result is None


@pytest.mark.parametrize(
    ("shed", "code"),
    [("", "queue_timeout"), ("late", "queue_timeout"), ("full", "overloaded"), ("displaced", "overloaded")],
)
def test_a_request_is_turned_away_in_its_class(shed: str, code: str) -> None:
    """It waits behind those above it; its row says why there was no room for it, and who it was."""
    book = play(ask(view={"priority": "sheddable"}), rooms())
    asked = Enter(("small", "large"), 0.01, 700.0, "sheddable", "local", pytest.approx(0.002))
    book << asked >> Entered(None, 101.5, shed)  # type: ignore[arg-type]
    book << expect(Answer, error=lambda error: (error.code, error.status, error.retry_after) == (code, 503, 1.0))
    row = row_of(book >> Delivered(status=503, last=1.5))
    assert (row.error, row.shed, row.facts.priority) == (code, shed or "late", "sheddable")


def test_a_caller_who_has_given_up_is_not_sent_to_an_engine() -> None:
    """Room came, but too late: whose SDK waits no longer for a first byte has nobody to answer to."""
    book = Playbook(serve(ask(first=103.0), rooms()))
    asked = Enter(("small", "large"), 5.0, 103.0, "default", "local", 1.0)
    book << asked >> Entered(pools(), 103.0) << Answer
    assert (book.command.error.status, book.command.error.code) == (504, "deadline_exceeded")
    assert row_of(book >> Delivered(status=504)).outcomes == ()


def test_an_attempt_has_until_the_caller_gives_up() -> None:
    """Not the whole time that a stream may take."""
    book = play(ask(first=120.0), rooms()) << Send
    assert book.command.until == 120.0
    book.close()
