"""OpenAI's Responses API: the response object, and its typed events with `sequence_number` and no `[DONE]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .answers import Answer, Asked, ToolCall
from .openai_api import CREATED
from .sse import Event, Kind, event

_FRAGMENT = 12  # characters of tool arguments per delta


def whole(asked: Asked, answer: Answer, id: str, cached: int) -> dict[str, Any]:
    output = [_call_item(call, call.arguments, "completed") for call in answer.calls] or [
        _message_item(id, [_text_part(answer.text)], "completed")
    ]
    status = "incomplete" if answer.finish == "length" else "completed"
    return {
        **_response(asked, id, status, output),
        "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "usage": {
            "input_tokens": asked.prompt_tokens,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": answer.tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": asked.prompt_tokens + answer.tokens,
        },
    }


def events(asked: Asked, answer: Answer, id: str, cached: int) -> Iterator[Event]:
    """`response.created` … deltas … `response.completed` (or `.incomplete`), numbered from 0."""
    for serial, (kind, name, fields) in enumerate(_untold(asked, answer, id, cached)):
        yield event(kind, {"type": name, "sequence_number": serial, **fields}, name)


_Untold = Iterator[tuple[Kind, str, dict[str, Any]]]


def _untold(asked: Asked, answer: Answer, id: str, cached: int) -> _Untold:
    begun = _response(asked, id, "in_progress", [])
    yield Kind.LEAD, "response.created", {"response": begun}
    yield Kind.LEAD, "response.in_progress", {"response": begun}
    if answer.calls:
        for at, call in enumerate(answer.calls):
            yield from _call_events(call, at)
    else:
        yield from _text_events(answer, id)
    done = whole(asked, answer, id, cached)
    yield Kind.STOP, f"response.{done['status']}", {"response": done}


def _text_events(answer: Answer, id: str) -> _Untold:
    item = {"item_id": _message_item(id, [], "")["id"], "output_index": 0, "content_index": 0}
    added = _message_item(id, [], "in_progress")
    yield Kind.LEAD, "response.output_item.added", {"output_index": 0, "item": added}
    yield Kind.LEAD, "response.content_part.added", {**item, "part": _text_part("")}
    for piece in answer.pieces:
        yield Kind.TEXT, "response.output_text.delta", {**item, "delta": piece, "logprobs": []}
    part = _text_part(answer.text)
    done = _message_item(id, [part], "completed")
    yield Kind.FINISH, "response.output_text.done", {**item, "text": answer.text, "logprobs": []}
    yield Kind.FINISH, "response.content_part.done", {**item, "part": part}
    yield Kind.FINISH, "response.output_item.done", {"output_index": 0, "item": done}


def _call_events(call: ToolCall, at: int) -> _Untold:
    item = {"item_id": _call_item(call, "", "")["id"], "output_index": at}
    added = _call_item(call, "", "in_progress")
    yield Kind.LEAD, "response.output_item.added", {"output_index": at, "item": added}
    for start in range(0, len(call.arguments), _FRAGMENT):
        fragment = call.arguments[start : start + _FRAGMENT]
        yield Kind.TEXT, "response.function_call_arguments.delta", {**item, "delta": fragment}
    done = {**item, "name": call.name, "arguments": call.arguments}
    yield Kind.FINISH, "response.function_call_arguments.done", done
    yield Kind.FINISH, "response.output_item.done", {"output_index": at, "item": _call_item(call, None, "completed")}


def _response(asked: Asked, id: str, status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": id,
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": asked.max_tokens,
        "metadata": {},
        "model": asked.model,
        "output": output,
        "parallel_tool_calls": asked.parallel,
        "previous_response_id": None,
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None,
    }


def _message_item(id: str, content: list[dict[str, Any]], status: str) -> dict[str, Any]:
    return {
        "id": id.replace("resp_", "msg_"),
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": content,
    }


def _text_part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _call_item(call: ToolCall, arguments: str | None, status: str) -> dict[str, Any]:
    return {
        "id": call.id.replace("call_", "fc_"),
        "type": "function_call",
        "status": status,
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments if arguments is None else arguments,
    }
