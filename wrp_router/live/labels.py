"""The headers by which every answer says what it is: ids, route, server, cache, cost of ours."""

from __future__ import annotations

from wrp_router.flow import Label
from wrp_router.wire.headers import (
    ANTHROPIC_REQUEST_ID,
    ATTEMPTS,
    CACHE,
    DECISION,
    MODEL,
    MODEL_REQUESTED,
    OVERHEAD_MS,
    POLICY,
    POOL,
    REQUEST_ID,
    ROUTE,
    SERVER,
    is_safe,
)
from wrp_signals.facts import Operation

Headers = list[tuple[str, str]]


def identity(operation: Operation, request_id: str) -> Headers:
    """The request id under the name that the caller's SDK reads."""
    name = ANTHROPIC_REQUEST_ID if operation == "messages" else REQUEST_ID
    return [(name, request_id)] if request_id else []


def labels(label: Label, operation: Operation, request_id: str, requested: str, overhead: float) -> Headers:
    """All of them; those that have nothing to say are left out. `overhead` is in seconds.

    Of these values only the model asked for comes from the caller; the others are names of the configuration.
    """
    headers = identity(operation, request_id)
    headers.append((DECISION, label.decision))
    if label.route:
        headers.append((ROUTE, label.route))
    if label.policy:
        headers.append((POLICY, label.policy))
    if label.model and is_safe(label.model):
        headers.append((MODEL, label.model))
    if requested != label.model and is_safe(requested):
        headers.append((MODEL_REQUESTED, requested))
    if label.pool:
        headers += ((POOL, label.pool), (SERVER, label.server), (ATTEMPTS, str(label.attempts)))
    if label.cache != "off":
        headers.append((CACHE, label.cache))
    headers.append((OVERHEAD_MS, f"{overhead * 1e3:.3f}"))
    return headers
