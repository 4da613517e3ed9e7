"""Facts about what a whole answer used."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.usage import one_reason, reason_in, tokens_of, usage_of
from wrp_router.wire.words import Tokens, Usage
from wrp_signals.facts import Operation

TOKENS = {"prompt_tokens": 5, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 3}}
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["stop", "message", "completed", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "finish_reason", "message", "usage", "output", "status", "content", "data", "type"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


def used(operation: Operation, **fields: Any) -> Usage:
    return usage_of(operation, orjson.dumps({"model": "m", **fields}))


def choice(finish: Any = "stop", **message: Any) -> dict[str, Any]:
    return {"index": 0, "message": {"role": "assistant", "content": "x", **message}, "finish_reason": finish}


def test_a_chat_answer() -> None:
    """Tokens, cached tokens, reason, model."""
    assert used("chat", choices=[choice()], usage=TOKENS) == Usage(5, 7, 3, "stop", "m", False, True)


def test_reasons_of_several_choices() -> None:
    """`stop` only if all of them stopped."""
    assert used("chat", choices=[choice(), choice()]).finish_reason == "stop"
    assert used("chat", choices=[choice(), choice("length")]).finish_reason == "length"
    assert one_reason([]) == ""
    assert (reason_in({"type": "stop"}), reason_in(None)) == ("unknown", "")
    assert (reason_in("a_new_reason"), reason_in("I am ill: why?"), reason_in("x" * 65)) == (
        "a_new_reason",
        "unknown",
        "unknown",
    )


@pytest.mark.parametrize("message", [{"tool_calls": [{"id": "x"}]}, {"function_call": {"name": "f"}}])
def test_calls_are_noticed_whatever_the_reason(message: dict[str, Any]) -> None:
    """vLLM says `stop` when the tool was named by the caller."""
    assert used("chat", choices=[choice("stop", **message)]).tool_calls


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"choices": []},
        {"choices": {}},
        {"choices": [5]},
        {"choices": [choice(None)]},
        {"choices": [choice("error")]},
        {"choices": [choice("abort"), choice()]},
        {"choices": [{"finish_reason": "stop"}]},
        {"choices": [choice()], "error": {"message": "boom"}},
        {"object": "error", "message": "boom"},
    ],
)
def test_incomplete_chat_answers(fields: dict[str, Any]) -> None:
    """No choices, no reason, no message, or an error under status 200."""
    assert not used("chat", **fields).complete


def test_a_completion_answer() -> None:
    """Has text."""
    answer = used("completion", choices=[{"text": "x", "finish_reason": "length"}], usage=TOKENS)
    assert answer == Usage(5, 7, 3, "length", "m", False, True)
    assert not used("completion", choices=[choice()]).complete


def test_an_anthropic_answer() -> None:
    """Cached tokens are counted in; its reasons are translated."""
    usage = {"input_tokens": 5, "output_tokens": 7, "cache_creation_input_tokens": 2, "cache_read_input_tokens": 3}
    block = {"type": "text", "text": "x"}
    answer = used("messages", type="message", content=[block], stop_reason="end_turn", usage=usage)
    assert answer == Usage(10, 7, 3, "stop", "m", False, True)
    called = used("messages", type="message", content=[{"type": "tool_use"}, 5], stop_reason="tool_use")
    assert (called.tool_calls, called.finish_reason) == (True, "tool_calls")
    assert not used("messages", type="message", content=[block]).complete
    assert not used("messages", content=[block], stop_reason="end_turn").complete


def test_under_what_name_it_is_kept() -> None:
    """Only the Responses API keeps answers; a name too long to be kept is none, and so is what is no text."""
    assert used("responses", status="completed", output=[], id="resp_1").response == "resp_1"
    assert used("responses", status="completed", output=[], id="r" * 257).response == ""
    assert used("responses", status="completed", output=[], id=7).response == ""
    assert used("chat", id="chatcmpl-1").response == ""


def test_a_responses_answer() -> None:
    """Its status is its reason."""
    usage = {"input_tokens": 5, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 3}}
    assert used("responses", status="completed", output=[], usage=usage) == Usage(5, 7, 3, "stop", "m", False, True)
    called = used("responses", status="completed", output=[{"type": "function_call"}, 5])
    assert (called.tool_calls, called.finish_reason) == (True, "tool_calls")
    searched = used("responses", status="completed", output=[{"type": "web_search_call"}, {"type": "message"}])
    assert (searched.tool_calls, searched.finish_reason) == (True, "stop")
    assert not used("responses", status="completed").complete
    cut = used("responses", status="incomplete", output=[], incomplete_details={"reason": "content_filter"})
    assert (cut.finish_reason, cut.complete) == ("content_filter", True)
    for status in ("failed", "in_progress", "cancelled", None):
        assert not used("responses", status=status, output=[]).complete


def test_an_embedding_answer() -> None:
    """Only its edges are read."""
    answer = used("embedding", object="list", data=[{"embedding": [0.1] * 2000}], usage={"prompt_tokens": 5})
    assert answer == Usage(5, 0, 0, "stop", "m", False, True)
    encoded = b'{"data": [ {"embedding":"AAAA"}], "model": null}'
    assert usage_of("embedding", encoded) == Usage(finish_reason="stop", complete=True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"data":[ ]}',
        b'{"data":{}}',
        b'{"data":[1],"error":{"a":1}}',
        b'{"data":[1',
        b"<html>",
        b'{"data":[1],"usage":{"a":"\xff"}}',
        b'{"data":' + b"[" * 100_000,
    ],
)
def test_incomplete_embedding_answers(body: bytes) -> None:
    """Nothing embedded, an error, or no JSON."""
    assert not usage_of("embedding", body).complete


@pytest.mark.parametrize(
    "usage",
    [None, 5, [], {}, {"prompt_tokens": "5"}, {"prompt_tokens": -5, "completion_tokens": True}, {"input_tokens": 1.5}],
)
def test_counts_that_are_none(usage: Any) -> None:
    """Are zero."""
    assert tokens_of(usage) == Tokens()


@given(st.sampled_from(["chat", "completion", "embedding", "messages", "responses"]), GARBAGE, st.binary(max_size=40))
def test_nothing_raises(operation: Operation, tree: Any, raw: bytes) -> None:
    """Any JSON, any bytes."""
    for body in (orjson.dumps(tree), orjson.dumps({"choices": [tree], "usage": tree, "model": tree}), raw):
        assert isinstance(usage_of(operation, body), Usage)


@pytest.mark.fault("S8")
@pytest.mark.parametrize("count", [None, 0, -7, "7", 1.5])
def test_who_says_much_and_counts_nothing(count: Any):
    """Is counted by its letters, not trusted: else whatever it answers costs nobody anything."""
    text = "word " * 80
    chat = {"object": "chat.completion", "choices": [{"finish_reason": "stop", "message": {"content": text}}]}
    given = {"usage": {"prompt_tokens": 9, "completion_tokens": count}} if count is not None else {}
    found = used("chat", **chat, **given)
    assert (found.estimated, found.complete) == (True, True)
    assert 100 <= found.tokens_out <= 110
    message = {"type": "message", "stop_reason": "end_turn", "content": [{"type": "text", "text": text}]}
    found = used("messages", **message, usage={"input_tokens": 9, "output_tokens": count})
    assert (found.tokens_in, found.estimated, 100 <= found.tokens_out <= 110) == (9, True, True)
    found = used("responses", status="completed", output=message["content"])
    assert (found.estimated, 100 <= found.tokens_out <= 110) == (True, True)


def test_who_says_nothing_and_counts_nothing():
    """Is believed."""
    found = used("completion", choices=[{"finish_reason": "", "text": ""}], usage={"completion_tokens": 0})
    assert (found.tokens_out, found.estimated) == (0, False)
