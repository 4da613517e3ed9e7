"""More after the last message: that is there, and nothing else has changed by a byte."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.additions import tree_with, view_with, with_addition
from wrp_router.wire.body import decode
from wrp_router.wire.view import messages_of, view_of
from wrp_signals.facts import Message, RequestView

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PART = st.builds(lambda text: {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}, TEXTS)
CONTENT = TEXTS | st.lists(PART, min_size=1, max_size=3)
MESSAGES = st.lists(
    st.builds(lambda content: {"role": "user", "content": content, "name": "me"}, CONTENT), min_size=1, max_size=4
)


@given(MESSAGES, TEXTS.filter(bool), st.sampled_from(["chat", "messages"]), st.booleans())
def test_the_same_for_engine_tree_and_view(messages: list[Any], text: str, operation: Any, ascii: bool) -> None:
    """However it is written: what the engine reads is what we count; other messages and fields are there as before."""
    given = {"messages": messages, "model": "auto", "temperature": 0.30, "stop": ["x"], "max_tokens": 9}
    body = decode(operation, json.dumps(given, ensure_ascii=ascii, indent=1).encode())
    longer = with_addition(body, text)
    assert orjson.loads(longer.raw) == tree_with(body.tree, text) == longer.tree
    assert {name: bytes(value) for name, value in longer.fields.items() if name != "messages"} == {
        name: bytes(value) for name, value in body.fields.items() if name != "messages"
    }
    assert orjson.loads(bytes(longer.fields["messages"]))[:-1] == messages[:-1]
    assert (longer.model, longer.stream, longer.choices, longer.operation) == ("auto", False, 1, operation)
    last = messages[-1]["content"]
    assert longer.tree["messages"][-1]["content"] == (
        last + text if isinstance(last, str) else [*last, {"type": "text", "text": text}]
    )
    view = view_with(view_of(body, tenant="t", session="", headers={}), text)
    if isinstance(last, str):
        assert view.messages == messages_of(longer)
    else:
        assert view.messages[-1].text.replace("\n", "") == messages_of(longer)[-1].text.replace("\n", "")


def test_spelling_stays() -> None:
    """Escapes, numbers and unknown fields, byte for byte."""
    raw = (
        b'{"x": 1.0e0, "messages": [{"role":"system","content":"\\u00e9"}, {"name": "\\u0041", "content": "A\\u0042"}],'
        b' "model":"m"}'
    )
    longer = with_addition(decode("chat", raw), ' "more"')
    assert longer.raw == (
        b'{"x":1.0e0,"messages":[{"role":"system","content":"\\u00e9"},'
        b'{"name":"\\u0041","content":"A\\u0042 \\"more\\""}],"model":"m"}'
    )


def test_nothing_to_add() -> None:
    """The very same request."""
    body = decode("chat", b'{"model":"m","messages":[{"role":"user","content":"A"}]}')
    assert with_addition(body, "") is body


@pytest.mark.parametrize(
    "messages", [[{"role": "user"}], [{"role": "user", "content": None}], [{"content": {}}], [{"content": []}]]
)
def test_what_has_no_text(messages: list[Any]) -> None:
    """Stays as it is: its engine has something to say to it."""
    body = decode("chat", json.dumps({"model": "m", "messages": messages}).encode())
    assert with_addition(body, "more") is body
    assert tree_with({"prompt": "A"}, "more") == {"prompt": "A"}


def test_it_counts() -> None:
    """As part of the last message."""
    view = RequestView("chat", "m", (Message("system", "A"), Message("user", "B")), size=10)
    longer = view_with(view, "CD")
    assert (longer.messages, longer.size) == ((Message("system", "A"), Message("user", "BCD")), 12)
