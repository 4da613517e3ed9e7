"""Answers that came compressed although identity was asked for. Only whole ones: such a stream cannot be metered."""

from __future__ import annotations

import zlib

from .upstream.words import Broken, Head

GZIP = frozenset({"gzip", "x-gzip"})
"""Two names of one coding (RFC 9110 section 8.4.1.3)."""

EITHER, GZIP_ALONE = 47, 31
"""What zlib calls a header of either kind, and of gzip."""

PIECE = 64 * 1024
"""Bytes that are inflated at a time: what stands behind the end of a member is copied."""

MEMBERS = 4096
"""Block-wise compressors make one of 64 KiB, which is a thousand of the longest answer. Each costs microseconds,
however little is in it."""


def inflated(body: bytes, head: Head, limit: int) -> bytes:
    """An answer that came gzipped although identity was asked for, inflated within `limit` bytes. Raises Broken."""
    encoding = encoding_of(head)
    if encoding == "identity" or not body:
        return body
    if encoding not in GZIP and encoding != "deflate":
        raise Broken("malformed", f"content-encoding {encoding!r}", answered=True)
    try:
        return _members(body, limit)
    except (zlib.error, ValueError) as error:
        raise Broken("malformed", str(error), answered=True) from None


def encoding_of(head: Head) -> str:
    """The content-encoding, `identity` where none is named, not even in a header of that name."""
    for name, value in head.headers:
        if name == "content-encoding":
            return value.lower() or "identity"
    return "identity"


def _members(body: bytes, limit: int) -> bytes:
    """All members, one after the other (RFC 1952 section 2.2); zeros behind one are padding, as for gzip itself. Raises
    zlib.error for what is none, ValueError for too much or too little."""
    inflater, members = zlib.decompressobj(EITHER), 1
    data = bytearray()
    for start in range(0, len(body), PIECE):
        piece = body[start : start + PIECE]
        while piece:
            if inflater.eof:
                piece = piece.lstrip(b"\0")
                if not piece:
                    break
                inflater, members = zlib.decompressobj(GZIP_ALONE), members + 1
            data += inflater.decompress(piece, limit + 1 - len(data))
            piece = inflater.unused_data
            if len(data) > limit or members > MEMBERS:
                raise ValueError("the compressed answer is too large, or in too many parts")
    if not inflater.eof:
        raise ValueError("the compressed answer is cut off")
    return bytes(data)
