"""The words of this room: what is kept, what a look-up answers, and what a category asks of a hit."""

from __future__ import annotations

from typing import Literal

import msgspec


class Bar(msgspec.Struct, frozen=True, gc=False):
    """What one category asks: cosine similarity at least `threshold`, younger than `ttl` seconds, and at most
    `quota` (share in (0, 1]) of the cache's bytes."""

    threshold: float = 0.85
    ttl: float = 3600.0
    quota: float = 1.0


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One stored answer. `body` are the bytes the client got, `content_type` says whether they are a stream
    (replayed as one). `asked` is the text that was asked, which the hit guard compares; `served_by` names the pool
    that answered; `tokens_in`/`tokens_out` and `cost` (US$) are what the answer cost, thus what a hit saves."""

    key: bytes
    partition: bytes
    tenant: str
    category: str
    asked: str
    body: bytes
    content_type: str
    created: float
    embedder: str = ""
    model: str = ""
    served_by: str = ""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0


class Hit(msgspec.Struct, frozen=True, gc=False):
    """An answer from the cache: which entry, how close (1.0 for exact), how old in seconds."""

    entry: Entry
    kind: Literal["exact", "semantic"]
    similarity: float
    age: float


class Veto(msgspec.Struct, frozen=True, gc=False):
    """A neighbour that was close enough and yet refused, and the evidence (for example `number: 3 != 5`)."""

    asked: str
    similarity: float
    evidence: str
