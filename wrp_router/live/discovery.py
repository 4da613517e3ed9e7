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


class Unlisted(Exception):
    """An engine that could not be asked for its models, or did not say; as text, why."""


async def models_of(url: str, patience: float = 5.0) -> list[str]:
    """The model ids in the order listed. Raises Unlisted."""
    origin = Origin(url)
    request = f"GET {origin.base}/v1/models HTTP/1.1\r\nhost: {origin.host_header}\r\naccept-encoding: identity\r\n\r\n"
    try:
        async with asyncio.timeout(patience):
            body = await _fetch(origin, request.encode("latin-1"), patience)
        listing: Any = msgspec.json.decode(body, type=_Listing)
    except Broken as error:
        raise Unlisted(str(error)) from None
    except TimeoutError:
        raise Unlisted(f"no answer within {patience:g} s") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unlisted("what it answered is no list of models") from None
    finally:
        origin.close()
    return [model.id for model in listing.data]


async def _fetch(origin: Origin, request: bytes, patience: float) -> bytes:
    """Raises Broken, Unlisted."""
    connection, head = await origin.send(request, patience)
    body = b""
    try:
        if head.status >= 400:
            raise Unlisted(f"it answered {head.status}")
        while len(body) <= ANSWER_LIMIT and (data := await connection.chunk()):
            body += data
    finally:
        origin.release(connection)
    return body
