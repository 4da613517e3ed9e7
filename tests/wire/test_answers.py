"""What a whole answer says: of every dialect, whole and streamed, and where nothing can be said."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.answers import text_of_answer, worth_repeating
from wrp_signals.facts import Operation

JSON, SSE = "application/json", "text/event-stream; charset=utf-8"


def stream(*events: Any) -> bytes:
    """A recorded stream."""
    lines = [event if isinstance(event, str) else f"data: {json.dumps(event)}" for event in events]
    return "".join(f"{line}\n\n" for line in lines).encode()


def delta(**said: Any) -> dict[str, Any]:
    """A chunk of a chat."""
    return {"choices": [{"index": 0, "delta": said}]}


def chat(**message: Any) -> dict[str, Any]:
    """A whole chat completion."""
    return {"choices": [{"index": 0, "message": message}]}


BLOCK = {"type": "content_block_start", "content_block": {"type": "text", "text": ""}}
RESPONSE = {
    "output": [
        {"type": "reasoning", "summary": []},
        {"type": "message", "content": [{"type": "output_text", "text": "He"}, {"type": "output_text", "text": "y"}]},
    ]
}
WHOLE: tuple[tuple[Operation, Any], ...] = (
    ("chat", chat(role="assistant", content="Hey", tool_calls=[])),
    ("completion", {"choices": [{"text": "Hey"}]}),
    ("messages", {"content": [{"type": "text", "text": "He"}, {"type": "text", "text": "y"}]}),
    ("responses", RESPONSE),
)
STREAMED: tuple[tuple[Operation, bytes], ...] = (
    ("chat", stream(delta(role="assistant"), delta(content="He"), delta(content="y"), {"choices": []}, "data: [DONE]")),
    ("completion", stream({"choices": [{"text": "He"}]}, {"choices": [{"text": "y"}]}, "data: [DONE]")),
    (
        "messages",
        stream(
            {"type": "message_start"},
            {"type": "content_block_start", "content_block": {"type": "thinking"}},
            {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm"}},
            BLOCK,
            {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hey"}},
            {"type": "message_stop"},
        ),
    ),
    ("responses", stream({"type": "response.created"}, {"type": "response.completed", "response": RESPONSE})),
)
SILENT: tuple[tuple[Operation, Any], ...] = (
    ("chat", {"choices": [{"message": {"content": "a"}}, {"message": {"content": "b"}}]}),
    ("chat", chat(content=None, tool_calls=[{"id": "x"}])),
    ("chat", chat(content=[{"type": "text"}])),
    ("chat", chat(content="")),
    ("chat", {"choices": "x"}),
    ("chat", {"choices": [{"message": "x"}]}),
    ("chat", []),
    ("completion", {"choices": [{"text": 1}]}),
    ("completion", {}),
    ("messages", {"content": [{"type": "text", "text": "a"}, {"type": "tool_use", "id": "x"}]}),
    ("messages", {"content": []}),
    ("messages", {"content": "a"}),
    ("responses", {"output": [{"type": "function_call"}]}),
    ("responses", {"output": None}),
    ("embedding", {"data": []}),
)
SILENT_STREAMS: tuple[tuple[Operation, bytes], ...] = (
    ("chat", stream(delta(content="a"), delta(tool_calls=[{"index": 0}]))),
    ("chat", stream({"choices": [{"index": 1, "delta": {"content": "a"}}]})),
    ("chat", stream({"choices": [{"delta": {}}, {"delta": {}}]})),
    ("chat", b""),
    ("completion", stream({"choices": [{"index": 1, "text": "a"}]})),
    ("messages", stream(BLOCK, {"type": "content_block_start", "content_block": {"type": "tool_use"}})),
    ("messages", stream(BLOCK, {"type": "content_block_delta", "delta": {"type": "input_json_delta"}})),
    ("responses", stream({"type": "response.completed", "response": None})),
    ("embedding", stream(delta(content="a"))),
)


@pytest.mark.parametrize(("operation", "tree"), WHOLE)
def test_a_whole_answer(operation: Operation, tree: Any) -> None:
    """Its text, all parts of it; thoughts are none of it."""
    assert text_of_answer(operation, json.dumps(tree).encode(), JSON) == "Hey"


@pytest.mark.parametrize(("operation", "body"), STREAMED)
def test_a_recorded_stream(operation: Operation, body: bytes) -> None:
    """Says what the whole answer says."""
    assert text_of_answer(operation, body, SSE) == "Hey"


@pytest.mark.parametrize(("operation", "tree"), SILENT)
def test_what_is_not_one_text(operation: Operation, tree: Any) -> None:
    """Several choices, calls of tools, other parts, nothing at all."""
    assert text_of_answer(operation, json.dumps(tree).encode(), JSON) is None


@pytest.mark.parametrize(("operation", "body"), SILENT_STREAMS)
def test_streams_that_are_not_one_text(operation: Operation, body: bytes) -> None:
    """The same, streamed."""
    assert text_of_answer(operation, body, SSE) is None


@given(st.sampled_from([operation for operation, _ in WHOLE]), st.binary(max_size=80), st.sampled_from([JSON, SSE, ""]))
def test_never_raises(operation: Operation, body: bytes, kind: str) -> None:
    """Whatever an engine may have sent."""
    assert isinstance(text_of_answer(operation, body, kind), str | None)


def test_an_event_beyond_all_limits_is_nothing() -> None:
    """It is not read at all."""
    assert text_of_answer("chat", b"data: " + b"x" * (17 << 20), SSE) is None


SAID: dict[str, bytes] = {
    "chat": b'{"choices":[{"message":{"role":"assistant","content":"Yes.","refusal":null},"finish_reason":"stop"}]}',
    "of refusals": rb"""{"choices":[{"message":{"content":"Say {\"refusal\": \"No.\"}, or \"content\":\"\"."}}]}""",
    "chat stream": b'data: {"choices":[{"delta":{"role":"assistant","content":"","refusal":null}}]}\n\n'
    b'data: {"choices":[{"delta":{"content":"Yes"}}]}\n\n',
    "completion": b'{"choices":[{"text":"Yes."}]}',
    "messages": b'{"type":"message","content":[{"type":"text","text":"Yes."}]}',
    "messages stream": b'data: {"message":{"content":[]}}\n\ndata: {"delta":{"type":"text_delta","text":"Y"}}\n\n',
    "responses": b'{"output":[{"content":[{"type":"output_text","text":"Yes."}]}],"text":{"format":{"type":"text"}}}',
    "responses stream": b'data: {"response":{"output":[]}}\n\ndata: {"delta":"Yes"}\n\n',
    "unknown": b"whatever",
}
UNSAID: dict[str, bytes] = {
    "chat refusal": b'{"choices":[{"message":{"content":null,"refusal":"I cannot."},"finish_reason":"stop"}]}',
    "spaced refusal": b'{"choices": [{"message": {"content": "Well", "refusal" : "I cannot."}}]}',
    "chat stream refusal": b'data: {"choices":[{"delta":{"content":null,"refusal":""}}]}\n\n'
    b'data: {"choices":[{"delta":{"refusal":"I"}}]}\n\n',
    "responses refusal": b'{"output":[{"content":[{"type":"refusal","refusal":"I cannot."}]}]}',
    "empty chat": b'{"choices":[{"message":{"role":"assistant","content":""},"finish_reason":"stop"}]}',
    "null chat": b'{"choices": [{"message": {"role": "assistant", "content": null}}]}',
    "thoughts alone": b'{"choices":[{"message":{"content":"","reasoning_content":"Let me see"}}]}',
    "empty chat stream": b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n'
    b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n',
    "empty completion": b'{"choices":[{"text":""}]}',
    "empty messages": b'{"type":"message","content":[]}',
    "empty responses": b'{"output":[],"text":{"format":{"type":"text"}}}',
}


@pytest.mark.parametrize("body", SAID.values(), ids=SAID.keys())
def test_what_is_worth_repeating(body: bytes) -> None:
    """Whatever it is about."""
    assert worth_repeating(body)


@pytest.mark.parametrize("body", UNSAID.values(), ids=UNSAID.keys())
def test_what_is_not_worth_repeating(body: bytes) -> None:
    """Nothing at all, or that it will not: another time the model may."""
    assert not worth_repeating(body)
