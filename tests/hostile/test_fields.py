"""Fields of the wrong type, beyond every bound, or out of place: an error of the caller's, or the engine's to judge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.hostile.trial import Trial
from tests.hostile.wire import post

pytestmark = pytest.mark.fault("B6")

ASKS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "hi"}]},
    "/v1/completions": {"prompt": "hi"},
    "/v1/embeddings": {"input": "hi"},
    "/v1/responses": {"input": "hi"},
    "/v1/messages": {"messages": [{"role": "user", "content": "hi"}], "max_tokens": 9},
    "/v1/messages/count_tokens": {"messages": [{"role": "user", "content": "hi"}]},
}
EVERYWHERE = pytest.mark.parametrize("path", ASKS, ids=[path[4:] for path in ASKS])
CHATS = {"/v1/chat/completions", "/v1/messages", "/v1/messages/count_tokens"}
GARBAGE: list[Any] = [None, True, False, 0, -1, 10**9, 2**64, -(2**63), 1.5, -0.0, 1e308, "", "yes", "\x00", [], [[]]]
GARBAGE += [[None], [0], ["a", 1], {}, {"a": {}}, {"type": 1}, [{}], [{"type": None}], [{"type": "text", "text": {}}]]
FIELDS = [
    *("model", "stream", "stream_options", "n", "best_of", "max_tokens", "max_completion_tokens", "max_output_tokens"),
    *("temperature", "top_p", "top_k", "seed", "stop", "logprobs", "top_logprobs", "logit_bias", "user", "metadata"),
    *("tools", "tool_choice", "functions", "function_call", "parallel_tool_calls", "response_format", "text"),
    *("messages", "prompt", "input", "instructions", "system", "conversation", "previous_response_id", "store"),
    *("session_id", "session_params", "prompt_cache_key", "encoding_format", "dimensions", "echo", "suffix"),
    *("thinking", "cache_control", "mcp_servers", "container", "modalities", "audio", "prediction", "x"),
]


def bodies(*changes: dict[str, Any], path: str) -> Iterator[bytes]:
    """The path's request with each of these changes."""
    return (json.dumps({"model": "fake", **ASKS[path], **change}).encode() for change in changes)


@EVERYWHERE
async def test_any_field_of_any_type(trial: Trial, path: str):
    """Never a fault of the router's."""
    changes = [{name: value} for name in FIELDS for value in GARBAGE]
    assert await trial.converses(path, bodies(*changes, path=path)) <= {200, 400, 404, 422}


REFUSED: dict[str, dict[str, Any]] = {
    "stream is a word": {"stream": "yes"},
    "stream is a number": {"stream": 1},
    "max_tokens is negative": {"max_tokens": -1},
    "max_tokens is a fraction": {"max_tokens": 1.5},
    "max_tokens is a word": {"max_tokens": "many"},
    "max_tokens is beyond 64 bits": {"max_tokens": 2**64 - 1 + 0.5},
    "temperature is a word": {"temperature": "hot"},
    "temperature is true": {"temperature": True},
    "the model is empty": {"model": ""},
    "the model is a number": {"model": 1},
    "the model is a list": {"model": ["fake"]},
    "the model is null": {"model": None},
}
REFUSED_BY_CHAT: dict[str, dict[str, Any]] = {
    "no messages": {"messages": None},
    "an empty list": {"messages": []},
    "an object": {"messages": {"role": "user"}},
    "a string": {"messages": "hi"},
    "strings": {"messages": ["hi"]},
    "nulls": {"messages": [None]},
    "one null among them": {"messages": [{"role": "user", "content": "hi"}, None]},
    "lists": {"messages": [[]]},
    "tools are an object": {"tools": {}},
    "tools are strings": {"tools": ["x"]},
}
REFUSED_BY_N: dict[str, dict[str, Any]] = {
    "n is a billion": {"n": 10**9},
    "n is zero": {"n": 0},
    "n is negative": {"n": -1},
    "n is a fraction": {"n": 1.5},
    "n is true": {"n": True},
    "n is a word": {"n": "one"},
    "stream_options is a list": {"stream_options": []},
}


@EVERYWHERE
async def test_what_is_refused(trial: Trial, path: str):
    """400 or 404 from the router itself; the engine never hears of it."""
    cases = dict(REFUSED)
    if path in CHATS:
        cases |= REFUSED_BY_CHAT
    if path in ("/v1/chat/completions", "/v1/completions"):
        cases |= REFUSED_BY_N
    if path == "/v1/embeddings":
        cases = {
            name: asked for name, asked in cases.items() if "max_tokens" not in asked and "temperature" not in asked
        }
    for body in bodies(*cases.values(), path=path):
        await trial.refuses(post(body=body, target=path.encode()), 400, path)


PARTS: list[Any] = [
    *(None, 1, True, [], {}, [[]], [None], [1], ["a", None], "x" * 100_000),
    *(
        [{"type": "text"}],
        [{"type": "text", "text": None}],
        [{"type": "image_url"}],
        [{"type": "image_url", "image_url": 1}],
    ),
    *(
        [{"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}],
        [{"type": "input_audio", "input_audio": []}],
    ),
    *([{"type": "nobody-knows", "nobody-knows": {}}], [{"type": ["text"]}], [{"type": {}}], [{}] * 1000),
    *(
        [{"type": "tool_result", "content": [{"type": "tool_result", "content": [None]}]}],
        [{"type": "tool_use", "input": 1}],
    ),
    *([{"type": "document", "source": {"type": "text", "data": 1}}], [{"type": "document", "source": []}]),
]


@pytest.mark.parametrize("path", sorted(CHATS))
async def test_contents_of_messages(trial: Trial, path: str):
    """Whatever a message holds, and whoever says it."""
    roles = ("user", "system", "tool", "nobody", "", None, 1, [])
    messages: list[Any] = [{"content": content} for content in PARTS]
    messages += [
        {"role": role, "content": content, "tool_calls": content, "refusal": content, "name": content}
        for content in PARTS
        for role in roles
    ]
    changes = [{"messages": [message]} for message in messages]
    assert await trial.converses(path, bodies(*changes, path=path)) <= {200, 400, 422}


async def test_items_of_responses(trial: Trial):
    """The same for the Responses API, whose items are of many kinds."""
    kinds = ("message", "function_call_output", "function_call", "reasoning", "nobody-knows", "", 1)
    changes = [
        {"input": [{"type": kind, "role": part, "content": part, "output": part}], "instructions": part}
        for part in PARTS
        for kind in kinds
    ]
    assert await trial.converses("/v1/responses", bodies(*changes, path="/v1/responses")) <= {200, 400, 422}


MESSAGE, TOOL = {"role": "user", "content": "a"}, {"type": "function", "function": {"name": "f"}}
TEXT = {"type": "text", "text": "a"}
MANY = 100_000
VERY_MANY: dict[str, tuple[str, dict[str, Any]]] = {
    "messages": ("/v1/chat/completions", {"messages": [MESSAGE] * MANY}),
    "messages for Anthropic": ("/v1/messages", {"messages": [MESSAGE] * MANY}),
    "messages to count": ("/v1/messages/count_tokens", {"messages": [MESSAGE] * MANY}),
    "items": ("/v1/responses", {"input": [MESSAGE] * MANY}),
    "parts": ("/v1/chat/completions", {"messages": [{"role": "user", "content": [TEXT] * MANY}]}),
    "tools": ("/v1/chat/completions", {"tools": [TOOL] * MANY}),
    "prompts": ("/v1/completions", {"prompt": ["a"] * 1000}),
    "token ids": ("/v1/completions", {"prompt": [1] * MANY}),
    "texts to embed": ("/v1/embeddings", {"input": ["a"] * 10_000}),
    "words of metadata": ("/v1/completions", {"metadata": {f"k{at}": "v" for at in range(MANY)}}),
    "biases": ("/v1/chat/completions", {"logit_bias": {str(at): 1 for at in range(MANY)}, "stop": ["a"] * MANY}),
}


@pytest.mark.parametrize(("path", "change"), VERY_MANY.values(), ids=VERY_MANY)
async def test_very_many(trial: Trial, path: str, change: dict[str, Any]):
    """A hundred thousand of anything is read, and passed on or refused."""
    assert await trial.converses(path, bodies(change, path=path)) <= {200, 400}
