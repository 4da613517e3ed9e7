"""What an application may ask of the OpenAI SDK, each answer as plain data. It runs under every major version of the
SDK, thus imports nothing of this project; as a script it prints what each of the given base URLs answered."""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import openai

MODEL = "fake"
ASK = [{"role": "user", "content": "How do I sort a list?"}]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
FORM = {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}
TOOLS = [
    {"type": "function", "function": {"name": name, "parameters": SCHEMA, "strict": True}} for name in ("add", "sub")
]
PIXEL = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
PARTS = [{"type": "text", "text": "What is it?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
TURNS = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Add 1 and 2, naïvely: 1 + 2 → ?"},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"n":1}'}}],
    },
    {"role": "tool", "tool_call_id": "call_1", "content": "3"},
]

CHATS: dict[str, dict[str, Any]] = {
    "text": {},
    "tools": {"tools": TOOLS},
    "one forced tool": {"tools": TOOLS, "tool_choice": {"type": "function", "function": {"name": "sub"}}},
    "a tool's result": {"messages": TURNS, "tools": TOOLS},
    "n": {"n": 2},
    "logprobs": {"logprobs": True, "top_logprobs": 2},
    "length": {"max_tokens": 3},
    "stop": {"stop": ["."]},
    "json schema": {"response_format": FORM},
    "json object": {"response_format": {"type": "json_object"}},
    "image parts": {"messages": [{"role": "user", "content": PARTS}]},
    "an engine's own parameters": {"extra_body": {"top_k": 5, "chat_template_kwargs": {"deep": [1.50, None]}}},
    "crlf, comments and single bytes": {"extra_headers": {"x-fake": "crlf, comments, split=1, chunks=5"}},
    "a line of 600 kB": {"extra_headers": {"x-fake": "big_line=600000"}},
}

Call = Callable[[openai.AsyncOpenAI], Awaitable[Any]]


def chat(more: dict[str, Any]) -> Call:
    async def call(client: openai.AsyncOpenAI) -> Any:
        return _plain(await client.chat.completions.create(**{"model": MODEL, "messages": ASK, **more}))

    return call


def chat_stream(more: dict[str, Any], **options: Any) -> Call:
    asked = {"model": MODEL, "messages": ASK, "stream": True, **more, **options}

    async def call(client: openai.AsyncOpenAI) -> Any:
        return [_plain(chunk) async for chunk in await client.chat.completions.create(**asked)]

    return call


def completion(**more: Any) -> Call:
    asked = {"model": MODEL, "prompt": ["one", "two"], "max_tokens": 5, **more}

    async def call(client: openai.AsyncOpenAI) -> Any:
        answer = await client.completions.create(**asked)
        return [_plain(chunk) async for chunk in answer] if asked.get("stream") else _plain(answer)

    return call


def embed(**more: Any) -> Call:
    async def call(client: openai.AsyncOpenAI) -> Any:
        return _plain(await client.embeddings.create(**{"model": MODEL, "input": ["some text", "more"], **more}))

    return call


def respond(**more: Any) -> Call:
    asked = {"model": MODEL, "input": "Hello", **more}

    async def call(client: openai.AsyncOpenAI) -> Any:
        answer = await client.responses.create(**asked)
        return [_plain(event) async for event in answer] if asked.get("stream") else _plain(answer)

    return call


async def _raw(client: openai.AsyncOpenAI) -> Any:
    answer = await client.chat.completions.with_raw_response.create(model=MODEL, messages=ASK)
    return [answer.status_code, answer.headers["content-type"], answer.http_response.text]


async def _models(client: openai.AsyncOpenAI) -> Any:
    return (await client.models.retrieve(MODEL)).id


FUNCTION = {"type": "function", "name": "add", "parameters": SCHEMA, "strict": True}

CALLS: dict[str, Call] = {
    **{f"chat: {name}": chat(more) for name, more in CHATS.items()},
    **{f"chat stream: {name}": chat_stream(more) for name, more in CHATS.items()},
    "chat stream: usage": chat_stream({}, stream_options={"include_usage": True}),
    "chat stream: usage, n": chat_stream({"n": 3}, stream_options={"include_usage": True}),
    "chat: raw": _raw,
    "completion": completion(),
    "completion: n, echo": completion(n=2, echo=True),
    "completion stream": completion(stream=True),
    "embedding: base64": embed(),
    "embedding: floats": embed(encoding_format="float", dimensions=8),
    "embedding: token ids": embed(input=[[1, 2, 3], [4]]),
    "response": respond(),
    "response: tool": respond(tools=[FUNCTION]),
    "response: cut off": respond(max_output_tokens=3),
    "response stream": respond(stream=True),
    "response stream: tool": respond(stream=True, tools=[FUNCTION]),
    "model": _models,
}

STATUSES = (400, 401, 403, 404, 413, 422, 429, 500, 503)
SHAPES = ("openai", "vllm", "sglang", "llamacpp", "tgi", "anthropic", "html", "empty")


def told(error: openai.APIError) -> dict[str, Any]:
    """All that an application can see of an error, but for ids."""
    return {
        "class": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "message": str(error),
        "body": error.body,
        "code": error.code,
        "type": error.type,
        "param": error.param,
    }


async def failing(client: openai.AsyncOpenAI, status: int, shape: str, stream: bool) -> Any:
    """The exception at a call that the engine refuses."""
    headers = {"x-fake": f"status={status}, error_shape={shape}"}
    try:
        await client.chat.completions.create(model=MODEL, messages=ASK, stream=stream, extra_headers=headers)
    except openai.APIError as error:
        return told(error)
    return "no error"


def _plain(model: Any) -> Any:
    return json.loads(model.to_json(indent=None))


async def observe(base_url: str) -> dict[str, Any]:
    """Every call's answer, and every error."""
    seen: dict[str, Any] = {}
    async with openai.AsyncOpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
        for name, call in CALLS.items():
            seen[name] = await call(client)
        for status in STATUSES:
            for stream in (False, True):
                name = f"error {status}{' to a stream' if stream else ''}"
                seen[name] = await failing(client, status, "openai", stream)
    return seen


if __name__ == "__main__":
    print(json.dumps({"version": openai.__version__, "seen": [asyncio.run(observe(url)) for url in sys.argv[1:]]}))
