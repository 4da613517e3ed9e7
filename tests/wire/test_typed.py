"""Facts about watching streams of typed events: Anthropic's messages and the Responses API."""

from typing import Any

import orjson
import pytest

from wrp_router.wire.meter import Kind, StreamMeter

HELD, SUBSTANCE, ENDED, BROKEN = Kind.HELD, Kind.SUBSTANCE, Kind.ENDED, Kind.BROKEN
DONE = b"data: [DONE]\n\n"


def event(kind: str, named: bool = True, **fields: Any) -> bytes:
    name = f"event: {kind}\n".encode() if named else b""
    return name + b"data: " + orjson.dumps({"type": kind, **fields}) + b"\n\n"


def told(operation: Any, *events: bytes) -> tuple[list[Kind], StreamMeter]:
    meter = StreamMeter(operation, 1)
    return [meter.feed(one) for one in events], meter


USAGE = {"input_tokens": 5, "cache_read_input_tokens": 3, "cache_creation_input_tokens": 2, "output_tokens": 1}
START = event("message_start", message={"model": "claude", "usage": USAGE})
BLOCK = event("content_block_start", index=0, content_block={"type": "text", "text": ""})
STOP = event("message_stop")


def said(text: str, **more: Any) -> bytes:
    return event("content_block_delta", index=0, delta={"type": "text_delta", "text": text}, **more)


def ending(reason: Any) -> bytes:
    return event("message_delta", delta={"stop_reason": reason}, usage={"output_tokens": 12, "input_tokens": None})


@pytest.mark.parametrize(
    ("reason", "finish"),
    [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("max_tokens", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
        ("pause_turn", "pause_turn"),
    ],
)
def test_a_whole_message(reason: str, finish: str) -> None:
    """Announcements and pings are held; tokens in cache count as tokens in."""
    block_end = event("content_block_stop", index=0)
    kinds, meter = told("messages", START, event("ping"), BLOCK, said("a"), said("b"), block_end, ending(reason), STOP)
    assert kinds == [HELD, HELD, HELD, SUBSTANCE, SUBSTANCE, HELD, SUBSTANCE, ENDED]
    assert (meter.complete, meter.finish_reason, meter.model) == (True, finish, "claude")
    assert (meter.tokens_in, meter.tokens_out, meter.tokens_cached, meter.estimated) == (10, 12, 3, False)


def test_a_message_cut_short_is_an_estimate() -> None:
    """The count in message_start is of the first token only."""
    _, meter = told("messages", START, BLOCK, *(said("x") for _ in range(9)))
    assert (meter.tokens_in, meter.tokens_out, meter.estimated, meter.complete) == (10, 9, True, False)


@pytest.mark.parametrize(
    ("delta", "kind"),
    [
        ({"type": "text_delta", "text": ""}, HELD),
        ({"type": "text_delta", "text": "a"}, SUBSTANCE),
        ({"type": "input_json_delta", "partial_json": "{"}, SUBSTANCE),
        ({"type": "thinking_delta", "thinking": "hm"}, SUBSTANCE),
        ({"type": "signature_delta", "signature": "x"}, SUBSTANCE),
        ({"type": "citations_delta", "citation": {"a": 1}}, SUBSTANCE),
        (None, HELD),
    ],
)
def test_first_deltas_of_a_message(delta: Any, kind: Kind) -> None:
    """Commit once they say something."""
    assert told("messages", START, event("content_block_delta", delta=delta))[0][-1] is kind


def test_tools_of_a_message() -> None:
    """Are noticed where their block starts."""
    block = event("content_block_start", content_block={"type": "tool_use", "name": "f"})
    assert told("messages", START, block)[1].tool_calls
    assert not told("messages", event("message_start"), event("content_block_start"), BLOCK)[1].tool_calls


@pytest.mark.parametrize(
    "events",
    [
        (STOP,),
        (START, said("a"), STOP),
        (START, said("a"), ending(None), STOP),
        (START, said("a"), DONE),
        (ending("abort"),),
    ],
)
def test_a_message_without_its_reason_is_broken(events: tuple[bytes, ...]) -> None:
    """message_stop alone proves nothing, and [DONE] is another dialect's."""
    kinds, meter = told("messages", *events)
    assert kinds[-1] is BROKEN
    assert not meter.complete


@pytest.mark.parametrize(
    "failure",
    [
        event("error", error={"type": "overloaded_error", "message": "boom"}),
        event("error", named=False, error={"type": "overloaded_error", "message": "boom"}),
        b'event: error\ndata: {"message":"boom"}\n\n',
        b"event: error\ndata: boom\n\n",
        b"event: error\n\n",
    ],
)
@pytest.mark.parametrize("operation", ["messages", "responses"])
def test_errors_break_typed_streams(failure: bytes, operation: str) -> None:
    """In any shape, first or last."""
    kinds, meter = told(operation, failure, DONE)
    assert kinds == [BROKEN, BROKEN]
    assert meter.error


@pytest.mark.parametrize("operation", ["messages", "responses"])
def test_unknown_events_are_substance(operation: str) -> None:
    """What is still to be invented is shown; what is no event is not."""
    odd = [
        event("brand_new"),
        event("brand_new", named=False),
        b"data: {}\n\n",
        b"data: x\n\n",
        b'data: {"type":5}\n\n',
    ]
    assert told(operation, *odd)[0] == [SUBSTANCE] * 5
    assert told(operation, b": ping\n\n", b"\n")[0] == [HELD, HELD]


def test_after_a_message() -> None:
    """vLLM sends [DONE] as well; anything else is too much."""
    whole = (START, said("a"), ending("end_turn"), STOP)
    assert told("messages", *whole, DONE, event("ping"), b": x\n\n")[0][4:] == [HELD] * 3
    assert told("messages", *whole, said("b"))[0][-1] is BROKEN


def response(kind: str, **fields: Any) -> bytes:
    made = {"id": "resp_1", "model": "gpt", "usage": None, **fields}
    return event(f"response.{kind}", response=made, sequence_number=1)


def delta(text: str) -> bytes:
    return event("response.output_text.delta", delta=text, output_index=0)


FULL = {"input_tokens": 9, "output_tokens": 4, "input_tokens_details": {"cached_tokens": 8}}


@pytest.mark.parametrize(
    ("end", "finish"),
    [
        (response("completed", status="completed", output=[], usage=FULL), "stop"),
        (response("completed", status="completed", output=[{"type": "function_call"}], usage=FULL), "tool_calls"),
        (
            response("incomplete", status="incomplete", incomplete_details={"reason": "max_output_tokens"}, usage=FULL),
            "length",
        ),
        (response("incomplete", status="incomplete", usage=FULL), "length"),
    ],
)
def test_a_whole_response(end: bytes, finish: str) -> None:
    """Announcements are held, the last event has everything."""
    added = [event(f"response.{what}.added") for what in ("output_item", "content_part", "reasoning_summary_part")]
    starts = [response("created"), response("queued"), response("in_progress"), *added]
    kinds, meter = told(
        "responses", *starts, delta(""), delta("a"), delta("b"), event("response.output_text.done"), end
    )
    assert kinds == [*[HELD] * 7, SUBSTANCE, SUBSTANCE, SUBSTANCE, ENDED]
    assert (meter.complete, meter.finish_reason, meter.model, meter.error) == (True, finish, "gpt", None)
    assert meter.response == "resp_1"
    assert (meter.tokens_in, meter.tokens_out, meter.tokens_cached, meter.estimated) == (9, 4, 8, False)
    assert meter.tool_calls == (finish == "tool_calls")


def test_a_failed_response_has_ended() -> None:
    """As the API means it to: with its error, and no answer to keep."""
    kinds, meter = told("responses", delta("a"), response("failed", status="failed", error={"message": "boom"}))
    assert kinds[-1] is ENDED
    assert (meter.complete, meter.finish_reason, meter.error) == (True, "error", "boom")
    assert told("responses", response("failed"))[1].error


def test_a_response_cut_short() -> None:
    """[DONE] does not end it, nor does an end without its response."""
    for bad in (DONE, event("response.completed"), event("response.completed", response=5)):
        kinds, meter = told("responses", event("response.created"), delta("a"), bad)
        assert kinds[-1] is BROKEN
        assert not meter.complete
    end = response("completed", status="completed", output=[])
    assert told("responses", end, DONE, delta("x"))[0] == [ENDED, HELD, BROKEN]
