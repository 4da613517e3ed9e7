"""An entry without its body, in as few bytes as an entry elsewhere should take here. It keeps nothing itself."""

from __future__ import annotations

from typing import Any, TypeAlias

import msgspec

from wrp_cache.shelf import Home
from wrp_cache.types import Entry

_Text: TypeAlias = Any
"""A string; or bytes, where it has lone surrogates, which a request may have and UTF-8 has not."""

_Fields = tuple[bytes, _Text, _Text, _Text, _Text, _Text, int, int, float]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(_Fields).decode

_CARRIED = 160
"""Bytes beside the packed header: its own object, the name, the slot's number, the place in the list of its shelf."""


def pack(entry: Entry) -> bytes:
    """All but the body, when it was made, and what its home says (tenant, partition, category)."""
    texts = (entry.asked, entry.content_type, entry.embedder, entry.model, entry.served_by)
    numbers = (entry.tokens_in, entry.tokens_out, entry.cost)
    try:
        return _encode((entry.key, *texts, *numbers))
    except UnicodeEncodeError:
        return _encode((entry.key, *(text.encode("utf-8", "surrogatepass") for text in texts), *numbers))


def carried(packed: bytes) -> int:
    """The bytes of memory that an entry elsewhere takes here, its vector left out."""
    return _CARRIED + len(packed)


def unpack(packed: bytes, home: Home, created: float) -> Entry:
    """The entry again, its body b""."""
    key, *texts, tokens_in, tokens_out, cost = _decode(packed)
    asked, content_type, embedder, model, served_by = map(_text, texts)
    tenant, partition, category = home.key
    return Entry(
        key, partition, tenant, category, asked, b"", content_type, created, embedder, model, served_by, tokens_in,
        tokens_out, cost,
    )  # fmt: skip


def _text(kept: str | bytes) -> str:
    return kept if isinstance(kept, str) else kept.decode("utf-8", "surrogatepass")
