"""The headers by which every answer says what it is: ids, route, server, cache, cost of ours."""

from __future__ import annotations

from wrp_router.flow import Label
from wrp_router.wire import headers as names
from wrp_signals.facts import Operation

Headers = list[tuple[str, str]]


def identity(operation: Operation, request_id: str) -> Headers:
    """The request id under the name that the caller's SDK reads."""
    name = names.ANTHROPIC_REQUEST_ID if operation == "messages" else names.REQUEST_ID
    return [(name, request_id)] if request_id else []


def labels(label: Label, operation: Operation, request_id: str, requested: str, overhead: float) -> Headers:
    """All of them; those that have nothing to say are left out. `overhead` is in seconds.

    Of these values only the model asked for comes from the caller; the others are names of the configuration.
    """
    headers = identity(operation, request_id)
    headers.append((names.DECISION, label.decision))
    if label.route:
        headers.append((names.ROUTE, label.route))
    if label.policy:
        headers.append((names.POLICY, label.policy))
    if label.model and names.is_safe(label.model):
        headers.append((names.MODEL, label.model))
    if requested != label.model and names.is_safe(requested):
        headers.append((names.MODEL_REQUESTED, requested))
    if label.pool:
        headers += ((names.POOL, label.pool), (names.SERVER, label.server), (names.ATTEMPTS, str(label.attempts)))
    if label.cache != "off":
        headers.append((names.CACHE, label.cache))
    headers.append((names.OVERHEAD_MS, f"{overhead * 1e3:.3f}"))
    return headers
