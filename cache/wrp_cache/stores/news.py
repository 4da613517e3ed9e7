"""What routers that share a server write there, and what they believe of it. Nothing here is sent or read.

A document is sealed on its own, and the news of it once more with its vector: so a router can learn of an entry
without reading it, and somebody who may write to the server, but does not know the secret, can plant neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from wrp_cache.types import name_of
from wrp_signals.facts import Vector

from .lessons import Lesson
from .orders import Put
from .seal import Broken, Header, Sealer, wholes

_PURGE = b"purge"


class Document(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """The value of a key."""

    header: bytes
    seal: bytes
    proof: bytes
    body: bytes


class Told(msgspec.Struct, frozen=True, array_like=True, tag="entry", forbid_unknown_fields=True, gc=False):
    """There is an entry."""

    router: bytes
    header: bytes
    vector: bytes
    seal: bytes


class Erased(msgspec.Struct, frozen=True, array_like=True, tag="purge", forbid_unknown_fields=True, gc=False):
    """There are no more of these; `whom` is a tenant and a partition, packed."""

    router: bytes
    whom: bytes
    seal: bytes


class Whom(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """None is everybody's, or everywhere."""

    tenant: str | None
    partition: bytes | None


class Heard(NamedTuple):
    """One item of the stream: a lesson, a purge, or (neither) nothing to be believed. `own`: this router wrote it."""

    own: bool
    lesson: Lesson | None = None
    whom: Whom | None = None


class Post:
    """Packs and unpacks for one router."""

    def __init__(self, sealer: Sealer, router: bytes) -> None:
        self.broken = 0
        self._sealer, self._router = sealer, router
        self._encode = msgspec.msgpack.encode
        self._documents = msgspec.msgpack.Decoder(Document)
        self._items = msgspec.msgpack.Decoder(Told | Erased)
        self._whoms = msgspec.msgpack.Decoder(Whom)

    def document(self, order: Put) -> bytes:
        """The value to keep."""
        seal = self._sealer.seal(order.header, b"")
        return self._encode(Document(order.header, seal, self._sealer.proof(seal, order.body), order.body))

    def told(self, order: Put) -> bytes:
        """The news of it."""
        return self._encode(
            Told(self._router, order.header, order.vector, self._sealer.seal(order.header, order.vector))
        )

    def purged(self, tenant: str | None, partition: bytes | None) -> bytes:
        """The news that these are gone."""
        whom = self._encode(Whom(tenant, partition))
        return self._encode(Erased(self._router, whom, self._sealer.seal(whom, _PURGE)))

    def read(self, name: bytes, value: bytes) -> tuple[Header, bytes] | None:
        """Header and body of the document of this name; None if it is not to be believed."""
        try:
            document = self._documents.decode(value)
            header = self._sealer.open(document.header, b"", document.seal)
            if name_of(header.tenant, header.key) == name:
                return header, self._sealer.prove(header, document.seal, document.body, document.proof)
        except (msgspec.DecodeError, Broken, RecursionError):
            pass
        self.broken += 1
        return None

    def hear(self, items: Sequence[bytes]) -> list[Heard]:
        """What each of them says."""
        opened = [self._open(item) for item in items]
        vectors = wholes([told.vector if told is not None else b"" for _, told, _ in opened])
        return [
            heard if told is None or header is None else Heard(heard.own, _lesson(header, vector))
            for (heard, told, header), vector in zip(opened, vectors, strict=True)
        ]

    def _open(self, item: bytes) -> tuple[Heard, Told | None, Header | None]:
        if not item:
            return Heard(False), None, None
        try:
            said = self._items.decode(item)
            own = said.router == self._router
            if isinstance(said, Told):
                return Heard(own), said, self._sealer.open(said.header, said.vector, said.seal)
            self._sealer.check(said.whom, _PURGE, said.seal)
            return Heard(own, whom=self._whoms.decode(said.whom)), None, None
        except (msgspec.DecodeError, Broken, RecursionError):
            self.broken += 1
            return Heard(False), None, None


def _lesson(header: Header, vector: Vector | None) -> Lesson:
    return Lesson(name_of(header.tenant, header.key), header, vector)
