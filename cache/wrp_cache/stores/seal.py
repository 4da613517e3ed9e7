"""Entries as bytes that are believed only if nobody changed them. It reads no clock and opens nothing.

What comes back from a file or a server is checked before a decoder sees it: keyed BLAKE2b (RFC 7693) over header and
vector, and over that together with the body, so that headers can be believed without reading bodies.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from hashlib import blake2b

import msgspec
import numpy as np

from wrp_cache.types import Entry
from wrp_signals.facts import Vector

SEAL = 16
"""Bytes of a seal and of a proof."""

_FORM = b"wrp-1"
_HALF = np.dtype("<f2")


class Header(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    """An entry without its body, of which it knows the size. `written` is `Entry.created` in seconds since 1970."""

    size: int
    written: float
    key: bytes
    partition: bytes
    tenant: str
    category: str
    asked: str
    content_type: str
    embedder: str
    model: str
    served_by: str
    tokens_in: int
    tokens_out: int
    cost: float

    def entry(self, body: bytes, created: float) -> Entry:
        """The entry that it was, or with body b"" all else of it."""
        return Entry(
            key=self.key,
            partition=self.partition,
            tenant=self.tenant,
            category=self.category,
            asked=self.asked,
            body=body,
            content_type=self.content_type,
            created=created,
            embedder=self.embedder,
            model=self.model,
            served_by=self.served_by,
            tokens_in=self.tokens_in,
            tokens_out=self.tokens_out,
            cost=self.cost,
        )


def header_of(entry: Entry, written: float) -> Header:
    """All but the body."""
    return Header(
        size=len(entry.body),
        written=written,
        key=entry.key,
        partition=entry.partition,
        tenant=entry.tenant,
        category=entry.category,
        asked=entry.asked,
        content_type=entry.content_type,
        embedder=entry.embedder,
        model=entry.model,
        served_by=entry.served_by,
        tokens_in=entry.tokens_in,
        tokens_out=entry.tokens_out,
        cost=entry.cost,
    )


class Broken(Exception):
    """Bytes that are not what was sealed."""


class Sealer:
    """Seals with a key made of a secret and of what the seals are for, so that none is good elsewhere. Without a
    secret a seal shows damage, and not forgery. Any thread may use it."""

    __slots__ = ("_body", "_decode", "_encode", "_head")

    def __init__(self, secret: bytes, purpose: bytes) -> None:
        key = blake2b(purpose, key=blake2b(secret, digest_size=64).digest(), person=_FORM).digest()
        self._head = blake2b(key=key, digest_size=SEAL, person=_FORM + b"-head")
        self._body = blake2b(key=key, digest_size=SEAL, person=_FORM + b"-body")
        self._encode = msgspec.msgpack.Encoder()
        self._decode = msgspec.msgpack.Decoder(Header)

    def write(self, header: Header) -> bytes:
        """Raises UnicodeEncodeError for text that is none (lone surrogates)."""
        return self._encode.encode(header)

    def seal(self, header: bytes, vector: bytes) -> bytes:
        """bytes[16] over both."""
        made = self._head.copy()
        made.update(len(header).to_bytes(8, "little"))
        made.update(header)
        made.update(vector)
        return made.digest()

    def proof(self, seal: bytes, body: bytes) -> bytes:
        """bytes[16] that tie a body to what was sealed."""
        made = self._body.copy()
        made.update(seal)
        made.update(body)
        return made.digest()

    def check(self, header: object, vector: object, seal: object) -> bytes:
        """The header. Raises Broken unless all three are as they were sealed."""
        if not (isinstance(header, bytes) and isinstance(vector, bytes) and isinstance(seal, bytes)):
            raise Broken("not bytes")
        if not hmac.compare_digest(self.seal(header, vector), seal):
            raise Broken("seal")
        return header

    def open(self, header: object, vector: object, seal: object) -> Header:
        """Raises Broken unless all three are as they were sealed."""
        try:
            return self._decode.decode(self.check(header, vector, seal))
        except (msgspec.DecodeError, RecursionError) as error:  # sealed by another version of this program
            raise Broken("header") from error

    def prove(self, header: Header, seal: object, body: object, proof: object) -> bytes:
        """The body. Raises Broken unless it belongs to the header."""
        if not (isinstance(seal, bytes) and isinstance(body, bytes) and isinstance(proof, bytes)):
            raise Broken("not bytes")
        if len(body) != header.size or not hmac.compare_digest(self.proof(seal, body), proof):
            raise Broken("body")
        return body


def halves(vector: Vector | None) -> bytes:
    """float16, little endian: of a unit vector the cosine changes by less than 1e-6."""
    return b"" if vector is None else np.asarray(vector).astype(_HALF).tobytes()


def wholes(data: Sequence[bytes]) -> list[Vector | None]:
    """The unit vectors again; None where there was none, or nothing that has a length."""
    sizes = {len(each) for each in data}
    if len(sizes) != 1 or not (size := sizes.pop()) or size % _HALF.itemsize:
        return [wholes([each])[0] if each and not len(each) % _HALF.itemsize else None for each in data]
    matrix = np.frombuffer(b"".join(data), _HALF).astype(np.float32).reshape(len(data), -1)
    lengths = np.sqrt(np.einsum("ij,ij->i", matrix, matrix))
    good = (lengths > 0.0) & np.isfinite(lengths)
    matrix /= np.where(good, lengths, 1.0)[:, None]
    return [row if fine else None for row, fine in zip(matrix, good.tolist(), strict=True)]
