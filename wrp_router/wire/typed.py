"""Reads streams whose events carry a type: Anthropic's messages and the Responses API. It parses only the events that
can matter, and lets all types it does not know count as part of the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .chunks import json_of
from .faults import fault_in
from .progress import REPORTED, Kind, Progress
from .sse import data_of, name_of
from .usage import FAULTS, model_in, name_in, reason_in, response_end

Tree = dict[str, Any]


def read_message(progress: Progress, event: bytes) -> Kind:
    """One event of an Anthropic stream."""
    if progress.committed and event.startswith(b"event: content_block_delta\n"):
        return progress.said(1)
    return _read(progress, event, _MESSAGE_EVENTS)


def read_response(progress: Progress, event: bytes) -> Kind:
    """One event of a Responses stream."""
    if progress.committed and event.startswith(b"event: response.") and event.find(b".delta\n", 0, 64) > 0:
        return progress.said(1)
    return _read(progress, event, _RESPONSE_EVENTS)


def _read(progress: Progress, event: bytes, readers: dict[str, Callable[[Progress, Tree], Kind]]) -> Kind:
    data, name = data_of(event), name_of(event)
    if not data and name != b"error":
        return Kind.HELD
    tree = json_of(data)
    fault = fault_in(tree)
    if fault is not None or name == b"error":
        return progress.fail(REPORTED, fault)
    if data.startswith(b"[DONE]"):  # not of these dialects; some engines send it after the real end
        return progress.end(False)
    if type(tree) is not dict:
        return progress.said()
    kind = tree.get("type")
    reader = readers.get(kind) if type(kind) is str else None
    if reader is not None:
        return reader(progress, tree)
    if type(kind) is str and kind.endswith("delta"):
        return progress.said(1) if _says(tree.get("delta")) else Kind.HELD
    return progress.said()


def _says(delta: Any) -> bool:
    """Whether a delta holds anything: text that is not empty, or an object with any such field."""
    return any(value for name, value in delta.items() if name != "type") if type(delta) is dict else bool(delta)


def _held(progress: Progress, tree: Tree) -> Kind:
    return Kind.HELD


def _message_start(progress: Progress, tree: Tree) -> Kind:
    message = tree.get("message")
    if type(message) is dict:
        progress.model = progress.model or model_in(message)
        progress.used(message.get("usage"), final=False)
    return Kind.HELD


def _block_start(progress: Progress, tree: Tree) -> Kind:
    block = tree.get("content_block")
    kind = block.get("type") if type(block) is dict else None
    progress.tool_calls = progress.tool_calls or (type(kind) is str and kind.endswith("tool_use"))
    return Kind.HELD


def _message_delta(progress: Progress, tree: Tree) -> Kind:
    progress.used(tree.get("usage"))
    delta = tree.get("delta")
    reason = reason_in(delta.get("stop_reason")) if type(delta) is dict else ""
    if not reason:
        return Kind.HELD
    if reason in FAULTS:
        return progress.fail(f"the engine ended its answer with `{reason}`")
    progress.finish(0, reason)
    return progress.said()


def _message_stop(progress: Progress, tree: Tree) -> Kind:
    return progress.end(bool(progress.finished))


def _response_start(progress: Progress, tree: Tree) -> Kind:
    response = tree.get("response")
    if type(response) is dict:
        progress.model = progress.model or model_in(response)
        progress.response = progress.response or name_in(response)
    return Kind.HELD


def _response_end(progress: Progress, tree: Tree) -> Kind:
    """`completed`, `incomplete` and `failed` all end the stream as the API means it to end; the last with an error."""
    response = tree.get("response")
    if type(response) is not dict:
        return progress.end(False)
    _response_start(progress, tree)
    progress.used(response.get("usage"))
    reason, progress.tool_calls, _ = response_end(response)
    if tree["type"] == "response.failed":
        reason = "error"
        progress.blame("the engine reported that it failed", fault_in(response))
    progress.finish(0, reason)
    return progress.end(True)


_MESSAGE_EVENTS: dict[str, Callable[[Progress, Tree], Kind]] = {
    "ping": _held,
    "message_start": _message_start,
    "content_block_start": _block_start,
    "content_block_stop": _held,
    "message_delta": _message_delta,
    "message_stop": _message_stop,
}
_RESPONSE_EVENTS: dict[str, Callable[[Progress, Tree], Kind]] = {
    "response.created": _response_start,
    "response.queued": _response_start,
    "response.in_progress": _response_start,
    "response.output_item.added": _held,
    "response.content_part.added": _held,
    "response.reasoning_summary_part.added": _held,
    "response.completed": _response_end,
    "response.incomplete": _response_end,
    "response.failed": _response_end,
}
