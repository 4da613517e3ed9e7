"""Who has been seen before, roughly and in bounded memory. It forgets, and may take a stranger for a known face."""

from __future__ import annotations

from struct import Struct

_PROBES = Struct("<4I")


class Doorkeeper:
    """Two Bloom filters over names (bytes[16] of a digest, whose words serve as hashes): one that fills, and the one
    before. When as many strangers as an eighth of `bits` have come, the older is thrown away; so a name is known for
    at least that many strangers, and at most one stranger in twenty is taken for a known face (Bloom, CACM 13:7, 1970).

    `bits` is a power of two; the memory taken is a quarter of it in bytes.
    """

    __slots__ = ("_before", "_bits", "_mask", "_strangers")

    def __init__(self, bits: int = 1 << 20) -> None:
        self._mask = bits - 1
        self._bits, self._before = bytearray(bits >> 3), bytearray(bits >> 3)
        self._strangers = 0

    @classmethod
    def within(cls, nbytes: int) -> Doorkeeper:
        """The largest that fits, of at least half a KiB and at most a quarter of a MiB."""
        return cls(1 << max(11, min(20, (nbytes << 2).bit_length() - 1)))

    @property
    def nbytes(self) -> int:
        """The memory taken."""
        return 2 * len(self._bits)

    def seen(self, name: bytes) -> bool:
        """Whether it came before; it has now."""
        now, before, mask = self._bits, self._before, self._mask
        known = earlier = True
        for word in _PROBES.unpack(name):
            at, bit = (word & mask) >> 3, 1 << (word & 7)
            earlier = earlier and before[at] & bit != 0
            if not now[at] & bit:
                known = False
                now[at] |= bit
        if not known:
            self._strangers += 1
            if self._strangers * 8 > mask:
                self._before, self._bits, self._strangers = now, bytearray(len(now)), 0
        return known or earlier
