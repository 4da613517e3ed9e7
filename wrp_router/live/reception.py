"""A whole body of an engine's answer, within a bound."""

from __future__ import annotations

from .inflate import inflated
from .upstream.connection import Connection
from .upstream.words import Broken, Head


async def read_all(connection: Connection, head: Head, limit: int) -> bytes:
    """To its end, decoded. Raises Broken, also where it is over `limit` bytes."""
    chunks: list[bytes] = []
    size = 0
    while data := await connection.chunk():
        size += len(data)
        if size > limit:
            raise Broken("malformed", f"the answer is over {limit} bytes", answered=True)
        chunks.append(data)
        if connection.finished:
            break
    return inflated(chunks[0] if len(chunks) == 1 else b"".join(chunks), head, limit)
