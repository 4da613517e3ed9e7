"""Reads the heads that need no judgement: HTTP/1.1, POST, printable ASCII, one Content-Length, nothing said twice.

It refuses to refuse: of anything else it says None, and the stricter server decides. So a head is only read here if
there is one way to read it (RFC 9112), and no answer to a bad one is written here.
"""

from __future__ import annotations

from wrp_router.live.downstream import Headers
from wrp_router.live.limits import FIELD_LIMIT, HEADERS_LIMIT, LINE_LIMIT

from .words import Lines

START = b"POST /v1/"
"""What every request begins with that is read here."""

HEAD_LIMIT = 16 * 1024
"""Bytes of a head. Longer ones are read elsewhere: here, every piece of a head means a copy of what came before."""

LENGTH_DIGITS = 9
"""More are over any limit."""

_PRINTABLE = bytes(range(0x20, 0x7F))
_TOKEN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")
_ELSEWHERE = frozenset(
    (
        *("transfer-encoding", "content-encoding", "expect", "upgrade", "trailer", "te", "http2-settings"),
        *("proxy-connection", "sec-websocket-key1"),  # aiohttp's parser gives them a meaning
    )
)
"""Whoever sends one of these wants more of HTTP than is known here."""

_MARKS = (b"\r\nContent-Length: ", b"\r\ncontent-length: ")


def begins_well(data: bytes, at: int) -> bool:
    """Whether what stands there is, or may become, the beginning of a request for here. Nothing may become one."""
    return START.startswith(data[at : at + len(START)])


def could_become_one(data: bytes, known: int) -> bool:
    """Whether more bytes may make a request for here of these, which hold no end of a head. Of the first `known` of
    them this was said before."""
    if len(data) > HEAD_LIMIT or not begins_well(data, 0):
        return False
    return data.count(b"\n", known) == data.count(b"\r\n", known - 1 if known else 0)


def read(head: bytes) -> Lines | None:
    """`head` is all before the empty line. None where it is not of the plain kind."""
    if not head.startswith(START):
        return None
    text = head.decode("ascii", "replace")
    first, *lines = text.split("\r\n")
    if len(lines) > HEADERS_LIMIT or head.translate(None, _PRINTABLE) != b"\r\n" * len(lines):
        return None
    words = first.split(" ")
    if len(words) != 3 or words[2] != "HTTP/1.1" or len(first) > LINE_LIMIT:
        return None
    pairs: Headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or not _TOKEN.issuperset(name) or len(line) > FIELD_LIMIT:
            return None
        pairs.append((name, value.strip(" ")))
    headers = dict(pairs)
    length = headers.get("content-length", "")
    if (
        len(headers) < len(pairs)
        or "host" not in headers
        or not _ELSEWHERE.isdisjoint(headers)
        or not _is_length(length)
    ):
        return None
    if headers.get("connection", "keep-alive").lower() != "keep-alive":
        return None
    return Lines(words[1], pairs, headers, int(length))


def split_length(head: bytes) -> tuple[bytes, int]:
    """The head without its Content-Length's digits, and the length they say: what two requests of one client have in
    common, and what not. Raises ValueError where there is no such line, spelt as clients spell it."""
    for mark in _MARKS:
        at = head.find(mark)
        if at >= 0:
            break
    else:
        raise ValueError("no content-length")
    start = at + len(mark)
    end = head.find(b"\r\n", start)
    if end < 0:
        end = len(head)
    digits = head[start:end]
    if not digits.isdigit() or len(digits) > LENGTH_DIGITS:
        raise ValueError("not a length")
    return head[:start] + head[end:], int(digits)


def _is_length(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LENGTH_DIGITS
