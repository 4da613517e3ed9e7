"""Purges that outlive the news of them: what was kept before one is not believed after it.

The stream of news forgets the oldest, and documents are found to be erased by their news. Of one whose news are gone
its date alone tells that it was purged.
"""

from __future__ import annotations

from hashlib import blake2b
from math import inf

import msgspec

from .link import Link
from .seal import Broken, Header, Sealer

_PURPOSE = b"fence"
_LIFE = 10 * 366 * 86_400_000
"""Milliseconds that one stands: longer than any answer is good."""

_CLOCKS = 1.0
"""Seconds by which the clocks of two machines may differ."""

_Whom = tuple[str | None, bytes | None]


class _Fence(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    whom: bytes
    when: float


class _Sealed(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True, gc=False):
    fence: bytes
    seal: bytes


class Fences:
    """Keys `<prefix>purge:<digest of whom>`. Both methods raise one of `failures()`."""

    __slots__ = ("_link", "_prefix", "_sealer")

    def __init__(self, link: Link, sealer: Sealer, prefix: bytes) -> None:
        self._link, self._sealer, self._prefix = link, sealer, prefix

    async def put(self, tenant: str | None, partition: bytes | None, now: float) -> None:
        """What was kept until `now`, in seconds since 1970, is purged. A later one takes an earlier one's place."""
        whom = _packed((tenant, partition))
        fence = msgspec.msgpack.encode(_Fence(whom, now))
        value = msgspec.msgpack.encode(_Sealed(fence, self._sealer.seal(fence, _PURPOSE)))
        await self._link.put([(self._key(whom), value, _LIFE)], b"", [], 0)

    async def cover(self, header: Header) -> bool:
        """Whether a document was purged after it was written."""
        tenant, partition = header.tenant, header.partition
        for each in ((None, None), (tenant, None), (None, partition), (tenant, partition)):
            whom = _packed(each)
            value = await self._link.get(self._key(whom))
            if value is not None and header.written <= self._when(value, whom) + _CLOCKS:
                return True
        return False

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


def _packed(whom: _Whom) -> bytes:
    return msgspec.msgpack.encode(whom)
