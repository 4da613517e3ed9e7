"""Purges that outlive the news of them: what was made before one is neither believed nor kept after it.

The stream of news forgets the oldest, and documents are found to be erased by their news. Of one whose news are gone
its date alone tells that it was purged. And who purges does not know what others are about to write.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from math import inf

import msgspec

from .link import Link
from .orders import Put
from .seal import Broken, Header, Sealer

_PURPOSE = b"fence"
_LIFE = 10 * 366 * 86_400_000
"""Milliseconds that one stands: longer than any answer is good."""

_CLOCKS = 1.0
"""Seconds by which the clocks of two machines may differ."""

_REMEMBERED = 1024

_Whom = tuple[str | None, bytes | None]


class _Fence(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    whom: bytes
    when: float


class _Sealed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    fence: bytes
    seal: bytes


class Fences:
    """Keys `<prefix>purge:<digest of whom>`. All methods raise one of `failures()`."""

    __slots__ = ("_link", "_own", "_prefix", "_sealer")

    def __init__(self, link: Link, sealer: Sealer, prefix: bytes) -> None:
        self._link, self._sealer, self._prefix = link, sealer, prefix
        self._own: dict[bytes, float] = {}

    async def put(self, tenant: str | None, partition: bytes | None, now: float) -> None:
        """What was kept until `now`, in seconds since 1970, is purged. A later one takes an earlier one's place."""
        whom = _packed((tenant, partition))
        fence = msgspec.msgpack.encode(_Fence(whom, now))
        value = msgspec.msgpack.encode(_Sealed(fence, self._sealer.seal(fence, _PURPOSE)))
        if len(self._own) >= _REMEMBERED:
            self._own.clear()
        self._own[whom] = now
        await self._link.put([(self._key(whom), value, _LIFE)], b"", [], 0)

    async def cover(self, header: Header) -> bool:
        """Whether a document was purged after it was written."""
        whoms = _whoms(header.tenant, header.partition)
        whens = await self._found(whoms)
        return any([header.written <= whens.get(whom, -inf) + _CLOCKS for whom in whoms])

    async def outlawed(self, puts: Sequence[Put]) -> list[Put]:
        """Those of which another router's purge came after their requests began. Of this one's own purges its cache
        knows, by one clock."""
        each = [(put, _whoms(put.tenant.decode(), put.partition)) for put in puts]
        whens = await self._found(sorted({whom for _, whoms in each for whom in whoms}))
        theirs = {whom: when + _CLOCKS for whom, when in whens.items() if when != self._own.get(whom)}
        return [put for put, whoms in each if any([put.begun <= theirs.get(whom, -inf) for whom in whoms])]

    async def _found(self, whoms: Sequence[bytes]) -> dict[bytes, float]:
        """When each of these was purged last, if ever."""
        values = await self._link.look([self._key(whom) for whom in whoms])
        found = zip(whoms, values, strict=True)
        return {whom: self._when(value, whom) for whom, value in found if value is not None}

    def _key(self, whom: bytes) -> bytes:
        return self._prefix + b"purge:" + blake2b(whom, digest_size=16).hexdigest().encode()

    def _when(self, value: bytes, whom: bytes) -> float:
        """What cannot be believed stands for ever: a miss does no harm."""
        try:
            sealed = msgspec.msgpack.decode(value, type=_Sealed)
            fence = msgspec.msgpack.decode(self._sealer.check(sealed.fence, _PURPOSE, sealed.seal), type=_Fence)
        except (msgspec.DecodeError, Broken):
            return inf
        return fence.when if fence.whom == whom else inf


def _whoms(tenant: str, partition: bytes) -> list[bytes]:
    """Whose purges concern an entry."""
    return [_packed(each) for each in ((None, None), (tenant, None), (None, partition), (tenant, partition))]


def _packed(whom: _Whom) -> bytes:
    return msgspec.msgpack.encode(whom)
