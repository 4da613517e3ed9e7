"""What a conversation says of its last answer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.makers import arrived, ask, cache, delivered, entry, outcome, play, rooms, row_of
from tests.flow.test_decisions import Heard
from wrp_policies import Plan, Planner
from wrp_policies.cascading.types import Wanted
from wrp_policies.types import Attempt, Ended
from wrp_router.fakes.playbook import Playbook, Throw, expect
from wrp_router.flow import Answer, ClientGone, Decided, Decisions, Form, Note, Read, Relay, Send
from wrp_router.flow.hearing import tool_failed
from wrp_router.record import Feedback, Row
from wrp_signals.facts import Facts, Message, Reading, RequestView

BEFORE = Facts("dec_0", "chat", "auto", session="s")


def conversation(policy: Heard, **heard: float) -> Decisions:
    """One whose last answer was dec_0's."""
    kept = Decisions(signal="mood")
    plan = Plan((Attempt("large", "large-a"),), "because")
    decided = Decided(BEFORE, "all", 90.0, Planner(policy, {}, "heard"), plan, "large", outcome("large-a"))
    decided.heard.update(heard)  # type: ignore[arg-type]
    kept.keep(decided)
    return kept


def answered(kept: Decisions | None, *messages: Message, **changes: Any) -> Playbook:
    """The next turn has its last byte."""
    view: dict[str, Any] = {"session": "s"} | ({"messages": messages} if messages else {})
    book = play(ask(view=view, **changes), rooms(decisions=kept))
    return book << Send >> arrived() << Relay >> delivered()


def test_a_turn_judges_the_answer_before_it() -> None:
    """Once it has its own; the policy that chose is told, and a line is written."""
    policy = Heard()
    kept = conversation(policy)
    book = answered(kept) << expect(Read, signals=("mood",), patience=0.25) >> {"mood": Reading("wrong", 0.9)}
    book << expect(Note, record=Feedback(1e9, "dec_0", 0.0, "next_turn", "wrong", "all", "large")) >> None
    book << expect(Note, record=lambda record: isinstance(record, Row)) >> None
    assert policy.told == [("dec_0", "large", 0.0)]
    latest = kept.latest("s", "local", 200.0)
    assert latest is not None
    assert latest.facts.id == "dec_1"


@pytest.mark.parametrize("readings", [{"mood": Reading("none", 1.0)}, {}])
def test_nothing_said(readings: dict[str, Reading]) -> None:
    """Or nothing that could be read: nothing is told."""
    policy = Heard()
    answered(conversation(policy)) << Read >> readings << expect(Note, record=lambda one: isinstance(one, Row)) >> None
    assert policy.told == []


def test_heard_before() -> None:
    """Each answer is judged by one turn, the first that says anything."""
    policy = Heard()
    answered(conversation(policy, next_turn=0.2)) << expect(Note, record=lambda one: isinstance(one, Row)) >> None
    assert policy.told == []


def test_a_tool_that_failed_needs_no_signal() -> None:
    """The call could be read, and did not work."""
    policy = Heard()
    book = answered(conversation(policy), Message("user", "u"), Message("tool", "Error: no such city"))
    book << expect(Note, record=lambda one: one.word == "tool_error") >> None
    assert policy.told == [("dec_0", "large", 0.2)]


def test_whoever_left_has_its_answer() -> None:
    """The row says that it was served."""
    policy = Heard()
    book = answered(conversation(policy)) << Read >> Throw(ClientGone("stream", None))
    book << expect(Note, record=lambda row: row.status == 200 and row.gone == "") >> None
    assert policy.told == []


def test_nobody_listens() -> None:
    """Then no signal is read for it."""
    answered(None) << expect(Note, record=lambda one: isinstance(one, Row)) >> None


def test_what_broke_off_is_not_judged() -> None:
    """Neither an answer that was cut off, nor one whose client left."""
    for ending in (delivered(outcome={"ended": Ended.FAILED}), Throw(ClientGone("stream", None))):
        kept = Decisions()
        book = play(ask(view={"session": "s"}), rooms(decisions=kept)) << Send >> arrived() << Relay
        assert len(kept) == 1
        row_of(book >> ending)
        assert len(kept) == 0


def test_an_answer_from_the_cache_hears_too() -> None:
    """What the turn says is said of the answer before it, whoever answers the turn."""
    policy = Heard()
    kept = conversation(policy)
    book = play(ask(view={"session": "s"}), rooms(decisions=kept, cache=cache(entry()))) << Answer
    book >> delivered() << Read >> {"mood": Reading("satisfied", 0.9)}
    book << Note >> None
    assert policy.told == [("dec_0", "large", 1.0)]
    latest = kept.latest("s", "local", 200.0)
    assert latest is not None
    assert latest.facts.id == "dec_0"


@pytest.mark.parametrize(
    ("messages", "failed"),
    [
        ((), False),
        ((Message("user", "error"),), False),
        ((Message("tool", "  Traceback (most recent call last):"),), True),
        ((Message("tool", '{"error": "no"}'),), True),
        ((Message("tool", "21 degrees, no error"),), False),
        ((Message("tool", "Error"), Message("user", "try again")), False),
    ],
)
def test_tools_that_failed(messages: tuple[Message, ...], failed: bool) -> None:
    """By how the last message begins, if it is a tool's."""
    assert tool_failed(RequestView("chat", "auto", messages)) is failed


JSON = b'{"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": %s}}]}'
CALLS = (
    b'{"choices": [{"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": null, '
    b'"tool_calls": [{"index": 0, "function": {"name": "weather", "arguments": %s}}]}}]}'
)
WANTED = Wanted("?", True, {"type": "object", "required": ["a"]})
TOOLS = Wanted("?", tools={"weather": {"type": "object", "required": ["town"]}})
FORMED: dict[str, Any] = {"response_format": "json_schema"}
OFFERED: dict[str, Any] = {"tools": ("weather",)}


def formed(body: bytes, view: dict[str, Any], form: bool = True) -> Playbook:
    """A client has an answer of this body, to a request that asked for a form."""
    book = play(ask(view=view), rooms(decisions=Decisions(form=form)))
    return book << Send >> arrived() << expect(Relay, record=form) >> delivered(body=body)


@pytest.mark.parametrize(
    ("body", "view", "wanted", "word"),
    [
        (JSON % b'"{\\"a\\": 1}"', FORMED, WANTED, "formed"),
        (JSON % b'"{}"', FORMED, WANTED, "misformed"),
        (JSON % b'"Sure!"', FORMED, WANTED, "misformed"),
        (CALLS % b'"{\\"town\\": 1}"', OFFERED, TOOLS, "formed"),
        (CALLS % b'"{}"', OFFERED, TOOLS, "misformed"),
    ],
)
def test_an_answer_has_its_form_or_not(body: bytes, view: dict[str, Any], wanted: Wanted, word: str) -> None:
    """Both are told, so that models are compared by how often they keep to it."""
    book = formed(body, view) << Form >> wanted
    told = Feedback(1e9, "dec_1", float(word == "formed"), "form", word, "all", "small")
    book << expect(Note, record=told) >> None
    assert row_of(book).status == 200


@pytest.mark.parametrize(
    ("body", "view", "wanted"),
    [
        (JSON % b'"It is 18 degrees."', OFFERED, TOOLS),
        (b"not an answer", FORMED, WANTED),
        (JSON % b'"{}"', FORMED, Wanted("?", True, {"type": "object", "dependentRequired": {"a": ["b"]}})),
    ],
)
def test_nothing_is_said_of_a_form(body: bytes, view: dict[str, Any], wanted: Wanted) -> None:
    """No tool had to be called; what cannot be read or judged is not judged."""
    assert row_of(formed(body, view) << Form >> wanted).status == 200


def test_nobody_looks_at_forms() -> None:
    """Unless that is wanted, and the request asked for one; then the answer is not even kept."""
    assert row_of(formed(JSON % b'"{}"', FORMED, form=False)).status == 200
    book = play(ask(), rooms(decisions=Decisions(form=True)))
    assert row_of(book << Send >> arrived() << expect(Relay, record=False) >> delivered()).status == 200
