"""The head of an engine's last answer, to know the next one by: they differ in their length, mostly. Parses nothing."""

from __future__ import annotations

import msgspec

from .words import Head

LONGEST = 4096
"""Bytes of a head that is remembered."""

LENGTH_DIGITS = 9
"""More are not believed here: the parser decides."""

_MARKS = (b"\r\ncontent-length: ", b"\r\nContent-Length: ")


class Remembered(msgspec.Struct, frozen=True, gc=False):
    """A head that the parser took for good, cut at the digits of its content-length, and what it made of it."""

    before: bytes
    after: bytes
    head: Head

    def length_in(self, data: bytes) -> tuple[int, int] | None:
        """Where the body begins in `data` and how long it is, if `data` begins with this very head, whatever its
        length; None if it does not, or ends too soon, or holds more than that body."""
        if not data.startswith(self.before):
            return None
        at = len(self.before)
        end = data.find(b"\r", at, at + LENGTH_DIGITS + 1)
        if not data.startswith(self.after, end) or end < 0:
            return None
        digits = data[at:end]
        start = end + len(self.after)
        if not digits.isdigit():
            return None
        length = int(digits)
        return (start, length) if len(data) - start <= length else None


def remember(data: bytes, head: Head | None) -> Remembered | None:
    """What is worth remembering of an answer that the parser has read to its end: `data` is what came of it first.
    None unless it is a plain 200 whose whole head came at once and says how long the body is."""
    end = data.find(b"\r\n\r\n", 0, LONGEST)
    if end < 0 or head is None or head.status != 200 or not data.startswith(b"HTTP/1.1 200"):
        return None
    at = max(data.find(mark, 0, end) for mark in _MARKS)
    if at < 0 or any(name == "transfer-encoding" for name, _ in head.headers):
        return None
    at += len(_MARKS[0])
    stop = data.find(b"\r", at)
    if not data[at:stop].isdigit() or stop - at > LENGTH_DIGITS:
        return None
    fields = [field for field in head.headers if field[0] != "content-length"]
    return Remembered(data[:at], data[stop : end + 4], Head(head.status, fields, head.content_type))
