"""Facts about watching chat and completion streams. (Those with typed events are in test_typed.py.)"""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.meter import Kind, StreamMeter
from wrp_router.wire.progress import PATIENCE

HELD, SUBSTANCE, ENDED, BROKEN = Kind.HELD, Kind.SUBSTANCE, Kind.ENDED, Kind.BROKEN
DONE = b"data: [DONE]\n\n"


def event(tree: Any, **layout: Any) -> bytes:
    return b"data: " + json.dumps(tree, **{"separators": (",", ":"), **layout}).encode() + b"\n\n"


def chunk(delta: Any = None, finish: Any = None, index: int = 0, layout: Any = None, **more: Any) -> bytes:
    choice = {"index": index, "delta": delta if delta is not None else {}, "logprobs": None, "finish_reason": finish}
    tree = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice], **more}
    return event(tree, **(layout or {}))


def text(content: str, **more: Any) -> bytes:
    return chunk({"content": content}, **more)


def told(
    *events: bytes, choices: int = 1, operation: Any = "chat", done: bool = True
) -> tuple[list[Kind], StreamMeter]:
    meter = StreamMeter(operation, choices, done)
    return [meter.feed(one) for one in events], meter


@pytest.mark.parametrize("layout", [{}, {"separators": (", ", ": ")}, {"separators": (" , ", " : ")}])
def test_a_whole_stream(layout: dict[str, Any]) -> None:
    """Role, text, finish, usage, [DONE], in any layout."""
    words = ["Hel", "lo", " ", 'say "hi"', "\\", "ü", "\n", "finish_reason", '"finish_reason":null']
    usage = {"prompt_tokens": 7, "completion_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}
    kinds, meter = told(
        chunk({"role": "assistant", "content": "", "refusal": None}, layout=layout),
        *(text(word, layout=layout) for word in words),
        chunk({}, "stop", layout=layout),
        event({"choices": [], "usage": usage, "model": "other"}, **layout),
        DONE,
    )
    assert kinds == [HELD, *[SUBSTANCE] * len(words), SUBSTANCE, HELD, ENDED]
    assert meter.complete
    assert (meter.finish_reason, meter.model, meter.error) == ("stop", "m", None)
    assert (meter.tokens_in, meter.tokens_out, meter.tokens_cached, meter.estimated) == (7, 9, 4, False)
    assert (meter.events, meter.deltas) == (len(words) + 4, len(words))


def test_without_usage_deltas_are_counted() -> None:
    """An estimate that says it is one."""
    _, meter = told(
        chunk({"role": "assistant"}), *(text(f"w{i}", usage=None) for i in range(20)), chunk({}, "length"), DONE
    )
    assert (meter.tokens_out, meter.tokens_in, meter.estimated, meter.finish_reason) == (20, 0, True, "length")


@pytest.mark.parametrize(
    "delta", [{}, {"role": "assistant"}, {"content": ""}, {"content": None, "tool_calls": []}, None]
)
def test_nothing_said_is_held(delta: Any) -> None:
    """Role-only and empty deltas commit to nothing."""
    assert told(chunk(delta))[0] == [HELD]


@pytest.mark.parametrize(
    "held", [b": keep-alive\n\n", b"\n", b"id: 5\n\n", b"retry: 100\n\n", b"data:\n\n", b"event: x\n\n"]
)
def test_events_without_data_are_held(held: bytes) -> None:
    """No client dispatches them."""
    assert told(held, text("a"), held)[0] == [HELD, SUBSTANCE, HELD]


@pytest.mark.parametrize(
    "delta",
    [
        {"content": "x"},
        {"reasoning_content": "x"},
        {"reasoning": "x"},
        {"refusal": "x"},
        {"tool_calls": [{"index": 0, "id": "a", "function": {"name": "f", "arguments": ""}}]},
        {"function_call": {"name": "f"}},
        {"audio": {"id": "x"}},
        {"something_new": 1},
    ],
)
def test_anything_said_is_substance(delta: Any) -> None:
    """Content, reasoning, refusals, tools, and what is still to be invented."""
    kinds, meter = told(chunk({"role": "assistant", **delta}))
    assert kinds == [SUBSTANCE]
    assert meter.tool_calls == ("tool_calls" in delta or "function_call" in delta)


@pytest.mark.parametrize(
    "odd",
    [
        b"data: hello\n\n",
        b"data: {broken\n\n",
        b'data: {"a":"\xff"}\n\n',
        b"data: [1]\n\n",
        b"data: " + b"[" * 5000 + b"\n\n",
        event({"object": "something.else"}),
        event({"choices": "none"}),
    ],
)
def test_what_we_do_not_know_is_substance(odd: bytes) -> None:
    """It may be part of the answer, so it is shown, before the first delta and after it."""
    assert told(odd, text("a"), odd)[0] == [SUBSTANCE] * 3


def test_choices_that_are_no_objects_say_nothing() -> None:
    """And hurt nobody."""
    assert told(event({"choices": [None, 5]}), event({"choices": []}))[0] == [HELD, HELD]


@pytest.mark.parametrize(
    "events",
    [
        (DONE,),
        (chunk({"role": "assistant"}), DONE),
        (text("a"), DONE),
        (text("a"), text("b"), b"data: [DONE]\r\n\r\n"),
    ],
)
def test_an_end_before_the_finish_reason_is_broken(events: tuple[bytes, ...]) -> None:
    """[DONE] alone proves nothing."""
    kinds, meter = told(*events)
    assert kinds[-1] is BROKEN
    assert not meter.complete
    assert meter.error


def test_all_choices_must_finish() -> None:
    """Interleaved in any order; each once."""
    start = [text("a", index=0), text("b", index=1), text("c", index=0), chunk({}, "stop", index=1)]
    assert told(*start, chunk({}, "stop", index=1), DONE, choices=2)[0][-1] is BROKEN
    kinds, meter = told(*start, chunk({}, "length", index=0), DONE, choices=2)
    assert kinds[-1] is ENDED
    assert meter.finish_reason == "length"
    both = [{"index": 0, "finish_reason": "stop"}, {"index": 1, "finish_reason": None}]
    _, meter = told(text("a"), event({"choices": both}), choices=2, done=False)
    assert not meter.complete
    _, meter = told(text("a"), event({"choices": [{**both[0]}, {"finish_reason": "stop"}]}), choices=2, done=False)
    assert (meter.complete, meter.finish_reason) == (True, "stop")


def test_choices_nobody_asked_for_do_not_count() -> None:
    """An engine cannot finish a choice that does not exist."""
    assert told(text("a"), chunk({}, "stop", index=7), chunk({}, "stop", index=-1), DONE)[0][-1] is BROKEN


def test_engines_that_never_say_done() -> None:
    """Their finish reasons are enough, and nothing less is."""
    _, meter = told(text("a"), done=False)
    assert not meter.complete
    kinds, meter = told(text("a"), chunk({}, "stop"), done=False)
    assert (kinds[-1], meter.complete) == (SUBSTANCE, True)
    assert not told(text("a"), chunk({}, "stop"))[1].complete
    assert told(text("a"), chunk({}, "stop"), DONE, done=False)[0][-1] is ENDED


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (event({"error": {"message": "boom", "type": "server_error", "code": 500}}), "boom"),
        (event({"error": "boom"}), "boom"),
        (event({"error": {}}), "reported an error"),
        (event({"object": "error", "message": "boom", "code": 400}), "boom"),
        (event({"error": {"message": "boom"}, "choices": [{"delta": {"content": ""}, "finish_reason": None}]}), "boom"),
        (b'event: error\ndata: {"message":"?"}\n\n', "reported an error"),
        (b"event: error\ndata: out of memory\n\n", "reported an error"),
        (b"event: error\n\n", "reported an error"),
        (chunk({}, "error"), "`error`"),
        (chunk({}, "abort"), "`abort`"),
    ],
)
@pytest.mark.parametrize("before", [(), (text("a"), text("b"), text("c"))])
def test_an_error_in_any_shape_breaks_the_stream(failure: bytes, says: str, before: tuple[bytes, ...]) -> None:
    """And nothing afterwards mends it."""
    kinds, meter = told(*before, failure, text("d"), chunk({}, "stop"), DONE, b": x\n\n")
    assert kinds[len(before) :] == [BROKEN] * 5
    assert not meter.complete
    assert says in (meter.error or "")


def test_an_error_that_is_null_is_none() -> None:
    """Some engines always send the field."""
    kinds, _ = told(*(text("a", error=None) for _ in range(3)), chunk({}, "stop", error=None), DONE)
    assert kinds[-1] is ENDED


def test_after_the_end() -> None:
    """Comments, pings and one more [DONE] are harmless; more answer, or an error, is not."""
    whole = (text("a"), text("b"), chunk({}, "stop"), DONE)
    kinds, meter = told(*whole, b": bye\n\n", DONE, event({"type": "ping"}))
    assert kinds[4:] == [HELD] * 3
    assert meter.complete
    for late in (text("c"), event({"error": {"message": "late"}}), b"event: error\n\n", b"data: x\n\n"):
        kinds, meter = told(*whole, late)
        assert kinds[-1] is BROKEN
        assert not meter.complete


def test_usage_with_every_delta() -> None:
    """The last one counts; null fields in it take nothing back."""
    events = [text(f"w{i}", usage={"prompt_tokens": 5, "completion_tokens": i + 1}) for i in range(30)]
    _, meter = told(*events, chunk({}, "stop", usage={"prompt_tokens": 5, "completion_tokens": 31}), DONE)
    assert (meter.tokens_in, meter.tokens_out, meter.estimated) == (5, 31, False)
    _, meter = told(*events, text("x", usage="none"), event({"choices": [], "usage": {"prompt_tokens": None}}))
    assert (meter.tokens_in, meter.tokens_out) == (5, 30)


def test_completions() -> None:
    """Text instead of deltas."""

    def piece(words: str, finish: Any = None) -> bytes:
        choice = {"index": 0, "text": words, "logprobs": None, "finish_reason": finish, "stop_reason": None}
        return event({"id": "cmpl", "object": "text_completion", "choices": [choice], "usage": None})

    kinds, meter = told(piece(""), piece("a"), piece("b"), piece('"'), piece("", "stop"), DONE, operation="completion")
    assert kinds == [HELD, SUBSTANCE, SUBSTANCE, SUBSTANCE, SUBSTANCE, ENDED]
    assert (meter.finish_reason, meter.tokens_out) == ("stop", 3)


def test_ordinary_deltas_that_never_look_alike() -> None:
    """Padding, changing clocks and interleaving are read one by one, for good."""
    events = [text(f"w{i}", obfuscation="x" * (i % 7), created=i) for i in range(5 * PATIENCE)]
    kinds, meter = told(text("a"), *events, chunk({}, "stop"), DONE)
    assert kinds == [*[SUBSTANCE] * (len(events) + 2), ENDED]
    assert meter.patience == 0
    assert meter.tokens_out == len(events) + 1


def test_a_clock_that_ticks_now_and_then() -> None:
    """Is followed."""
    events = [text(f"w{i}", created=i // 20) for i in range(400)]
    kinds, meter = told(text("a"), *events, chunk({}, "stop"), DONE)
    assert kinds[-1] is ENDED
    assert (meter.patience, meter.tokens_out) == (PATIENCE, 401)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=12), st.sampled_from(["compact", "spaced"]), st.booleans())
def test_no_text_looks_like_an_end(words: list[str], layout: str, escaped: bool) -> None:
    """Whatever is said, with whatever quotes and braces, only fields end a stream."""
    spelling = {"separators": (",", ":") if layout == "compact" else (", ", ": "), "ensure_ascii": escaped}
    nasty = [*words, '"},"finish_reason":"stop"}]}', "[DONE]", '\\"', '"finish_reason":"stop"', "\n\ndata: [DONE]\n\n"]
    events = [text(word, layout=spelling) for word in (*nasty, *words)]
    kinds, meter = told(text("start"), *events)
    assert set(kinds) == {SUBSTANCE} or "" in words
    assert BROKEN not in kinds
    assert not meter.finish_reason
    assert meter.feed(chunk({}, "stop", layout=spelling)) is SUBSTANCE
    assert meter.feed(DONE) is ENDED


@given(st.lists(st.binary(max_size=30) | st.sampled_from([text("a"), text("b"), DONE, chunk({}, "stop")]), max_size=12))
def test_any_bytes_are_some_kind(events: list[bytes]) -> None:
    """Feeding never raises."""
    for operation in ("chat", "completion", "messages", "responses"):
        kinds, meter = told(*events, operation=operation)
        assert meter.complete == (ENDED in kinds and BROKEN not in kinds)
        assert meter.events == len(events)


def test_a_delta_is_recognised_only_inside_its_string() -> None:
    """What shares head and tail but holds more than one string between them is read, not assumed."""
    meter = StreamMeter("chat", 1)
    for word in ("a", "b", "c"):
        meter.feed(text(word))
    assert meter.around is not None
    head, tail = meter.around[0], meter.around[1]
    sneaky = head + b'x"},"finish_reason":"stop"},{"delta":{"content":"y' + tail
    assert orjson.loads(sneaky[6:])["choices"][0]["finish_reason"] == "stop"
    assert meter.feed(sneaky) is SUBSTANCE
    assert meter.finish_reason == "stop"
    assert meter.feed(head + tail) is SUBSTANCE
    assert meter.feed(head[: len(tail)]) is SUBSTANCE
