"""Event streams as bytes: cuts them at blank lines and reads an event's fields. It refuses to change a byte, and to
know what the data means. (WHATWG HTML, "Server-sent events", section 9.2.6.)
"""

from __future__ import annotations

import re

from wrp_router.errors import UpstreamFailed

LIMIT = 16 * 1024 * 1024
"""Bytes of one event."""

_LF, _CR = b"\n\r"
_BOM = b"\xef\xbb\xbf"
_LINE_ENDS = re.compile(rb"[\r\n]+")
_BLANK_LINE = re.compile(rb"(?:\n|\r\n?+)(?:\n|\r\n?+)")


class BadEvent(UpstreamFailed):
    """The engine sends something that is not an event stream we can carry."""

    code = "upstream_bad_event"


class Splitter:
    """Cuts a stream into events, whatever the pieces it arrives in: all events and `rest`, joined, are all that was
    fed. An event ends with its blank line; blank lines that end nothing are one event, as many of them as have come.

    Lines end with LF, CRLF or CR. A blank line whose last byte so far is CR waits for the next byte, which may be its
    LF. Work is linear in the bytes fed; memory is one event, at most `limit` bytes.
    """

    __slots__ = ("_any_cr", "_limit", "_pending", "_seen")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._pending = bytearray()
        self._seen = 0  # of `_pending`: no blank line starts before here
        self._any_cr = False

    @property
    def rest(self) -> bytes:
        """What has come of the event that is not complete yet."""
        return bytes(self._pending)

    def feed(self, data: bytes) -> list[bytes]:
        """The events that `data` completes; `data` itself, uncopied, if it is one. Raises BadEvent over the limit."""
        if (
            not self._pending
            and data.endswith(b"\n\n")
            and data.find(b"\r") < 0
            and data[0] != _LF
            and len(data) <= self._limit
        ):
            if data.find(b"\n\n") == len(data) - 2:
                return [data]
            if data.find(b"\n\n\n") < 0:
                pieces = data.split(b"\n\n")
                pieces.pop()
                return [piece + b"\n\n" for piece in pieces]
        return self._feed_slowly(data)

    def finish(self) -> bytes:
        """At the end of the stream: the last event as far as it came, b"" if none. Complete only if its data says so
        (some engines never send the last blank line); do not show it to a client without checking."""
        rest = bytes(self._pending)
        self._pending.clear()
        self._seen = 0
        self._any_cr = False
        return rest

    def _feed_slowly(self, data: bytes) -> list[bytes]:
        pending = self._pending
        pending += data
        self._any_cr = self._any_cr or b"\r" in data
        find_end = self._end_among_all if self._any_cr else self._end
        events: list[bytes] = []
        start = 0
        end = find_end(start) if pending else 0
        while end > start:
            events.append(bytes(pending[start:end]))
            start = end
            end = find_end(start) if start < len(pending) else start
        oversized = any(len(event) > self._limit for event in events)
        del pending[:start]
        self._seen = max(0, self._seen - start)
        self._any_cr = self._any_cr and bool(pending)
        if oversized or len(pending) > self._limit:
            raise BadEvent(f"an event of the stream is over {self._limit} bytes", code="upstream_event_too_large")
        return events

    def _end(self, start: int) -> int:
        """Where the event that begins at `start` ends, or -1; for streams without CR."""
        pending = self._pending
        if pending[start] == _LF:
            return self._end_of_blank(start)
        found = pending.find(b"\n\n", max(start, self._seen))
        if found < 0:
            self._seen = len(pending) - 1
            return -1
        return found + 2

    def _end_among_all(self, start: int) -> int:
        """The same where lines may end in any of the three ways."""
        pending = self._pending
        if pending[start] in (_LF, _CR):
            self._seen = start
            return self._end_of_blank(start)
        found = _BLANK_LINE.search(pending, max(start, self._seen))
        if found is None:
            self._seen = max(start, len(pending) - 2)
            return -1
        end = found.end()
        if end == len(pending) and pending[end - 1] == _CR:
            self._seen = found.start()
            return -1
        return end

    def _end_of_blank(self, start: int) -> int:
        """Where the blank lines that begin at `start` end; -1 for a CR alone that may be the half of a CRLF."""
        pending = self._pending
        found = _LINE_ENDS.match(pending, start)
        assert found is not None
        end = found.end()
        if end == len(pending) and pending[end - 1] == _CR:
            end -= 1
        return end if end > start else -1


def data_of(event: bytes) -> bytes:
    """The event's data lines joined with LF; b"" if it has none, and then no client dispatches it."""
    if event.startswith(b"data: ") and event.find(b"\n") == len(event) - 2 and event.find(b"\r") < 0:
        return event[6:-2]
    return b"\n".join([value for field, value in _fields(event) if field == b"data"])


def name_of(event: bytes) -> bytes:
    """The event's name (its last `event:` line); b"" if it has none."""
    name = b""
    if event.find(b"event") >= 0:
        for field, value in _fields(event):
            if field == b"event":
                name = value
    return name


def _fields(event: bytes) -> list[tuple[bytes, bytes]]:
    """The event's lines as (field, value). Comments have the empty field."""
    found: list[tuple[bytes, bytes]] = []
    for line in event.removeprefix(_BOM).splitlines():  # bytes split at LF, CRLF and CR only
        field, _, value = line.partition(b":")
        found.append((field, value[1:] if value.startswith(b" ") else value))
    return found
