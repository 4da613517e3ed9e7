"""Error bodies as each kind of engine writes them, for whole answers and inside streams. A copy of its own on purpose:
what the router makes of errors is tested with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .sse import Event, Kind, encode, event

_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    503: "service_unavailable",
    529: "overloaded_error",
}
_VLLM_TYPES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    404: "NotFoundError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
    503: "ServiceUnavailableError",
}
_LLAMACPP_TYPES = {400: "invalid_request_error", 404: "not_found_error", 503: "unavailable_error"}
_CODES = {401: "invalid_api_key", 404: "model_not_found", 413: "request_too_large", 429: "rate_limit_exceeded"}


def body(shape: str, status: int, message: str, code: str = "", param: str | None = None) -> tuple[str, bytes]:
    """Content type and body of an error answer."""
    if shape == "html":
        page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><p>{message}</p></body></html>"
        return "text/html", page.encode()
    if shape == "empty":
        return "text/plain", b""
    return "application/json", encode(_SHAPES[shape](status, message, code, param))


def in_stream(shape: str, how: str, status: int, message: str, code: str = "") -> Event:
    """An error after the stream has begun. `bare` gives what SDKs overlook: OpenAI's fields on top level, Anthropic's
    event without its `event:` line; `failed` the end of a Responses stream that failed."""
    if how == "failed":
        error = {"code": code or "server_error", "message": message}
        response = {"id": "resp_failed", "object": "response", "status": "failed", "error": error, "output": []}
        return event(Kind.TEXT, {"type": "response.failed", "response": response}, "response.failed")
    if shape == "anthropic":
        return event(Kind.TEXT, _anthropic(status, message, code, None), "" if how == "bare" else "error")
    if how == "bare":
        return event(Kind.TEXT, _sglang(status, message, code, None))
    if shape == "sglang":
        return event(Kind.TEXT, {"error": _sglang(status, message, code, None)})
    known = shape if shape in _SHAPES else "openai"
    return event(Kind.TEXT, _SHAPES[known](status, message, code, None))


def _openai(status: int, message: str, code: str, param: str | None) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 429 else "rate_limit_error" if status == 429 else "server_error"
    if code == "insufficient_quota":
        kind = code
    return {"error": {"message": message, "type": kind, "param": param, "code": code or _CODES.get(status)}}


def _vllm(status: int, message: str, code: str, param: str | None) -> dict[str, Any]:
    kind = _VLLM_TYPES.get(status, "InternalServerError")
    return {"error": {"message": message, "type": kind, "param": param, "code": status}}


def _sglang(status: int, message: str, code: str, param: str | None) -> dict[str, Any]:
    kind = _VLLM_TYPES.get(status, "InternalServerError")
    return {"object": "error", "message": message, "type": kind, "param": param, "code": status}


def _llamacpp(status: int, message: str, code: str, param: str | None) -> dict[str, Any]:
    if code == "context_length_exceeded":
        error: dict[str, Any] = {"code": status, "message": message, "type": "exceed_context_size_error"}
        return {"error": {**error, "n_prompt_tokens": 0, "n_ctx": 0}}
    return {"error": {"code": status, "message": message, "type": _LLAMACPP_TYPES.get(status, "server_error")}}


def _tgi(status: int, message: str, code: str, param: str | None) -> dict[str, Any]:
    kind = "overloaded" if status in (429, 503) else "validation" if status < 500 else "generation"
    return {"error": message, "error_type": kind}


def _anthropic(status: int, message: str, code: str, param: str | None) -> dict[str, Any]:
    kind = code if code.endswith("_error") else _TYPES.get(status, "api_error")
    if status == 503:
        kind = "overloaded_error"
    error: dict[str, Any] = {"type": kind, "message": message}
    if code and not code.endswith("_error"):
        error["details"] = {"error_code": code}
    return {"type": "error", "error": error, "request_id": "req_fake"}


_SHAPES: dict[str, Callable[[int, str, str, str | None], dict[str, Any]]] = {
    "openai": _openai,
    "vllm": _vllm,
    "sglang": _sglang,
    "trtllm": _sglang,
    "llamacpp": _llamacpp,
    "tgi": _tgi,
    "anthropic": _anthropic,
}
