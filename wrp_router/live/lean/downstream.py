"""Answers straight to a client's transport: head and body of a small answer in one write, streams in chunks as they
come (RFC 9112 section 7.1)."""

from __future__ import annotations

from typing import Protocol

from aiohttp.helpers import rfc822_formatted_time

from wrp_router.live.downstream import BANNER, FRAMING, REASONS, SLOWEST, UNREAD, Headers, Shared, unless_unread

_STATUS_LINES = {status: f"HTTP/1.1 {status} {reason}\r\n" for status, reason in REASONS.items()}


class Wire(Protocol):
    """What it needs of its connection. `drained` waits while the client has more than enough to read, `unsent` are the
    bytes of that."""

    def write(self, data: bytes) -> None: ...

    async def drained(self) -> None: ...

    @property
    def must_drain(self) -> bool: ...

    @property
    def unsent(self) -> int: ...

    def reset(self) -> None: ...


class LeanDownstream:
    """One answer on one connection. `closing` makes it the connection's last; one that has not `ended` is half an
    answer, and nothing may follow it."""

    __slots__ = ("_head", "_wire", "closing", "ended", "started", "unread")

    def __init__(self, wire: Wire, *, closing: bool, unread: float = UNREAD) -> None:
        self._wire = wire
        self.unread = unread
        self._head = b""
        self.closing = closing
        self.started = False
        self.ended = False

    @property
    def unsent(self) -> int:
        return self._wire.unsent

    def hang_up(self) -> None:
        self.closing = True

    async def respond(self, status: int, headers: Headers, body: bytes, shared: Shared = ()) -> None:
        self.started = self.ended = True
        wire = self._wire
        wire.write(self._head_of(status, headers, shared, f"content-length: {len(body)}\r\n") + body)
        if wire.must_drain:
            await unless_unread(self, wire.drained(), self.unread + len(body) / SLOWEST)

    async def start(self, status: int, headers: Headers, shared: Shared = ()) -> None:
        """The head waits for the first chunk, which is at hand: one write for both."""
        self.started = True
        self._head = self._head_of(status, headers, shared, "transfer-encoding: chunked\r\n")

    async def write(self, data: bytes) -> None:
        if not self.push(data):
            await self._wire.drained()

    def push(self, data: bytes) -> bool:
        """As `write`, without waiting. False: wait `until_read` before the next."""
        wire = self._wire
        if self._head:
            wire.write(b"%b%x\r\n%b\r\n" % (self._head, len(data), data))
            self._head = b""
        else:
            wire.write(b"%x\r\n%b\r\n" % (len(data), data))
        return not wire.must_drain

    async def until_read(self) -> None:
        if self._wire.must_drain:
            await self._wire.drained()

    async def end(self, data: bytes = b"") -> None:
        self.ended = True
        wire = self._wire
        if data:
            wire.write(b"%b%x\r\n%b\r\n0\r\n\r\n" % (self._head, len(data), data))
        else:
            wire.write(self._head + b"0\r\n\r\n")
        self._head = b""
        if wire.must_drain:
            await wire.drained()

    def abort(self) -> None:
        self.closing = True
        self._wire.reset()

    def _head_of(self, status: int, headers: Headers, shared: Shared, framing: str) -> bytes:
        lines = [_STATUS_LINES.get(status) or f"HTTP/1.1 {status} \r\n"]
        lines += [fixed.lines for fixed in shared]
        lines += [f"{name}: {value}\r\n" for name, value in headers if name not in FRAMING]
        if self.closing:
            lines.append("connection: close\r\n")
        lines.append(f"{framing}date: {rfc822_formatted_time()}\r\nserver: {BANNER}\r\n\r\n")
        return "".join(lines).encode("utf-8")
