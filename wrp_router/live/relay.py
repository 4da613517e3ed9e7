"""A stream on its way: cut into events, metered, recorded, and never let end cleanly when it was cut off."""

from __future__ import annotations

from wrp_router.wire.meter import Kind, StreamMeter
from wrp_router.wire.progress import REPORTED
from wrp_router.wire.sse import BadEvent, Splitter

HELD_EVENTS = 64
HELD_BYTES = 256 * 1024
"""How much may be held back before the commit point; beyond it the stream is committed as it is."""


class StreamRelay:
    """Feeds on what the engine sends, says what the client may get. No I/O. An event never has `unspoken`, the key
    that the engine was sent, if it was sent one.

    Only whole events pass, so that an error event always finds a clean place to stand.
    """

    __slots__ = ("_held", "_splitter", "_unspoken", "committed", "ended", "error", "meter")

    def __init__(self, meter: StreamMeter, unspoken: bytes = b"") -> None:
        self.meter = meter
        self._unspoken = unspoken
        self.committed = False
        self.ended = False
        self.error = ""
        self._splitter = Splitter()
        self._held = 0

    @property
    def failed(self) -> bool:
        """Whether it is broken, or ended as the API means it to end where the engine failed."""
        return bool(self.error or self.meter.error)

    @property
    def reason(self) -> str:
        """Why it failed, for whoever writes it down: not in the words of an engine, which may quote the prompt."""
        return REPORTED if self.meter.quotes else self.error or self.meter.error or ""

    def feed(self, data: bytes) -> bytes:
        """The whole events that `data` completes, as received: `data` itself in the usual case.

        Sets `committed` at the first substantive event, `ended` at the legitimate end, and `error` where the stream
        turned out broken; what follows either is dropped.
        """
        try:
            events = self._splitter.feed(data)
        except BadEvent as error:
            self.error = str(error)
            return b""
        if self._unspoken:
            events = [event.replace(self._unspoken, b"[redacted]") for event in events]
        for i, event in enumerate(events):
            kind = self.meter.feed(event)
            if kind is Kind.BROKEN:
                self.error = self.meter.error or "the stream ended before it was complete"
                return b"".join(events[:i])
            if kind is Kind.ENDED:
                self.ended = self.committed = True
                return b"".join(events[: i + 1])
            if kind is Kind.SUBSTANCE:
                self.committed = True
        if not self.committed:
            self._held += len(data)
            self.committed = self.meter.events >= HELD_EVENTS or self._held >= HELD_BYTES
        return events[0] if len(events) == 1 else b"".join(events)

    def finish(self) -> bytes:
        """The engine's body is over, by its framing. Answers with a last event that lacked its blank line."""
        if self.ended or self.error:
            return b""
        rest = self._splitter.finish()
        if self._unspoken:
            rest = rest.replace(self._unspoken, b"[redacted]")
        if rest:
            self.meter.feed(rest)
        if not self.meter.complete:
            self.error = self.meter.error or "the engine's stream ended before it was complete"
            return b""
        self.ended = self.committed = True
        return rest


class Streams:
    """How many answers are being streamed now."""

    __slots__ = ("active",)

    def __init__(self) -> None:
        self.active = 0


class Recorder:
    """Keeps what the client got, up to `limit` bytes; beyond it, nothing at all."""

    __slots__ = ("_chunks", "_room")

    def __init__(self, limit: int) -> None:
        self._chunks: list[bytes] = []
        self._room = limit

    def add(self, data: bytes) -> None:
        if self._room >= 0:
            self._room -= len(data)
            self._chunks.append(data)
            if self._room < 0:
                self._chunks.clear()

    def body(self) -> bytes | None:
        return b"".join(self._chunks) if self._room >= 0 else None
