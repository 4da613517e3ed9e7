"""Turns that are answered where the one before them was."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.flow.makers import arrived, ask, attempt, delivered, play, pool, rooms, row_of, way
from wrp_policies.types import Server
from wrp_router.fakes.playbook import Playbook, expect
from wrp_router.flow import Answer, Conversations, Relay, Rooms, Send
from wrp_router.flow.conversations import Seen
from wrp_router.flow.staying import brings_results
from wrp_router.record import Row
from wrp_signals.facts import Message

CALLED = (Message("user", "Weather?"), Message("assistant", "", 1), Message("tool", "18 degrees"))


def known(server: str = "large-a", stay: bool = True, **view: str) -> Rooms:
    """Rooms that know who answered the session `s` last, and who keeps `resp_1`."""
    conversations = Conversations()
    asked = ask(view={"session": "s", **view}).view
    conversations.note(asked, "resp_1", Seen(server.rpartition("-")[0], server, 99.0))
    return rooms(("true", way("all", stay=stay)), conversations=conversations)


def served(made: Rooms, server: str, **view: Any) -> Row:
    """The row of a request that is sent to that server first."""
    book = play(ask(view={"session": "s", **view}), made)
    return ended(book, server)


def ended(book: Playbook, server: str, **outcome: Any) -> Row:
    book << expect(Send, attempt=attempt(server)) >> arrived()
    book << Relay >> delivered(server, outcome=outcome)
    return row_of(book)


def test_with_the_model_that_called_the_tools() -> None:
    """And the row says why."""
    row = served(known(), "large-a", messages=CALLED)
    assert row.plan is not None
    assert row.plan.why == "stays with large, which called the tools"
    assert (row.facts.served, row.facts.bound) == ("large", "tools")


def test_free_to_go() -> None:
    """A turn that brings no results; where the route does not want it; another session; one that nobody remembers."""
    row = served(known(), "small-a")
    assert (row.facts.served, row.facts.bound) == ("large", "")
    assert served(known(stay=False), "small-a", messages=CALLED).facts.served == ""
    assert served(known(), "small-a", messages=CALLED, session="z").facts.served == ""
    assert served(known(), "small-a", messages=CALLED, session="").facts.served == ""
    assert served(rooms(("true", way("all", stay=True))), "small-a", messages=CALLED).facts.bound == ""


def test_its_pool_is_down() -> None:
    """Another model reads the results: better than nobody."""
    down = pool("large", servers=(Server("large-a", up=False),))
    book = play(ask(view={"session": "s", "messages": CALLED}), known(), pools=(pool("small"), down))
    assert ended(book, "small-a").status == 200


@pytest.mark.parametrize("stay", [True, False])
def test_with_the_server_that_keeps_what_was_said(stay: bool) -> None:
    """Whatever the route wants: no other one could go on from that."""
    row = served(known("large-b", stay), "large-b", state="resp_1")
    assert row.plan is not None
    assert row.plan.why == "stays with large/large-b, which keeps what was said"
    assert [one.server for one in row.plan.attempts] == ["large-b"]
    assert row.facts.bound == "state"


def test_the_server_that_keeps_it_is_down() -> None:
    """Then the caller may try again, and is not told by another server that there is nothing of that name."""
    down = pool("large", servers=(Server("large-a"), Server("large-b", up=False)))
    made = known("large-b")
    book = play(ask(view={"state": "resp_1"}), made, pools=(pool("small"), down))
    book << expect(Answer, error=lambda got: (got.code, got.status) == ("no_server", 503)) >> delivered()
    row = row_of(book)
    assert row.plan is not None
    assert row.plan.why.endswith("and is down")


def test_state_that_nobody_knows() -> None:
    """Goes as any other; so does what another tenant kept, and what a pool kept that is not of this route."""
    assert served(known(), "small-a", state="resp_2").facts.bound == ""
    assert served(known(tenant="other"), "small-a", state="resp_1").facts.bound == ""
    assert served(known("gone-a"), "small-a", state="resp_1").facts.bound == ""


def test_what_is_remembered() -> None:
    """A good answer: for the next turn, and under the name that the provider gave it. Nothing where nobody will ask."""
    made = rooms(("true", way("all", stay=True)))
    asked = ask(view={"session": "s"})
    ended(play(asked, made), "small-a", response="resp_9")
    view = msgspec.structs.replace(asked.view, state="resp_9")
    assert made.conversations.last(view, 101.0) == made.conversations.keeper(view, 101.0)
    assert made.conversations.last(view, 101.0) is not None
    plain = rooms()
    ended(play(asked, plain), "small-a")
    assert len(plain.conversations) == 0


def test_who_brings_results() -> None:
    """A tool that answered since the model spoke, though the user said something beside it."""
    assert brings_results(ask(view={"messages": CALLED}).view)
    assert brings_results(ask(view={"messages": (*CALLED, Message("user", "And hurry."))}).view)
    assert not brings_results(ask(view={"messages": (*CALLED, Message("assistant", "18"), Message("user", "ok"))}).view)
    assert not brings_results(ask(view={"messages": ()}).view)
