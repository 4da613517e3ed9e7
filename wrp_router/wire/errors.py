"""Errors in the caller's dialect: ours as bodies, stream events and headers, and engines' made to look the same.
It refuses to echo HTML, credentials, or anything of a request's headers.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

import orjson

from wrp_router.errors import RouterError, Unsupported
from wrp_signals.facts import Operation

from .faults import MAX_MESSAGE, Fault, bounded, fault_of, is_clean, loads

_COME_BACK = frozenset((429, 503, 529))
_LONGEST_WAIT = 86_400.0
_PASSED_UNREAD = 16 * 1024

_OPENAI_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_ANTHROPIC_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    408: "timeout_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_ANTHROPIC_KNOWN = frozenset((*_ANTHROPIC_TYPES.values(), "invalid_request_error", "api_error"))
_CODES = {401: "invalid_api_key", 404: "not_found", 429: "rate_limit_exceeded"}
_CONTEXT_TYPES = frozenset(("exceed_context_size_error",))  # llama.cpp
_CONTEXT_WORDS = (
    *("maximum context length", "context length is only", "exceeds the available context size"),
    "longer than the model's context length",  # SGLang
)
_INVALID = re.compile(r"\A(?:invalid_prompt|\w*image\w*)\Z")
"""Codes by which the Responses API calls a prompt, or an image in it, wrong; all others are the server's."""


def status_of(operation: Operation, error: RouterError) -> int:
    """The HTTP status. Anthropic says 529 where the others say 503."""
    return 529 if operation == "messages" and error.status == 503 else error.status


def body_of(operation: Operation, error: RouterError, request_id: str) -> bytes:
    """The error as a response body."""
    if operation == "messages":
        return _anthropic(_anthropic_type(status_of(operation, error)), error.message, request_id)
    return _openai(error.message, error.kind, error.param, error.code)


def event_of(operation: Operation, error: RouterError, request_id: str) -> bytes:
    """The error as the last event of a stream that has begun; nothing, and above all no `[DONE]`, may follow it.

    The shapes are those at which the official SDKs raise: an object under `error` (OpenAI), an `event: error` line
    (Anthropic); the Responses API gets both, with the fields of its own error event beside them.
    """
    if operation == "messages":
        return b"event: error\ndata: " + body_of(operation, error, request_id) + b"\n\n"
    if operation == "responses":
        shown = _openai_error(error.message, error.kind, error.param, error.code)
        own = {"type": "error", "code": error.code, "message": error.message, "param": error.param}
        return b"event: error\ndata: " + _encoded({**own, "sequence_number": 0, "error": shown}) + b"\n\n"
    return b"data: " + body_of(operation, error, request_id) + b"\n\n"


def headers_of(error: RouterError) -> list[tuple[str, str]]:
    """When to come back, in both spellings that SDKs read, and whether to come back at all (`x-should-retry`); and how
    bodies may be encoded, where that was wrong."""
    headers: list[tuple[str, str]] = []
    if isinstance(error, Unsupported) and error.accepts:
        headers.append(("accept-encoding", error.accepts))
    if error.status in _COME_BACK:
        wait = error.retry_after
        seconds = 1.0 if wait is None or math.isnan(wait) else min(max(wait, 0.001), _LONGEST_WAIT)
        headers.append(("retry-after", str(max(1, math.ceil(seconds)))))
        headers.append(("retry-after-ms", str(math.ceil(seconds * 1000))))
    if error.final:
        headers.append(("x-should-retry", "false"))
    return headers


def normalise(operation: Operation, status: int, raw: bytes, content_type: str, request_id: str) -> bytes:
    """An engine's error body in the caller's dialect: `raw` itself if it already is, else rebuilt around the engine's
    own words. `status` is what the engine answered."""
    if len(raw) <= _PASSED_UNREAD and _is_right(operation, loads(raw)) and is_clean(raw.decode("utf-8", "replace")):
        return raw
    fault = fault_of(raw) or Fault()
    return _rebuilt(operation, status, fault, fault.message or _told(status, raw, content_type), request_id)


def of_request(operation: Operation, fault: Fault | None, request_id: str) -> bytes | None:
    """The body of a 400 for an engine that says in its stream that the prompt is longer than what it can read (SGLang,
    before its first token), or by the codes of the Responses API that it or an image in it is invalid; None for all
    else. A number there proves nothing: vLLM calls breakdowns of its own 400."""
    if fault is None:
        return None
    invalid = operation == "responses" and fault.code is not None and _INVALID.search(fault.code)
    if not invalid and not _over_context(fault):
        return None
    return _rebuilt(operation, 400, fault, fault.message, request_id)


def _rebuilt(operation: Operation, status: int, fault: Fault, message: str, request_id: str) -> bytes:
    if operation == "messages":
        kind = fault.type if fault.type in _ANTHROPIC_KNOWN else _anthropic_type(status)
        return _anthropic(kind, message, request_id)
    return _openai(message, _openai_type(status, fault.type), fault.param, fault.code or _code_for(status, fault))


def _is_right(operation: Operation, tree: Any) -> bool:
    error = tree.get("error") if type(tree) is dict else None
    if type(error) is not dict or type(error.get("message")) is not str or type(error.get("type")) is not str:
        return False
    if operation == "messages":
        return tree.get("type") == "error" and type(tree.get("request_id")) is str
    return all(name in error and (error[name] is None or type(error[name]) is str) for name in ("param", "code"))


def _told(status: int, raw: bytes, content_type: str) -> str:
    """What to say for an engine that gave no message of its own; plain text counts as one, pages and scraps do not."""
    text = raw[: 4 * MAX_MESSAGE].decode("utf-8", "replace").strip()
    if not text:
        return f"the engine answered {status} without a body"
    if text.startswith("<") or "html" in content_type.lower():
        return f"the engine answered {status} with a page of markup"
    plain = content_type.partition(";")[0].strip().lower() in ("", "text/plain")
    if plain and text[0] not in "{[" and all(character.isprintable() or character in "\r\n\t" for character in text):
        return bounded(text)
    return f"the engine answered {status} with a body that says nothing readable"


def _openai_type(status: int, told: str) -> str:
    """The engine's type where it is spelt like OpenAI's; class names such as vLLM's BadRequestError are not."""
    if told and len(told) <= 64 and told.isascii() and told.replace("_", "").islower():
        return told
    return _OPENAI_TYPES.get(status, "server_error" if status >= 500 else "invalid_request_error")


def _code_for(status: int, fault: Fault) -> str | None:
    """The code that OpenAI would send: clients branch on these, and the engines' messages hold the same facts."""
    if _over_context(fault):
        return "context_length_exceeded"
    if status == 404 and "model" in fault.message.lower():
        return "model_not_found"
    return _CODES.get(status)


def _over_context(fault: Fault) -> bool:
    said = fault.message.lower()
    return fault.type in _CONTEXT_TYPES or any(words in said for words in _CONTEXT_WORDS)


def _anthropic_type(status: int) -> str:
    return _ANTHROPIC_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")


def _openai_error(message: str, kind: str, param: str | None, code: str | None) -> dict[str, str | None]:
    return {"message": message, "type": kind, "param": param, "code": code}


def _openai(message: str, kind: str, param: str | None, code: str | None) -> bytes:
    return _encoded({"error": _openai_error(message, kind, param, code)})


def _anthropic(kind: str, message: str, request_id: str) -> bytes:
    return _encoded({"type": "error", "error": {"type": kind, "message": message}, "request_id": request_id})


def _encoded(shape: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(shape)
    except orjson.JSONEncodeError:  # a lone surrogate, as undecodable bytes of a path or header become
        return json.dumps(shape, ensure_ascii=False).encode("utf-8", "replace")
