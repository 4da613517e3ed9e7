"""What a client gets that is refused: an engine's own error, or one of ours, in its dialect. It decides nothing."""

from __future__ import annotations

from aiohttp.helpers import rfc822_formatted_time

from wrp_router.errors import RouterError
from wrp_router.flow import Answer
from wrp_router.wire import errors as wire_errors
from wrp_signals.facts import Operation

from .downstream import BANNER, REASONS, Headers


def refusal(command: Answer, operation: Operation, request_id: str) -> tuple[int, bytes, Headers]:
    """Status, body and headers."""
    error = command.error
    assert error is not None
    headers = [("content-type", "application/json"), *wire_errors.headers_of(error)]
    if command.refused is not None and command.refused.body is not None:
        return command.refused.outcome.status, command.refused.body, headers
    body = wire_errors.body_of(operation, error, request_id)
    return wire_errors.status_of(operation, error), body, headers


def last_words(operation: Operation, error: RouterError) -> bytes:
    """A whole response with an error of ours, to a request that nobody read; its connection is closed then."""
    body, status = wire_errors.body_of(operation, error, ""), wire_errors.status_of(operation, error)
    headers = [("content-type", "application/json"), *wire_errors.headers_of(error), ("connection", "close")]
    headers += [("content-length", str(len(body))), ("date", rfc822_formatted_time()), ("server", BANNER)]
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, '')}\r\n", *[f"{name}: {value}\r\n" for name, value in headers]]
    return "".join(lines).encode() + b"\r\n" + body
