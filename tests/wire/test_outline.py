"""Answers of which only what counts is made into objects."""

from __future__ import annotations

import tracemalloc
from typing import Any, get_args

import msgspec
import orjson
import pytest

from wrp_router.wire.meter import Kind, StreamMeter
from wrp_router.wire.outline import WHOLE, outline
from wrp_router.wire.usage import LETTERS, usage_of
from wrp_signals.facts import Operation

TOKENS = {"prompt_tokens": 5, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 3}}
TYPED = {"input_tokens": 9, "output_tokens": 4, "cache_read_input_tokens": 2}
LARGE = "x" * (WHOLE + 1)
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
TEXT = {"role": "assistant", "content": "Grüße, 你好"}


def choice(reason: Any = "stop", **message: Any) -> dict[str, Any]:
    return {"index": 0, "finish_reason": reason, "message": {**TEXT, **message}}


ANSWERS: list[tuple[Operation, Any]] = [
    ("chat", {"object": "chat.completion", "model": "m", "choices": [choice()], "usage": TOKENS}),
    ("chat", {"choices": [choice(), choice("length")], "usage": None}),
    ("chat", {"choices": [choice("tool_calls", content=None, tool_calls=[CALL])]}),
    ("chat", {"choices": [choice(tool_calls=[], function_call=None)]}),
    ("chat", {"choices": [choice(function_call={"name": "f"})]}),
    ("chat", {"choices": [choice(None)]}),
    ("chat", {"choices": [choice("error")]}),
    ("chat", {"choices": []}),
    ("chat", {"choices": [choice()], "error": {"message": "no"}}),
    ("chat", {"object": "error", "message": "no"}),
    ("chat", {"choices": [{"finish_reason": "stop", "text": "x"}]}),
    ("completion", {"choices": [{"finish_reason": "stop", "text": "x"}], "usage": TOKENS}),
    ("completion", {"choices": [{"finish_reason": "stop", "text": None}]}),
    ("messages", {"type": "message", "content": [{"type": "text"}], "stop_reason": "end_turn", "usage": TYPED}),
    ("messages", {"type": "message", "content": [{"type": "tool_use", "id": "x"}], "stop_reason": "tool_use"}),
    ("messages", {"type": "error", "error": {"type": "api_error", "message": "no"}}),
    ("responses", {"id": "r", "status": "completed", "model": "m", "output": [{"type": "message"}], "usage": TYPED}),
    ("responses", {"status": "completed", "output": [{"type": "function_call"}]}),
    ("responses", {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}, "output": []}),
    ("responses", {"status": "failed", "output": [], "error": {"code": "server_error", "message": "no"}}),
]


@pytest.mark.parametrize(("operation", "tree"), ANSWERS)
def test_says_what_the_whole_says(operation: Operation, tree: Any) -> None:
    """Tokens, reason, calls, model, whether it is whole: of an answer as of the same beside something large. Where
    nothing but letters tells of tokens, all bytes count as such."""
    large, plain = usage_of(operation, orjson.dumps({**tree, "large": LARGE})), usage_of(operation, orjson.dumps(tree))
    if plain.estimated:
        assert large.tokens_out >= WHOLE // LETTERS
    assert msgspec.structs.replace(large, tokens_out=plain.tokens_out) == plain


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[1]",
        b"{",
        b'{"choices":[{}]}',
        b'{"choices":5}',
        b'{"output":[{"type":1}]}',
        b'{"id":"\xff"}',
        b'{"x":"\xff"}',
        b'{"usage":{"x":"\xed\xa0\x80"}}',
        b'{"x":' + b"[" * 100_000,
        b'{"choices":[{"finish_reason":[[]],"message":{}}]}',
    ],
)
def test_what_is_no_answer(body: bytes) -> None:
    """Is none here either; what is passed over has to be text."""
    assert outline(body) is None


def test_members_that_are_not_what_they_should_be() -> None:
    """Are not made: an error of a megabyte is an error all the same."""
    large = b'{"error":{"message":"' + b"x" * (1 << 20) + b'"},"choices":[]}'
    found = outline(large)
    assert found is not None
    assert found["error"] is True
    assert not usage_of("chat", large).complete


DELTA = {"choices": [{"index": 0, "delta": {"content": LARGE}}]}
LAST = {"choices": [{"index": 0, "delta": {"content": LARGE}, "finish_reason": "stop"}]}
OUTPUT = [{"type": "image_generation_call", "result": LARGE}, {"type": "message"}]
COMPLETED = {"id": "resp_1", "model": "m", "status": "completed", "output": OUTPUT, "usage": TYPED}


def fed(operation: Operation, *events: Any) -> tuple[list[Kind], StreamMeter]:
    meter = StreamMeter(operation, 1)
    return [meter.feed(b"data: " + orjson.dumps(event) + b"\n\n") for event in events], meter


def test_large_events_of_a_chat() -> None:
    """Words, an end, and an error are seen in them."""
    kinds, meter = fed("chat", {**LAST, "usage": TOKENS})
    assert (kinds, meter.finished, meter.tokens_out) == ([Kind.SUBSTANCE], {0: "stop"}, 7)
    assert fed("chat", {"x": LARGE, "error": {"message": "no"}})[0] == [Kind.BROKEN]
    kinds, meter = fed("chat", {"choices": [{"index": 0, "delta": {"content": "a"}}]}, DELTA)
    assert (kinds, meter.deltas) == ([Kind.SUBSTANCE, Kind.SUBSTANCE], 2)


def test_large_events_of_other_apis() -> None:
    """The end of a response with an image in it is its end."""
    kinds, meter = fed("responses", {"type": "response.completed", "response": COMPLETED})
    assert (kinds, meter.complete, meter.tool_calls, meter.tokens_in) == ([Kind.ENDED], True, True, 11)
    assert fed("responses", {"type": "response.output_text.delta", "delta": LARGE})[0] == [Kind.SUBSTANCE]
    assert fed("messages", {"type": "content_block_delta", "delta": {"text": LARGE}})[0] == [Kind.SUBSTANCE]
    assert fed("messages", {"type": "message_start", "message": {"x": LARGE}})[0] == [Kind.HELD]


def test_responses_within_responses() -> None:
    """Are not followed."""
    assert outline(b'{"response":' * 20_000 + b"0" + b"}" * 20_000) is None
    found = outline(b'{"response":' * 500 + b'"' + LARGE.encode() + b'"' + b"}" * 500)
    assert found is not None
    assert found["response"]["response"] is True


@pytest.mark.parametrize("operation", ["chat", "messages", "responses"])
def test_an_event_full_of_nothing(operation: Operation) -> None:
    """Takes no more memory than its bytes, before the commit point and after it."""
    event = b'data: {"x":[' + b"[]," * WHOLE + b"0]}\n\n"
    meter = StreamMeter(operation, 1)
    tracemalloc.start()
    for _ in range(3):
        meter.feed(event)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2 * len(event)


@pytest.mark.parametrize("filling", [b"[],", b"{},", b'"",', b"0,", b'{"a":[0]},'])
@pytest.mark.parametrize("operation", [one for one in get_args(Operation) if one != "embedding"])
def test_what_nobody_looks_at_is_not_made(operation: Operation, filling: bytes) -> None:
    """A megabyte of it takes no memory to speak of, wherever it stands; as lists it would take thirty."""
    heap = b"[" + filling * (4 * WHOLE // len(filling)) + b"0]"
    fields = b'"choices":[{"finish_reason":"stop","text":"","message":{"x":%b,"tool_calls":%b}}]' % (heap, heap)
    bodies = [b'{"x":%b,%b}' % (heap, fields), b'{"usage":%b,"error":%b,%b}' % (heap, heap, fields)]
    for body in bodies:
        tracemalloc.start()
        usage_of(operation, body)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most < 2 * len(body)
