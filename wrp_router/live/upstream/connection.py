"""One HTTP/1.1 connection to an engine, as a protocol of callbacks; at most one exchange at a time.

Parsing is llhttp's in its strict mode (httptools): two content-lengths, a content-length beside chunks, or a bad
status line break the exchange. Bytes that come when none were asked for close the connection. A head that differs from
the last one by its length alone is not parsed again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from .alarm import Alarmed
from .memory import Remembered, remember
from .words import FIELD_LIMIT, HEAD_LIMIT, HEADERS_LIMIT, PAUSE_AT, READ_AT_ONCE, Broken, Head, spelt

_READ = memoryview(bytearray(READ_AT_ONCE))
"""Into which all of them read, one after the other: between two callbacks nothing is in it."""


class Connection(Alarmed):
    """Call `begin`, then `head` once, then `chunk` until it returns b"". One task may wait at a time; after the head a
    `sink` may stand in its place, which is called when something may have `arrived`."""

    __slots__ = (
        "_answered", "_around", "_buffered", "_chunks", "_content_type",
        "_done", "_failure", "_first", "_framed", "_head", "_header_bytes", "_headers", "_known",
        "_missing", "_parser", "_paused", "_transport", "_waiter", "active_at", "reusable", "sink",
    )  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._paused = False
        self._parser = httptools.HttpResponseParser(self)  # it goes on from message to message
        self._known: Remembered | None = None
        self.sink: Callable[[], None] | None = None
        self.active_at = 0.0
        self._reset()
        self._done = True

    def _reset(self) -> None:
        self._headers: list[tuple[str, str]] = []
        self._head: Head | None = None
        self._around = 0
        self._header_bytes = 0
        self._content_type = ""
        self._framed = False
        self._first = b""
        self._missing = 0
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._done = False
        self._answered = False
        self._failure: Broken | None = None
        self.reusable = False

    # What the owner does -------------------------------------------------------------------------------------

    def begin(self, request: bytes, patience: float, timer: str) -> None:
        """Start an exchange by sending `request`, head and body in one. Unless `relax` is called within `patience`
        seconds, it fails with the name of `timer`."""
        if self._transport is None or self._transport.is_closing():
            raise Broken("reset", "the connection was closed")
        self._reset()
        self.go_on()  # the end of the answer before may have come with more than enough of it
        self.active_at = self._loop.time()
        self._be_done_by(self.active_at + patience, timer)
        self._transport.write(request)

    async def head(self) -> Head:
        """The answer's head. Raises Broken."""
        while self._head is None:
            await self._wait()
        return self._head

    async def chunk(self) -> bytes:
        """All body bytes that have arrived since the last call, waiting for at least one; b"" at the end.

        Raises Broken if the body ends before its framing says so.
        """
        while (data := self.arrived()) is None:
            await self._wait()
        return data

    def arrived(self) -> bytes | None:
        """The same without waiting; None where nothing has come."""
        if self._chunks:
            return self.take()
        if self._done:
            return b""
        if self._failure is not None:
            raise self._failure
        return None

    def take(self) -> bytes:
        """All body bytes that have arrived since the last call, if any."""
        chunks = self._chunks
        data = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        chunks.clear()
        self._buffered = 0
        if self._paused:
            self.go_on()
        return data

    def hold(self) -> None:
        """Nothing more is read until something is taken, or it is to `go_on`: whoever gets it has enough."""
        if not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def go_on(self) -> None:
        """The engine's silence so far was ours."""
        if self._paused and self._transport is not None:
            self.active_at = self._loop.time()
            self._transport.resume_reading()
        self._paused = False

    @property
    def finished(self) -> bool:
        """Whether the whole body has arrived (it may not have been read yet)."""
        return self._done

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    @property
    def sent(self) -> bool:
        """Whether the engine has taken the whole request; it may have answered before."""
        return self._transport is not None and not self._transport.get_write_buffer_size()

    def fail(self, broken: Broken) -> None:
        """End the exchange from outside (a timer): whoever waits gets `broken`, and the connection closes."""
        if self._failure is None and not self._done:
            self._failure = broken
            self._wake()
        self.abort()

    def abort(self) -> None:
        """Close at once (FIN or RST): the engine stops working for us."""
        self._stop_alarm()
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    async def _wait(self) -> None:
        if self._failure is not None:
            raise self._failure
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self.sink is not None:
            self.sink()
        elif self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # What the event loop calls -------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def get_buffer(self, sizehint: int) -> memoryview:
        return _READ

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(_READ[:nbytes]))

    def data_received(self, data: bytes) -> None:
        if self._done:
            self.abort()  # surplus bytes must never become the answer to the next request
            return
        self.active_at = self._loop.time()
        if self._missing:
            self._more(data)
            return
        if not self._answered:
            self._answered = True
            if self._known is not None and self._recognise(self._known, data):
                return
            self._first = data
        self._around += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._break("malformed", "the engine switched protocols")
            return
        except httptools.HttpParserError as error:
            cause = error.__context__ if isinstance(error.__context__, Broken) else error
            self._break("malformed", str(cause))
            return
        if self._around > HEAD_LIMIT and not self._done:
            self._break("malformed", f"over {HEAD_LIMIT} bytes without one of the body")
        elif self._head is not None:
            self._wake()

    def _recognise(self, known: Remembered, data: bytes) -> bool:
        """Whether the answer begins with the head that the last one had. Then only its body is left to take."""
        found = known.length_in(data)
        if found is None:
            return False
        start, length = found
        self._head, self._framed, self._missing = known.head, True, length
        if length:
            self._more(data[start:])
        else:
            self._done = self.reusable = True
            self._wake()
        return True

    def _more(self, data: bytes) -> None:
        """More of a body whose length is known."""
        if data:
            self._missing -= len(data)
            self.on_body(data)
            if not self._missing:
                self._done = self.reusable = True
            elif self._missing < 0:
                self._break("malformed", "bytes after the end of the answer")
                return
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._stop_alarm()
        if self._done:
            return
        if self._head is not None and not self._framed and exc is None:
            self._done = True
        elif self._failure is None:
            reason = "truncated" if self._head is not None else "reset"
            self._failure = Broken(reason, str(exc or "the engine closed the connection"), answered=self._answered)
        self._wake()

    # What the parser calls -----------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        if self._done:
            raise Broken("malformed", "bytes after the end of the answer")

    def on_header(self, name: bytes, value: bytes) -> None:
        if len(self._headers) >= HEADERS_LIMIT:
            raise Broken("malformed", f"the answer has over {HEADERS_LIMIT} headers")
        size = len(name) + len(value)
        self._header_bytes += size
        if size > FIELD_LIMIT or self._header_bytes > HEAD_LIMIT:
            raise Broken("malformed", f"a header is over {FIELD_LIMIT} bytes, or all of them over {HEAD_LIMIT}")
        if self._head is not None:
            return  # a trailer: what comes after a body says nothing of it (RFC 9110 section 6.5.1)
        key = name.decode("latin-1").lower()
        text = spelt(value)
        if key in ("content-length", "transfer-encoding"):
            self._framed = True
        elif key == "content-type":
            self._content_type = text
        self._headers.append((key, text))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status > 599:
            raise Broken("malformed", f"there is no status {status}")
        if status >= 200:
            self._framed = self._framed or status in (204, 304)
            self._head = Head(status, self._headers, self._content_type)

    def on_body(self, body: bytes) -> None:
        self._around = 0
        self._chunks.append(body)
        self._buffered += len(body)
        if self._buffered > PAUSE_AT:
            self.hold()

    def on_message_complete(self) -> None:
        if self._head is None:  # 100 Continue or 103 Early Hints: the answer itself is still to come
            self._headers = []
            self._framed = False
            return
        self._done = True
        self.reusable = self._parser.should_keep_alive()
        if self.reusable:
            self._known = remember(self._first, self._head)
        self._first = b""

    def _break(self, reason: str, detail: str) -> None:
        if not self._done:
            self._failure = Broken(reason, detail, answered=True)
        self.reusable = False
        self._wake()
        self.abort()
