"""Anthropic's Messages API: the message object, and its events, every one with an `event:` line."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import msgspec

from .answers import Answer, Asked
from .sse import Event, Kind, event

_FRAGMENT = 12  # characters of tool arguments per delta
_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


def whole(asked: Asked, answer: Answer, id: str, cached: int) -> dict[str, Any]:
    return {
        **_message(asked, id, cached),
        "content": _blocks(answer),
        "stop_reason": _REASONS[answer.finish],
        "usage": {**_usage(asked, cached), "output_tokens": answer.tokens},
    }


def events(asked: Asked, answer: Answer, id: str, cached: int) -> Iterator[Event]:
    """message_start, per block start/deltas/stop, message_delta, message_stop."""
    yield _named(Kind.LEAD, "message_start", message={**_message(asked, id, cached), "stop_reason": None})
    for at, block in enumerate(_blocks(answer)):
        start, deltas = _streamed(block, answer)
        yield _named(Kind.LEAD, "content_block_start", index=at, content_block=start)
        for delta in deltas:
            yield _named(Kind.TEXT, "content_block_delta", index=at, delta=delta)
        yield _named(Kind.CLOSE, "content_block_stop", index=at)
    ended = {"stop_reason": _REASONS[answer.finish], "stop_sequence": None}
    yield _named(Kind.FINISH, "message_delta", delta=ended, usage={"output_tokens": answer.tokens})
    yield _named(Kind.STOP, "message_stop")


def ping() -> Event:
    return _named(Kind.LEAD, "ping")


def _named(kind: Kind, name: str, **fields: Any) -> Event:
    return event(kind, {"type": name, **fields}, name)


def _message(asked: Asked, id: str, cached: int) -> dict[str, Any]:
    return {
        "id": id,
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(asked, cached),
    }


def _usage(asked: Asked, cached: int) -> dict[str, Any]:
    """Anthropic counts cached tokens beside `input_tokens`, not inside them."""
    return {
        "input_tokens": asked.prompt_tokens - cached,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": cached,
        "output_tokens": 1,
    }


def _blocks(answer: Answer) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if answer.thoughts:
        thought = "".join(answer.thoughts)
        signature = base64.b64encode(thought.encode()).decode()
        blocks.append({"type": "thinking", "thinking": thought, "signature": signature})
    if answer.calls:
        blocks.extend(
            {
                "type": "tool_use",
                "id": call.id.replace("call_", "toolu_"),
                "name": call.name,
                "input": msgspec.json.decode(call.arguments),
            }
            for call in answer.calls
        )
    else:
        blocks.append({"type": "text", "text": answer.text})
    return blocks


def _streamed(block: dict[str, Any], answer: Answer) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as it starts out, and the deltas that fill it."""
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": thought} for thought in answer.thoughts]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
        return {**block, "thinking": "", "signature": ""}, deltas
    if block["type"] == "text":
        return {**block, "text": ""}, [{"type": "text_delta", "text": piece} for piece in answer.pieces]
    arguments = msgspec.json.encode(block["input"]).decode()
    parts = ["", *(arguments[at : at + _FRAGMENT] for at in range(0, len(arguments), _FRAGMENT))]
    return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": part} for part in parts]
