"""A response's head, and how its body's bytes go onto the wire, sound or broken as the knobs say."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from .acts import Act, Pause, Reply, Whole, Write
from .faults import Faults
from .http1 import LAST_CHUNK, chunk, head


class Framing:
    """How the body's bytes go onto the wire: chunked, by length or until the close; compressed; in small pieces."""

    def __init__(self, reply: Reply, faults: Faults, closes: bool) -> None:
        clean_cut = faults.die_after is not None and faults.die_after.how == "clean"
        sized = isinstance(reply, Whole) and not (clean_cut or faults.endless)
        self.closes = closes or faults.close or faults.no_length
        self.length = len(reply.body) if isinstance(reply, Whole) and sized and not faults.no_length else None
        self.chunked = not sized and not faults.no_length and not faults.dup_content_length
        self._split = faults.split
        self._gzip = zlib.compressobj(wbits=31) if faults.gzip else None
        if self._gzip is not None and isinstance(reply, Whole) and self.length is not None:
            self.chunked, self.length = not faults.no_length, None

    def head(self, reply: Reply, faults: Faults) -> bytes:
        status, kind = (
            (reply.status, reply.content_type)
            if isinstance(reply, Whole)
            else (200, "text/event-stream; charset=utf-8")
        )
        headers = [("content-type", kind), *reply.headers]
        headers += self._lengths(faults)
        if self.closes:
            headers.append(("connection", "close"))
        if self._gzip is not None:
            headers.append(("content-encoding", "gzip"))
        return head(status, [*headers, *_odd_headers(faults)], "HTTP/1.1 OK" if faults.bad_status_line else "")

    def write(self, data: bytes) -> Iterator[Act]:
        if self._gzip is not None:
            data = self._gzip.compress(data) + self._gzip.flush(zlib.Z_SYNC_FLUSH)
        if not data:
            return
        if not self._split:
            yield Write(chunk(data) if self.chunked else data)
            return
        for at in range(0, len(data), self._split):
            piece = data[at : at + self._split]
            yield Write(chunk(piece) if self.chunked else piece)
            yield Pause(0)

    def end(self) -> Iterator[Act]:
        rest = self._gzip.flush() if self._gzip is not None else b""
        if self.chunked:
            yield Write((chunk(rest) if rest else b"") + LAST_CHUNK)
        elif rest:
            yield Write(rest)

    def _lengths(self, faults: Faults) -> list[tuple[str, str]]:
        lengths = [("transfer-encoding", "chunked")] if self.chunked else []
        if self.length is not None:
            lengths.append(("content-length", str(self.length + 10 * faults.short_body)))
        if faults.cl_and_te:
            lengths = [("content-length", "5"), ("transfer-encoding", "chunked")]
            self.chunked = True
        if faults.dup_content_length:
            length = self.length or 1000
            lengths = [("content-length", str(length)), ("content-length", str(length + 1))]
        return lengths


def _odd_headers(faults: Faults) -> list[tuple[str, str]]:
    odd: list[tuple[str, str]] = []
    if faults.retry_after is not None:
        odd.append(("retry-after", faults.retry_after))
    if faults.retry_after_ms is not None:
        odd.append(("retry-after-ms", faults.retry_after_ms))
    if faults.set_cookie:
        odd.append(("set-cookie", "engine=1; Path=/"))
    if faults.long_header:
        odd.append(("x-long", "x" * faults.long_header))
    odd.extend((f"x-many-{at}", str(at)) for at in range(faults.many_headers))
    return odd
