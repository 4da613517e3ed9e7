"""What memory keeps of every entry: columns of numbers, and a reference or two. It holds no answer and no text."""

from __future__ import annotations

import math
from array import array

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_cache.shelf import Home, Shelf

SLOT = 256
"""Bytes that a place for an entry takes, used or not: its share of columns that grow by an eighth (77), and of two
dicts by name, the books' own and the store's (at worst six table entries of 18 bytes each after many came and went)."""

_SHARDS = 64
_NAME = 16
_BLOCK = 1024
_FREE = -1
_NOWHERE = Home(("", b"", ""), Shelf(""))


class Newcomer(msgspec.Struct, frozen=True, gc=False):
    """An entry that asks for a place. `weight`: bytes, the slot included; `saving`: US$ that a hit saves; `header`:
    what is kept of it here where its document may be elsewhere."""

    name: bytes
    home: Home
    weight: int
    saving: float
    created: float
    header: bytes = b""


class Rows:
    """The fields of entries by slot: small integers, which are the labels of vectors too. A slot is taken again after
    its entry has gone.

    `created`, `seen`: seconds. `heat`: hits, halved every half-life since `seen`. `saving`: US$ that a hit saves.
    `weight`: bytes. `place`: where the shelf of the slot's home lists it.

    Nothing here grows by copying a million of anything: names are found in many small dicts, and headers (of entries
    whose documents may be elsewhere) stand in blocks. Nor is there an object or a list that the garbage collector
    would visit, which took 70 ms at a million entries.
    """

    __slots__ = (
        "_free", "_headers", "_home", "_homes", "_names", "_numbers", "_packed", "count", "created", "heat", "place",
        "saving", "seen", "weight",
    )  # fmt: skip

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._names: tuple[dict[bytes, int], ...] = tuple([{} for _ in range(_SHARDS)])
        self._packed = bytearray()
        self._headers: list[npt.NDArray[np.object_]] = []
        self._homes: list[Home] = []
        self._numbers: list[int] = []
        self._free, self.count = _FREE, 0
        self.created, self.seen = array("d"), array("d")
        self.heat, self.saving = array("f"), array("f")
        self.weight, self.place, self._home = array("q"), array("i"), array("i")

    @property
    def slots(self) -> int:
        """How many slots there are, free ones included: every slot is below that. `count` of them are in use."""
        return len(self.place)

    @property
    def vacant(self) -> int:
        """How many slots are free."""
        return len(self.place) - self.count

    def find(self, name: bytes) -> int | None:
        """The slot of an entry."""
        return self._names[name[0] % _SHARDS].get(name)

    def held(self, slot: int) -> bool:
        """Whether the slot is in use."""
        return self._home[slot] != _FREE

    def name(self, slot: int) -> bytes:
        """The name of the entry in a slot."""
        return bytes(self._packed[slot * _NAME : slot * _NAME + _NAME])

    def home(self, slot: int) -> Home:
        """Where the entry in a slot is."""
        return self._homes[self._home[slot]]

    def header(self, slot: int) -> bytes:
        """The entry in a slot without its body, packed, if it came with one."""
        found: bytes = self._headers[slot // _BLOCK][slot % _BLOCK]
        return found

    def settle(self, home: Home) -> None:
        """A home is about to get its first entry."""
        home.number = self._numbers.pop() if self._numbers else len(self._homes)
        self._homes[home.number : home.number + 1] = [home]

    def take(self, entry: Newcomer, place: int, now: float) -> int:
        """A slot for an entry whose name is not here, and whose home is settled."""
        slot = self._free
        if slot == _FREE:
            slot = len(self.place)
            self._packed += entry.name
            self._home.append(entry.home.number)
            self.created.append(entry.created)
            self.seen.append(now)
            self.heat.append(0.0)
            self.saving.append(entry.saving)
            self.weight.append(entry.weight)
            self.place.append(place)
        else:
            self._free = self.place[slot]
            self._packed[slot * _NAME : slot * _NAME + _NAME] = entry.name
            self._home[slot], self.created[slot], self.seen[slot] = entry.home.number, entry.created, now
            self.heat[slot], self.saving[slot] = 0.0, entry.saving
            self.weight[slot], self.place[slot] = entry.weight, place
        if entry.header:
            while slot >= len(self._headers) * _BLOCK:
                self._headers.append(np.full(_BLOCK, b"", np.object_))
            self._headers[slot // _BLOCK][slot % _BLOCK] = entry.header
        self._names[entry.name[0] % _SHARDS][entry.name] = slot
        self.count += 1
        return slot

    def drop(self, slot: int, deserted: bool) -> bytes:
        """The slot is free, and its home too if it is `deserted`: whose it was. When the last one goes, so does all
        memory."""
        name = self.name(slot)
        del self._names[name[0] % _SHARDS][name]
        self.count -= 1
        if deserted:
            self._numbers.append(self._home[slot])
            self._homes[self._home[slot]] = _NOWHERE
        if slot < len(self._headers) * _BLOCK:
            self._headers[slot // _BLOCK][slot % _BLOCK] = b""
        self._home[slot] = _FREE
        self.place[slot], self._free = self._free, slot
        if not self.count:
            self._clear()
        return name

    def touch(self, slot: int, now: float, half_life: float) -> None:
        """One more hit."""
        idle = now - self.seen[slot]
        warmth = self.heat[slot] * math.exp2(-idle / half_life) if idle > 0.0 else self.heat[slot]
        self.heat[slot], self.seen[slot] = warmth + 1.0, now

    def worth(self, slot: int, now: float, ttl: float, half_life: float) -> float:
        """What keeping a byte of it saves: hits expected x US$ that one saves x share of its life that is left, per
        byte; nothing once it has expired. Expected are those it had and those that its category promises. (By marginal
        saving: arXiv 2510.26835; frequency x cost / size: GDSF, Cherkasova 1998.)"""
        warmth = self.heat[slot] + self.home(slot).shelf.promise
        idle = now - self.seen[slot]
        if idle > 0.0:
            warmth *= math.exp2(-idle / half_life)
        return warmth * self.saving[slot] * left(now - self.created[slot], ttl) / self.weight[slot]


def left(age: float, ttl: float) -> float:
    """The share of an entry's life that is left, in [0, 1]."""
    return 1.0 - age / ttl if age < ttl > 0.0 else 0.0
