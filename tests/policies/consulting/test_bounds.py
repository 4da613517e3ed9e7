"""What may be asked, and what it may take."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import makers
from wrp_policies.consulting.bounds import Purse, at_most, bytes_for, room_for, tokens_in, unfit
from wrp_policies.types import Server
from wrp_signals.facts import Message, RequestView

VIEW = RequestView("chat", "auto", (Message("system", "Be brief."), Message("user", "What is 6 * 7?")))
WRITER = makers.pool("large", abilities=frozenset({"chat"}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"operation": "messages"}, ""),
        ({"response_format": "json_object"}, ""),
        ({"operation": "completion"}, "it is no conversation of messages"),
        ({"operation": "responses"}, "it is no conversation of messages"),
        ({"operation": "embedding"}, "it is no conversation of messages"),
        ({"state": "container_1"}, "its provider keeps what was said"),
        ({"tools": ("f",)}, "tools are offered"),
        ({"n": 2}, "several answers are wanted"),
        ({"messages": (Message("assistant", "", 1), Message("user", "?"))}, "it holds what tools answered"),
        ({"messages": (Message("tool", "42"), Message("user", "?"))}, "it holds what tools answered"),
        ({"messages": (Message("user", "?", images=1),)}, "it holds more than text"),
        ({"messages": (Message("user", "?", audio=1),)}, "it holds more than text"),
        ({"messages": ()}, "its last message is no question"),
        ({"messages": (Message("user", " "),)}, "its last message is no question"),
        ({"messages": (Message("user", "?"), Message("assistant", "It"))}, "its last message is no question"),
    ],
)
def test_what_can_be_shown_more(changes: dict[str, Any], why: str) -> None:
    """Conversations of text that end with a question."""
    assert unfit(makers.facts(), msgspec.structs.replace(VIEW, **changes), WRITER) == why


def test_the_form_that_is_asked_for() -> None:
    """A schema is for whoever sees to it."""
    facts = makers.facts(response_format="json_schema")
    assert unfit(facts, VIEW, WRITER) == "large has no json_schema"
    assert unfit(facts, VIEW, makers.pool("large", abilities=frozenset({"json_schema"}))) == ""


def test_a_writer_that_is_full() -> None:
    """Has enough to do."""
    full = makers.pool("large", of=(Server("l0", in_flight=2, limit=2), Server("l1", up=False)))
    assert unfit(makers.facts(), VIEW, full) == "large has no room"


def test_room_in_a_context() -> None:
    """What neither prompt nor answer take; any number where nobody says how long it is."""
    assert room_for(makers.facts(), WRITER, 50) is None
    short = makers.pool("large", context=500)
    assert room_for(makers.facts(), short, 50) == 350
    assert room_for(makers.facts(max_tokens=0), short, 50) == 400


def test_what_a_question_can_cost() -> None:
    """Its prompt, and the longest answer."""
    dear = makers.pool("large", price_in=1.0, price_out=2.0)
    assert at_most(dear, 1_000, 500) == pytest.approx(2e-3)
    assert at_most(WRITER, 1_000, 500) == 0.0
    assert tokens_in(VIEW.messages) > tokens_in(VIEW.messages[:1]) > 0
    assert bytes_for(1024) > 64 * 1024


@given(st.none() | st.floats(1e-6, 1.0), st.lists(st.tuples(st.floats(0, 0.5), st.floats(0, 1)), max_size=20))
def test_a_purse_is_never_overdrawn(budget: float | None, wanted: list[tuple[float, float]]) -> None:
    """By whoever pays at most what he asked for."""
    purse, paid = Purse(budget), 0.0
    for most, share in wanted:
        if purse.affords(most):
            purse.pay(most * share)
            paid += most * share
    assert budget is None or paid <= budget + 1e-9
