"""Where there are lines before servers an attempt waits for its turn; how a prompt begins is looked at if it counts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.makers import arrived, ask, attempt, delivered, failed, play, pool, rooms, row_of, way
from wrp_router.fakes.playbook import expect
from wrp_router.flow import Answer, Delivered, Relay, Send, Stand, Stood
from wrp_router.record import Shed
from wrp_signals.prefix import prefix_hashes

LONG = "What is up with this? " * 60


def lined(*names: str, **changes: Any) -> Any:
    """One route whose pools have lines."""
    return rooms(("true", way("all", *names, lines=frozenset(names), **changes)))


def test_an_attempt_stands_in_line_first() -> None:
    """Before its server, with the plan's other servers of the pool to be moved to, as long as the route waits."""
    book = play(ask(), lined("small", queue=3.0), pools=(pool("small"),))
    book << expect(Stand, pool="small", choices=("small-a", "small-b"), until=103.0) >> Stood("small-a")
    book << expect(Send, attempt=attempt("small-a")) >> arrived() << Relay >> delivered("small-a")
    assert row_of(book).outcomes[0].server == "small-a"


def test_it_goes_where_its_turn_is() -> None:
    """It was moved while it waited: that server is sent the request, and named to the client and in the row."""
    book = play(ask(), lined("small"), pools=(pool("small"),)) << Stand >> Stood("small-b")
    book << expect(Send, attempt=attempt("small-b"))
    book >> arrived() << expect(Relay, label=lambda label: label.server == "small-b") >> delivered("small-b")
    assert row_of(book).outcomes[-1].server == "small-b"


def test_the_next_attempt_stands_in_line_again() -> None:
    """A server that fails is left for the next one's line, which may move it back to no other."""
    book = play(ask(), lined("small"), pools=(pool("small"),)) << Stand >> Stood("small-a") << Send >> failed("small-a")
    book << expect(Stand, choices=("small-b", "small-a")) >> Stood("small-b") << Send >> arrived() << Relay
    assert len(row_of(book >> delivered("small-b")).outcomes) == 2


@pytest.mark.parametrize(
    ("shed", "code"), [("late", "queue_timeout"), ("full", "overloaded"), ("displaced", "overloaded")]
)
def test_no_turn_is_an_overload(shed: Shed, code: str) -> None:
    """503, with a time to come back; no server was tried, and the row says why."""
    book = play(ask(), lined("small"), pools=(pool("small"),)) << Stand >> Stood("", shed)
    book << expect(Answer, error=lambda error: (error.code, error.status, error.retry_after) == (code, 503, 1.0))
    row = row_of(book >> Delivered(status=503, last=5.0))
    assert (row.error, row.shed, row.outcomes) == (code, shed, ())


def test_a_deadline_is_kept_in_line() -> None:
    """Whichever is sooner."""
    play(ask(deadline=101.0), lined("small", queue=3.0), pools=(pool("small"),)) << expect(Stand, until=101.0)


def test_how_a_prompt_begins_is_in_the_facts() -> None:
    """Where a pool is chosen by it, and nowhere else; keyed."""
    for prefix in (True, False):
        made = rooms(("true", way("all", "small", prefix=prefix)), prefix_seed=b"seed")
        asked = ask(LONG)
        hashes = prefix_hashes(asked.view, seed=b"seed") if prefix else ()
        book = play(asked, made, pools=(pool("small"),)) << expect(
            Send, facts=lambda facts, seen=hashes: facts.prefix == seen
        )
        assert row_of(book >> arrived() << Relay >> delivered("small-a")).facts.prefix == hashes
        assert bool(hashes) is prefix


def test_a_short_prompt_begins_with_nothing() -> None:
    """Less than a block: the facts are as they were."""
    book = play(ask(), rooms(("true", way("all", "small", prefix=True))), pools=(pool("small"),))
    book << expect(Send, facts=lambda facts: facts.prefix == ())
