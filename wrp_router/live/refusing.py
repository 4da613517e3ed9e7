"""What a client gets that is refused: an engine's own error, or one of ours, in its dialect. It decides nothing."""

from __future__ import annotations

from wrp_router.flow import Answer
from wrp_router.wire import errors as wire_errors
from wrp_signals.facts import Operation

from .downstream import Headers


def refusal(command: Answer, operation: Operation, request_id: str) -> tuple[int, bytes, Headers]:
    """Status, body and headers."""
    error = command.error
    assert error is not None
    headers = [("content-type", "application/json"), *wire_errors.headers_of(error)]
    if command.refused is not None and command.refused.body is not None:
        return command.refused.outcome.status, command.refused.body, headers
    body = wire_errors.body_of(operation, error, request_id)
    return wire_errors.status_of(operation, error), body, headers
