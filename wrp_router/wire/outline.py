"""Of an answer or event that is too large to be made into objects: what counts of it; nothing else is made. An engine
may put millions of empty lists into one, each of which takes thirty times the memory that it takes as bytes.
"""

from __future__ import annotations

import codecs
from typing import Any

import msgspec
import orjson

WHOLE = 256 * 1024
"""Bytes of what is made into objects; of anything larger only what counts is."""

_SMALL = 64 * 1024
"""Bytes of a member that is read whole: names, numbers, an error."""

_PIECE = 1024 * 1024

_NULL = msgspec.Raw(b"null")
_FALSE = frozenset((b"null", b"false", b"0", b'""', b"[]", b"{}"))


class _Message(msgspec.Struct, gc=False):
    tool_calls: msgspec.Raw = _NULL
    function_call: msgspec.Raw = _NULL


class _Choice(msgspec.Struct, gc=False):
    """That one member is not optional costs bytes: a body has at most one of these in twenty."""

    finish_reason: str | None
    message: _Message | None = None
    text: msgspec.Raw = _NULL
    index: msgspec.Raw = _NULL


class _Typed(msgspec.Struct, gc=False):
    type: str


class _Answer(msgspec.Struct, gc=False):
    """The members of all dialects, and of events: what an answer is at the end of a Responses stream is `response`."""

    choices: list[_Choice] | None = None
    content: list[_Typed] | None = None
    output: list[_Typed] | None = None
    id: msgspec.Raw = _NULL
    object: msgspec.Raw = _NULL
    type: msgspec.Raw = _NULL
    model: msgspec.Raw = _NULL
    status: msgspec.Raw = _NULL
    stop_reason: msgspec.Raw = _NULL
    incomplete_details: msgspec.Raw = _NULL
    usage: msgspec.Raw = _NULL
    error: msgspec.Raw = _NULL
    delta: msgspec.Raw = _NULL
    message: msgspec.Raw = _NULL
    content_block: msgspec.Raw = _NULL
    response: msgspec.Raw = _NULL


_ANSWER = msgspec.json.Decoder(_Answer)


def outline(body: bytes, *, inner: bool = False) -> dict[str, Any] | None:
    """The tree that readers of answers and events look at, as far as they do: texts are empty, of calls and of what is
    large there is whether there are any. None for what is of no dialect. `inner`: it is the `response` of another."""
    try:
        _check_text(body)
        answer = _ANSWER.decode(body)
        tree = {name: small(getattr(answer, name)) for name in _MEMBERS}
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    within = answer.response
    tree["response"] = outline(bytes(within), inner=True) if len(within) > _SMALL and not inner else small(within)
    tree["choices"] = None if answer.choices is None else [_choice(one) for one in answer.choices]
    for name, items in (("content", answer.content), ("output", answer.output)):
        tree[name] = None if items is None else [{"type": one.type} for one in items]
    return tree


_MEMBERS = [name for name in _Answer.__struct_fields__ if name not in ("choices", "content", "output", "response")]


def _check_text(body: bytes) -> None:
    """What is passed over is not decoded. Raises UnicodeDecodeError, as decoding it would; in pieces, for text takes
    four times the memory where a single character wants that."""
    if not body.isascii():
        decoder = codecs.getincrementaldecoder("utf-8")()
        for start in range(0, len(body), _PIECE):
            decoder.decode(body[start : start + _PIECE], start + _PIECE >= len(body))


def small(raw: msgspec.Raw) -> Any:
    """The value; True for one that is too large to be what it should be."""
    return orjson.loads(memoryview(raw)) if len(raw) <= _SMALL else True


def _choice(one: _Choice) -> dict[str, Any]:
    message = one.message
    told = {"tool_calls": _any(message.tool_calls), "function_call": _any(message.function_call)} if message else None
    text = "" if bytes(memoryview(one.text)[:1]) == b'"' else None
    return {"finish_reason": one.finish_reason, "message": told, "text": text, "index": small(one.index)}


def _any(raw: msgspec.Raw) -> bool:
    return len(raw) > 5 or bytes(raw) not in _FALSE
