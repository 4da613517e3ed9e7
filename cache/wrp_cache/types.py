"""The words of this room: what is kept, what a look-up answers, and what a category asks of a hit."""

from __future__ import annotations

from hashlib import blake2b
from math import inf
from typing import Literal

import msgspec

from wrp_signals.facts import Vector

_TENANTS = 1024


class Bar(msgspec.Struct, frozen=True, gc=False):
    """What one category asks: cosine similarity at least `threshold`, younger than `ttl` seconds, and at most
    `quota` (share in (0, 1]) of the cache's bytes. `floor` is the lowest threshold that an overloaded model or
    adaptation may lead to (0: they move nothing); a `critical` category is never relieved."""

    threshold: float = 0.85
    ttl: float = 3600.0
    quota: float = 1.0
    floor: float = 0.0
    critical: bool = False


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One stored answer. `body` are the bytes the client got, `content_type` says whether they are a stream
    (replayed as one). `asked` is the text that was asked, which the hit guard compares; `served_by` names the pool
    that answered; `tokens_in`/`tokens_out` and `cost` (US$) are what the answer cost, thus what a hit saves. `begun`:
    when its request began, on the clock of `created`; a purge after that means it, too. It is not stored."""

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
    begun: float = inf


class Hit(msgspec.Struct, frozen=True, gc=False):
    """An answer from the cache: which entry, how close (1.0 for exact), how old in seconds. `away`: the body is b"",
    and has to be fetched from the archive. `probe`: it is not to be served; the request goes upstream, and
    `Cache.judged` is told whether this would have been right."""

    entry: Entry
    kind: Literal["exact", "semantic"]
    similarity: float
    age: float
    away: bool = False
    probe: bool = False


class Veto(msgspec.Struct, frozen=True, gc=False):
    """A neighbour that was close enough and yet refused, and the evidence (for example `number: 3 != 5`)."""

    asked: str
    similarity: float
    evidence: str


class Refused(msgspec.Struct, frozen=True, gc=False):
    """Neighbours were close enough, and the guard vetoed them all; the nearest first."""

    vetoes: tuple[Veto, ...]


class Kept(msgspec.Struct, frozen=True, gc=False):
    """An entry on its way through all that is kept: whole, or (`away`) without its body, with its unit vector if it
    can be found by likeness."""

    entry: Entry
    vector: Vector | None
    away: bool


def name_of(tenant: str, key: bytes) -> bytes:
    """The name of a document, bytes[16]: the same for every router that shares a store. No tenant can name another's
    entry: the byte between the two occurs in no tenant."""
    return blake2b(_whose(tenant) + key, digest_size=16).digest()


class Names:
    """`name_of` in half the time, for the many keys of few tenants."""

    __slots__ = ("_begun",)

    def __init__(self) -> None:
        self._begun: dict[str, blake2b] = {}

    def of(self, tenant: str, key: bytes) -> bytes:
        """The name of a document."""
        begun = self._begun.get(tenant)
        if begun is None:
            if len(self._begun) >= _TENANTS:
                self._begun.clear()
            begun = self._begun[tenant] = blake2b(_whose(tenant), digest_size=16)
        name = begun.copy()
        name.update(key)
        return name.digest()


def _whose(tenant: str) -> bytes:
    try:
        return tenant.encode() + b"\xff"
    except UnicodeEncodeError:
        return tenant.encode("utf-8", "surrogatepass") + b"\xff"
