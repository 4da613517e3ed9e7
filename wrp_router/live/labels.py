"""The headers by which every answer says what it is: ids, route, server, cache, cost of ours."""

from __future__ import annotations

from typing import Any

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
    to_client,
)
from wrp_router.wire.ratelimits import LIMITS, limits_of
from wrp_signals.facts import Operation

from .downstream import Fixed, Headers, fixed_of
from .upstream.words import Head

MOST_KNOWN = 1024
"""Combinations remembered: callers choose one part of them, the model they ask for."""


def identity(operation: Operation, request_id: str) -> Headers:
    """The request id under the name that the caller's SDK reads."""
    name = ANTHROPIC_REQUEST_ID if operation == "messages" else REQUEST_ID
    return [(name, request_id)] if request_id else []


class Labels:
    """What the answers of one route, model and server have in common is written once, and remembered."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Any, Fixed] = {}

    def fixed(self, label: Label, requested: str) -> Fixed:
        """Those headers that say where an answer comes from. What has nothing to say is left out.

        Of these values only the model asked for comes from the caller; the others are names of the configuration.
        """
        key = (
            label.route,
            label.policy,
            label.model,
            label.pool,
            label.server,
            label.attempts,
            label.cache,
            requested,
        )
        fixed = self._known.get(key)
        if fixed is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            fixed = self._known[key] = fixed_of(_origin(label, requested))
        return fixed


def changing(label: Label, operation: Operation, request_id: str, overhead: float) -> Headers:
    """Those headers that every answer has for itself. `overhead` is in seconds."""
    headers = identity(operation, request_id)
    if label.levels:
        headers += limits_of(operation, label.levels)
    if label.told:
        headers += label.told
    headers += ((DECISION, label.decision), (OVERHEAD_MS, f"{overhead * 1e3:.3f}"))
    return headers


def passed_on(head: Head, label: Label, unspoken: bytes = b"") -> Fixed:
    """What the caller gets of an engine's headers: what is left of the router's own account there is nobody's limit who
    has one of his own here. None that has `unspoken`, the key that the engine was sent."""
    limited = bool(label.levels)
    fixed = head.passed.get(limited)
    if fixed is None:
        headers = to_client(head.headers)
        if unspoken:
            key = unspoken.decode()
            headers = [pair for pair in headers if key not in pair[1]]
        if limited:
            headers = [pair for pair in headers if not pair[0].startswith(LIMITS)]
        fixed = head.passed[limited] = fixed_of(headers)
    return fixed


def _origin(label: Label, requested: str) -> Headers:
    headers: Headers = []
    if label.route:
        headers.append((ROUTE, label.route))
    if label.policy:
        headers.append((POLICY, label.policy))
    if label.model and is_safe(label.model):
        headers.append((MODEL, label.model))
    if requested != label.model and is_safe(requested):
        headers.append((MODEL_REQUESTED, requested))
    if label.pool:
        headers += ((POOL, label.pool), (ATTEMPTS, str(label.attempts)))
    if label.server:
        headers.append((SERVER, label.server))
    if label.cache != "off":
        headers.append((CACHE, label.cache))
    return headers
