"""Reads the chunks of chat and completion streams. It refuses to take an answer's words for the fields around them."""

from __future__ import annotations

from typing import Any

import msgspec
import orjson

from .faults import fault_in
from .outline import WHOLE, outline
from .progress import PATIENCE, REPORTED, Around, Kind, Progress
from .sse import data_of, name_of
from .usage import FAULTS, model_in, reason_in


class _Choice(msgspec.Struct, gc=False):
    finish_reason: Any = None


class _Chunk(msgspec.Struct, gc=False):
    """As much of a chunk as must be known to call it ordinary."""

    choices: list[_Choice] = []
    usage: Any = None
    error: Any = None


_CHUNK = msgspec.json.Decoder(_Chunk)
_OPENINGS = (b'":"', b'": "')
_BACKSLASH = ord("\\")


def read_chunk(progress: Progress, event: bytes) -> Kind:
    """One event of a chat or completion stream, of OpenAI, vLLM, SGLang and all that resemble them."""
    if not progress.committed or not event.startswith(b"data: {"):
        return _read_slowly(progress, event)
    try:
        chunk = _CHUNK.decode(event[6:])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _read_slowly(progress, event)
    if not chunk.choices or chunk.error is not None:
        return _read_slowly(progress, event)
    for choice in chunk.choices:
        if choice.finish_reason is not None:
            return _read_slowly(progress, event)
    if chunk.usage is not None:
        progress.used(chunk.usage)
    elif progress.patience:
        _learn(progress, event)
    progress.deltas += 1
    return Kind.SUBSTANCE


def _learn(progress: Progress, event: bytes) -> None:
    """Makes this delta the one that `StreamMeter.feed` compares the next ones with; gives up where none resembles."""
    worked = progress.events - progress.learned_at > 2
    progress.patience = PATIENCE if worked else progress.patience - 1
    progress.learned_at = progress.events
    progress.around = _surroundings(event) if progress.patience else None


def _read_slowly(progress: Progress, event: bytes) -> Kind:
    data, failing = data_of(event), name_of(event) == b"error"
    if data.startswith(b"[DONE]"):
        return progress.end(progress.all_finished)
    if not data and not failing:
        return Kind.HELD
    tree = json_of(data)
    fault = fault_in(tree)
    if fault is not None or failing:
        return progress.fail(REPORTED, fault)
    if type(tree) is not dict:
        return progress.said()
    progress.model = progress.model or model_in(tree)
    progress.used(tree.get("usage"))
    choices = tree.get("choices")
    if type(choices) is not list:
        return progress.said()
    return _read_choices(progress, choices)


def _read_choices(progress: Progress, choices: list[Any]) -> Kind:
    deltas = 0
    kind = Kind.HELD
    for place, choice in enumerate(choices):
        if type(choice) is not dict:
            continue
        reason, index = reason_in(choice.get("finish_reason")), choice.get("index")
        if reason in FAULTS:
            return progress.fail(f"the engine ended its answer with `{reason}`")
        if reason:
            progress.finish(index if type(index) is int else place, reason)
            kind = Kind.SUBSTANCE
        deltas += _says(progress, choice)
    return progress.said(deltas) if deltas or kind is Kind.SUBSTANCE else kind


def _says(progress: Progress, choice: dict[str, Any]) -> bool:
    """Whether a choice adds to its answer: any field of its delta but the role is something."""
    delta = choice.get("delta")
    if type(delta) is not dict:
        return bool(choice.get("text"))
    progress.tool_calls = progress.tool_calls or bool(delta.get("tool_calls") or delta.get("function_call"))
    return any(value for name, value in delta.items() if name != "role")


def _surroundings(event: bytes) -> Around | None:
    """What stands before and after the text of an ordinary delta, None if that cannot be told.

    An event with the same surroundings and no quote between them differs from this one inside a single string, thus is
    as ordinary. Which string it is does not matter.
    """
    fields = event.find(b'"choices"')
    for opening in _OPENINGS if fields >= 0 else ():
        start = event.find(opening, fields) + len(opening)
        end = event.find(b'"', start) if start >= len(opening) else -1
        if end > 0 and event[end - 1] != _BACKSLASH:
            return event[:start], event[end:], start, end - len(event), start + len(event) - end
    return None


def json_of(data: bytes) -> Any:
    """The JSON value, None if it is none; of a large one what counts."""
    try:
        return orjson.loads(data) if len(data) <= WHOLE else outline(data)
    except orjson.JSONDecodeError:
        return None
