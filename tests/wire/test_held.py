"""Held answers, read: text, calls, log-probabilities, finish; and what form was asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.cascading.types import Answer, Call, Wanted
from wrp_router.wire.held import answer_in, wanted_of

SURE = {"content": [{"logprob": -0.5, "top_logprobs": [{"logprob": -0.5}, {"logprob": -1.5}]}]}
SCHEMA = {"type": "object"}


def chat(*choices: dict[str, Any]) -> bytes:
    return json.dumps({"object": "chat.completion", "choices": list(choices)}).encode()


def events(*chunks: Any) -> bytes:
    return b"".join(b"data: %b\n\n" % (json.dumps(chunk).encode()) for chunk in chunks) + b"data: [DONE]\n\n"


def test_a_whole_chat() -> None:
    """With all that it says."""
    message = {"content": "Hi", "refusal": None, "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}, 5, {}]}
    raw = chat({"index": 0, "message": message, "logprobs": SURE, "finish_reason": "stop"})
    assert answer_in("chat", raw, False) == Answer("Hi", (Call("f", "{}"),), (-0.5,), (1.0,), "stop")


def test_a_streamed_chat() -> None:
    """Pieces are put together, calls by their index; usage and events without choices say nothing."""
    calls = [[{"index": 1, "function": {"name": "g"}}], [{"index": 1, "function": {"arguments": '{"a"'}}],
             [{"index": 1, "function": {"arguments": ":1}"}}, {"index": 999, "function": {"name": "x"}}]]  # fmt: skip
    deltas = [
        {"role": "assistant", "content": ""},
        {"content": "H"},
        {"content": "i"},
        *[{"tool_calls": c} for c in calls],
    ]
    chunks = [{"choices": [{"index": 0, "delta": delta, "logprobs": SURE}]} for delta in deltas]
    end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}
    found = answer_in("chat", b": ping\n\n" + events(*chunks, end, {"choices": [], "usage": {}}, 5), True)
    assert found == Answer("Hi", (Call("g", '{"a":1}'),), (-0.5,) * 6, (1.0,) * 6, "tool_calls")


@pytest.mark.parametrize(
    "raw",
    [b"", b"[]", chat(), chat({}, {}), chat({"index": 1}), b'{"choices": 3}', b'{"choices": ["x"]}', b"\xff\xfe"],
)
def test_what_is_not_one_answer(raw: bytes) -> None:
    """Is none."""
    assert answer_in("chat", raw, False) is None
    assert answer_in("responses", raw, False) is None


def test_several_choices_of_a_stream() -> None:
    """Are not one answer, either; nor are bytes that are no events."""
    assert answer_in("chat", events({"choices": [{"index": 1, "delta": {"content": "x"}}]}), True) is None
    assert answer_in("chat", b"data: " + b"x" * (17 << 20), True) == Answer()


def test_completions() -> None:
    """Their own field for text."""
    raw = json.dumps({"choices": [{"text": "Hi", "finish_reason": "length", "logprobs": None}]}).encode()
    assert answer_in("completion", raw, False) == Answer("Hi", finish_reason="length")


def test_other_dialects() -> None:
    """Their text, and how they ended."""
    blocks = [{"type": "text", "text": "Hi"}]
    raw = json.dumps({"type": "message", "content": blocks, "stop_reason": "max_tokens"}).encode()
    assert answer_in("messages", raw, False) == Answer("Hi", finish_reason="length")
    assert answer_in("messages", json.dumps({"content": [{"type": "tool_use"}]}).encode(), False) is None


@given(st.binary(max_size=200), st.sampled_from(["chat", "completion", "responses", "messages"]), st.booleans())
def test_bytes_of_any_kind(raw: bytes, operation: Any, stream: bool) -> None:
    """Never raise."""
    answer_in(operation, raw, stream)


def test_forms() -> None:
    """Wherever each dialect says it."""
    form = {"type": "json_schema", "json_schema": {"schema": SCHEMA}}
    tools = [
        {"type": "function", "function": {"name": "f", "parameters": SCHEMA}},
        {"name": "g", "input_schema": SCHEMA},
    ]
    assert wanted_of("chat", {"response_format": form, "tools": tools}, "?") == Wanted(
        "?", True, SCHEMA, {"f": SCHEMA, "g": SCHEMA}
    )
    assert wanted_of("chat", {"response_format": {"type": "json_object"}}, "") == Wanted("", True)
    assert wanted_of("responses", {"text": {"format": {"type": "json_schema", "schema": SCHEMA}}}, "").schema == SCHEMA
    assert wanted_of("messages", {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}, "").json
    assert wanted_of("completion", {"response_format": form}, "") == Wanted()


@given(
    st.dictionaries(
        st.sampled_from(["response_format", "text", "tools", "output_config"]),
        st.sampled_from(
            [
                None,
                5,
                "x",
                [],
                [1, {}],
                {},
                {"type": 5, "format": []},
                {"type": "json_schema", "json_schema": {"schema": 5}},
            ]
        ),
    )
)
def test_forms_of_any_shape(tree: dict[str, Any]) -> None:
    """Never raise."""
    for operation in ("chat", "responses", "messages", "completion", "embedding"):
        wanted_of(operation, tree, "")  # type: ignore[arg-type]
