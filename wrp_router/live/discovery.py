"""Ask an engine which models it serves (`GET /v1/models`)."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from .upstream.origin import Origin
from .upstream.words import Broken

ANSWER_LIMIT = 1024 * 1024


class _Model(msgspec.Struct):
    id: str


class _Listing(msgspec.Struct):
    data: list[_Model]


async def models_of(url: str, patience: float = 5.0) -> list[str] | None:
    """The model ids in the order listed; None where the engine could not be asked or did not say."""
    origin = Origin(url)
    request = f"GET {origin.base}/v1/models HTTP/1.1\r\nhost: {origin.host_header}\r\naccept-encoding: identity\r\n\r\n"
    try:
        async with asyncio.timeout(patience):
            body = await _fetch(origin, request.encode("latin-1"), patience)
        listing: Any = msgspec.json.decode(body, type=_Listing)
    except (Broken, TimeoutError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    finally:
        origin.close()
    return [model.id for model in listing.data]


async def _fetch(origin: Origin, request: bytes, patience: float) -> bytes:
    connection, _ = await origin.send(request, patience)
    body = b""
    try:
        while len(body) <= ANSWER_LIMIT and (data := await connection.chunk()):
            body += data
    finally:
        origin.release(connection)
    return body
