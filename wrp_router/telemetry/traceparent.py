"""W3C trace context: what came with a request, and what goes upstream. Strict, pure, and without OpenTelemetry.

Span ids are hashes of the decision id: the driver that sends a request upstream and the exporter that later builds the
spans from its Row come to the same ids without telling each other.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import Annotated
from zlib import crc32

import msgspec
from msgspec import Meta

_SAMPLED, _RANDOM = 1, 2
_PATTERN = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_NO_TRACE, _NO_SPAN = "0" * 32, "0" * 16
_ODD = frozenset("13579bdf")

SERVER = -1
"""In place of an attempt's number: the span of the request as a whole."""


class TraceContext(msgspec.Struct, frozen=True, gc=False):
    """A trace and the caller's span in it, as lower-case hex. `parent_id` is empty where the trace begins with us;
    `flags` holds no other bits than sampled (1) and random (2)."""

    trace_id: str
    parent_id: str = ""
    flags: int = 0

    @property
    def sampled(self) -> bool:
        return bool(self.flags & _SAMPLED)


class Sampling(msgspec.Struct, frozen=True):
    """Which requests are traced: what the caller decided, where he did and `follow_caller` is set; else a share of
    them, by the lower half of the caller's trace id (as OpenTelemetry's ratio sampler does) or by the decision id."""

    ratio: Annotated[float, Meta(ge=0, le=1)] = 0.01
    follow_caller: bool = True

    def keeps(self, trace: str, decision_id: str) -> bool:
        """Whether the request with this valid `traceparent`, or with none (""), is traced."""
        if trace and self.follow_caller:
            return trace[54:55] in _ODD
        if self.ratio <= 0.0 or self.ratio >= 1.0:
            return self.ratio >= 1.0
        if trace:
            return int(trace[19:35], 16) < self.ratio * 2.0**64
        return crc32(decision_id.encode("utf-8", "replace")) < self.ratio * 2.0**32


def parse(traceparent: str) -> TraceContext | None:
    """The context that a `traceparent` header names, or None if it is not valid (https://www.w3.org/TR/trace-context/).

    Versions to come are read as far as version 00 goes. A request with more than one such header has none.
    """
    match = _PATTERN.fullmatch(traceparent)
    if match is None:
        return None
    version, trace_id, parent_id, flags, more = match.groups()
    if version == "ff" or (version == "00" and more is not None) or trace_id == _NO_TRACE or parent_id == _NO_SPAN:
        return None
    return TraceContext(trace_id, parent_id, int(flags, 16) & (_SAMPLED | _RANDOM))


def accept(traceparent: str | None) -> str:
    """What a Row keeps of the header: all of it, or "" where there is none or it is not valid."""
    return traceparent if traceparent and parse(traceparent) is not None else ""


def enter(trace: str, decision_id: str, sampling: Sampling) -> TraceContext:
    """The context of a request with this `traceparent` ("" for none), with our own decision whether to sample it. A
    request that brings no valid one begins a trace, whose id follows from the decision id."""
    context = parse(trace) if trace else None
    if context is None:
        context, trace = TraceContext(_trace_id(decision_id).hex()), ""
    flags = context.flags & _RANDOM | (_SAMPLED if sampling.keeps(trace, decision_id) else 0)
    return TraceContext(context.trace_id, context.parent_id, flags)


def span_id(context: TraceContext, decision_id: str, attempt: int = SERVER) -> str:
    """The id of our span for the request or, counted from 0, for one attempt of it: 16 hex digits."""
    seed = f"{context.trace_id}{context.parent_id}{attempt} {decision_id}"
    return blake2b(seed.encode("utf-8", "replace"), digest_size=8).hexdigest()


def child(context: TraceContext, decision_id: str, attempt: int) -> str:
    """The `traceparent` to send upstream with an attempt; `attempt` is how many were sent before it. A `tracestate`
    that came with a valid context goes along unchanged."""
    return f"00-{context.trace_id}-{span_id(context, decision_id, attempt)}-{context.flags:02x}"


def _trace_id(decision_id: str) -> bytes:
    return blake2b(decision_id.encode("utf-8", "replace"), digest_size=16).digest()
