"""Answers that came compressed although identity was asked for. Only whole ones: such a stream cannot be metered."""

from __future__ import annotations

import zlib

from .upstream.words import Broken, Head


def inflated(body: bytes, head: Head, limit: int) -> bytes:
    """An answer that came gzipped although identity was asked for, inflated within `limit` bytes. Raises Broken."""
    encoding = encoding_of(head)
    if encoding == "identity" or not body:
        return body
    if encoding not in ("gzip", "deflate"):
        raise Broken("malformed", f"content-encoding {encoding!r}", answered=True)
    try:
        inflater = zlib.decompressobj(wbits=47)
        data = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise Broken("malformed", str(error), answered=True) from None
    if len(data) > limit or not inflater.eof:
        raise Broken("malformed", "the compressed answer is too large or cut off", answered=True)
    return data


def encoding_of(head: Head) -> str:
    """The content-encoding, `identity` where none is named, not even in a header of that name."""
    for name, value in head.headers:
        if name == "content-encoding":
            return value.lower() or "identity"
    return "identity"
