"""What an engine says when it fails, read from any of the shapes in the wild. It refuses to pass on what looks like a
credential, and more than MAX_MESSAGE characters of anything.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import orjson

MAX_MESSAGE = 4096
_MAX_READ = 1024 * 1024

_SECRET = re.compile(
    r"\b(?:(?:sk|pk|rk|gsk|xai|hf)[-_][\w*.-]{8,}|AIza[\w-]{20,})|\bbearer\s+[^\s\"',]{8,}", re.IGNORECASE
)


class Fault(msgspec.Struct, frozen=True, gc=False):
    """An engine's error. Empty strings and None where it did not say."""

    message: str = ""
    type: str = ""
    param: str | None = None
    code: str | None = None


def fault_in(tree: Any) -> Fault | None:
    """The error that a decoded body or event states outright, or None.

    OpenAI, vLLM, llama.cpp and Anthropic (`error` is an object), TGI and Ollama (`error` is a string), SGLang and
    old vLLM (`object` is `error`), the Responses API's error event (`type` is `error`).
    """
    if type(tree) is not dict:
        return None
    error = tree.get("error")
    if type(error) is dict:
        return _from_object(error)
    if error:
        message = error if type(error) is str else "the engine reported an error"
        return Fault(bounded(message), _string(tree.get("error_type")), code=_code(tree.get("code")))
    if tree.get("object") == "error" or tree.get("type") == "error":
        return _from_object(tree)
    return None


def fault_of(raw: bytes) -> Fault | None:
    """The error in a body that came with an error status, thus also in shapes that would prove nothing elsewhere:
    FastAPI's `detail`, a bare `message`. None if there is nothing to read."""
    tree = loads(raw)
    fault = fault_in(tree)
    if fault is not None or type(tree) is not dict:
        return fault
    detail = tree.get("detail")
    if type(detail) is list:
        return _from_validation(detail)
    if type(detail) is dict:
        return fault_in(detail) or _from_object(detail)
    if type(detail) is str and detail:
        return Fault(bounded(detail))
    return _from_object(tree) if _string(tree.get("message")) else None


def loads(raw: bytes) -> Any:
    """The JSON value of at most a megabyte; None if it is none."""
    if len(raw) > _MAX_READ:
        return None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def bounded(message: str) -> str:
    """The message without what looks like a credential, cut to MAX_MESSAGE characters."""
    return _SECRET.sub("[redacted]", message[: 2 * MAX_MESSAGE])[:MAX_MESSAGE]


def is_clean(text: str) -> bool:
    """Whether `bounded` would leave the text as it is."""
    return len(text) <= MAX_MESSAGE and _SECRET.search(text) is None


def _from_object(error: dict[str, Any]) -> Fault:
    param = error.get("param")
    return Fault(
        bounded(_string(error.get("message"))),
        _string(error.get("type")),
        param if type(param) is str else None,
        _code(error.get("code")),
    )


def _from_validation(items: list[Any]) -> Fault:
    """FastAPI's list of {loc, msg, type}: all messages, and the place of the first."""
    said: list[str] = []
    param: str | None = None
    for item in items[:16]:
        if type(item) is dict:
            place = _place(item.get("loc"))
            said.append(f"{place}: {_string(item.get('msg'))}" if place else _string(item.get("msg")))
            param = param or place[:256] or None
    return Fault(bounded("; ".join(said)), param=param)


def _place(loc: Any) -> str:
    """`messages.0.content` of ["body", "messages", 0, "content"], as far as they are names and numbers."""
    steps = loc[1:9] if type(loc) is list else []
    return ".".join([str(step) for step in steps if type(step) is str or type(step) is int])


def _string(value: Any) -> str:
    return value if type(value) is str else ""


def _code(value: Any) -> str | None:
    """Codes are strings; engines that send the HTTP status once more as a number have none."""
    return value[:256] if type(value) is str and value else None
