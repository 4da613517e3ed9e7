"""What an application may ask of the Anthropic SDK, each answer as plain data."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import anthropic

MODEL = "fake"
ASK = [{"role": "user", "content": "How do I sort a list?"}]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
TOOLS = [{"name": name, "description": name, "input_schema": SCHEMA} for name in ("add", "sub")]
PIXEL = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(b"\x89PNG").decode()}
PARTS = [{"type": "image", "source": PIXEL}, {"type": "text", "text": "What is it?"}]
TURNS = [
    {"role": "user", "content": "Add 1 and 2, naïvely: 1 + 2 → ?"},
    {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "add", "input": {"n": 1}}]},
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": "3"}]},
]
SYSTEM = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]

MESSAGES: dict[str, dict[str, Any]] = {
    "text": {},
    "system": {"system": SYSTEM},
    "tools": {"tools": TOOLS, "tool_choice": {"type": "any"}},
    "a tool's result": {"messages": TURNS, "tools": TOOLS},
    "length": {"max_tokens": 3},
    "stop": {"stop_sequences": ["."]},
    "image parts": {"messages": [{"role": "user", "content": PARTS}]},
    "thinking": {"thinking": {"type": "enabled", "budget_tokens": 1024}, "max_tokens": 2000},
    "crlf, pings and single bytes": {"extra_headers": {"x-fake": "crlf, ping, split=1, chunks=5"}},
}

Call = Callable[[anthropic.AsyncAnthropic], Awaitable[Any]]


def message(more: dict[str, Any]) -> Call:
    async def call(client: anthropic.AsyncAnthropic) -> Any:
        return _plain(await client.messages.create(**{**ASKED, **more}))

    return call


def message_stream(more: dict[str, Any]) -> Call:
    async def call(client: anthropic.AsyncAnthropic) -> Any:
        return [_plain(event) async for event in await client.messages.create(**{**ASKED, **more}, stream=True)]

    return call


async def _counted(client: anthropic.AsyncAnthropic) -> Any:
    return _plain(await client.messages.count_tokens(model=MODEL, messages=ASK))


async def _helped(client: anthropic.AsyncAnthropic) -> Any:
    async with client.messages.stream(**ASKED) as events:
        return _plain(await events.get_final_message())


ASKED: dict[str, Any] = {"model": MODEL, "max_tokens": 200, "messages": ASK}

CALLS: dict[str, Call] = {
    **{f"message: {name}": message(more) for name, more in MESSAGES.items()},
    **{f"message stream: {name}": message_stream(more) for name, more in MESSAGES.items()},
    "tokens counted": _counted,
    "the SDK's own stream": _helped,
}

STATUSES = (400, 401, 403, 404, 413, 422, 429, 500, 503, 529)


async def failing(client: anthropic.AsyncAnthropic, status: int, shape: str, stream: bool) -> Any:
    """The exception at a call that the engine refuses, as an application sees it."""
    headers = {"x-fake": f"status={status}, error_shape={shape}"}
    try:
        await client.messages.create(**ASKED, stream=stream, extra_headers=headers)
    except anthropic.APIStatusError as error:
        return {
            "class": type(error).__name__,
            "status": error.status_code,
            "message": str(error),
            "body": error.body,
            "type": getattr(error, "type", None),
        }
    return "no error"


def _plain(model: Any) -> Any:
    return json.loads(model.to_json(indent=None))
