"""An entry without its body, in as few bytes as an entry elsewhere should take here. It keeps nothing itself."""

from __future__ import annotations

import msgspec

from wrp_cache.shelf import Home
from wrp_cache.types import Entry

_Fields = tuple[bytes, str, str, str, str, str, int, int, float]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Fields).decode

_CARRIED = 160
"""Bytes beside the packed header: its own object, the name, the slot's number, the place in the list of its shelf."""


def pack(entry: Entry) -> bytes:
    """All but the body, when it was made, and what its home says (tenant, partition, category)."""
    return _encode(
        (
            entry.key,
            entry.asked,
            entry.content_type,
            entry.embedder,
            entry.model,
            entry.served_by,
            entry.tokens_in,
            entry.tokens_out,
            entry.cost,
        )
    )


def carried(packed: bytes) -> int:
    """The bytes of memory that an entry elsewhere takes here, its vector left out."""
    return _CARRIED + len(packed)


def unpack(packed: bytes, home: Home, created: float) -> Entry:
    """The entry again, its body b""."""
    key, asked, content_type, *rest = _decode(packed)
    tenant, partition, category = home.key
    return Entry(key, partition, tenant, category, asked, b"", content_type, created, *rest)
