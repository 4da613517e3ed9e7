"""Watches a stream's events go by: has anything been said, is it over, was it whole, what did it use. It refuses to
change an event, and to take a stream for complete that did not say so.
"""

from __future__ import annotations

from collections.abc import Callable

from wrp_signals.facts import Operation

from .chunks import json_of, read_chunk
from .faults import fault_in
from .progress import Kind, Progress
from .sse import data_of, name_of
from .typed import read_message, read_response
from .usage import usage_of
from .words import Usage

__all__ = ["Kind", "StreamMeter", "Usage", "usage_of"]

_SUBSTANCE = Kind.SUBSTANCE


class StreamMeter(Progress):
    """Feed it every event of one stream, in order; it says what each is, and what they come to.

    Chat and completion streams end with `[DONE]` after a finish reason for each of `choices`; with `done_marker` False
    (for engines that never send it) the finish reasons suffice for `complete`. Anthropic's end with `message_stop`
    after a stop reason, Responses with `response.completed`, `.incomplete` or `.failed`, the last of which leaves
    `error` and the finish reason `error`. After the first substantive event ordinary deltas are all SUBSTANCE.
    """

    __slots__ = ("_read",)

    def __init__(self, operation: Operation, choices: int, done_marker: bool = True) -> None:
        super().__init__(choices, done_marker)
        self._read = _READERS[operation]

    def feed(self, event: bytes) -> Kind:
        """What `event`, its blank line included, is. Never raises."""
        self.events += 1
        if self.around is not None:
            head, tail, start, end, least = self.around
            if (
                len(event) > least
                and event.startswith(head)
                and event.endswith(tail)
                and event.find(b'"', start, end) < 0
            ):
                self.deltas += 1
                return _SUBSTANCE
        if event.find(b"data") < 0 and event.find(b"event") < 0:
            return Kind.BROKEN if self.broken else Kind.HELD  # comments, blank lines, fields that say nothing
        if self.ended or self.broken:
            return self._afterwards(event)
        return self._read(self, event)

    def _afterwards(self, event: bytes) -> Kind:
        """An event after the last: comments, pings and one more `[DONE]` are harmless, all else is not."""
        if self.broken:
            return Kind.BROKEN
        data = data_of(event)
        failing = name_of(event) == b"error"
        if (not data and not failing) or data.startswith(b"[DONE]"):
            return Kind.HELD
        tree = json_of(data)
        fault = fault_in(tree)
        if fault is None and type(tree) is dict and tree.get("type") == "ping":
            return Kind.HELD
        return self.fail("the engine went on after its end", fault)


_READERS: dict[Operation, Callable[[Progress, bytes], Kind]] = {
    "chat": read_chunk,
    "completion": read_chunk,
    "embedding": read_chunk,
    "messages": read_message,
    "responses": read_response,
}
