"""The books of past answers: whose they are, where they are found, and which of them go when there is no room. They
hold no text, and no way from one tenant to another's."""

from __future__ import annotations

import heapq
import random
from itertools import count
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from wrp_signals.facts import Vector

from .shelf import Kept, Shelf
from .types import Gone

OVERHEAD = 1024
"""Bytes that an answer takes beside its text and its vector."""

SHELF = 2048
"""Bytes that a shelf takes by itself: who opens many has the less on them."""

LOOKED = 32
"""Answers of a tenant that are looked at to find the least worth keeping."""

SAME = 0.995
"""The similarity from which on two questions are the same one."""

WORTH = 0.05
"""What an answer counts for that was of no use yet, beside a gain in quality."""


class MemorySpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much is remembered, and for how long. It is in this process's memory alone."""

    entries: Annotated[int, Meta(ge=1, le=1_000_000, description="Answers, of all tenants together.")] = 2_000
    bytes: Annotated[
        int, Meta(ge=65_536, le=1 << 36, extra={"unit": "size"}, description="What they may take, vectors included.")
    ] = 32 << 20
    entry: Annotated[
        int, Meta(ge=64, le=1 << 20, extra={"unit": "size"}, description="The longest question and answer together.")
    ] = 8192
    ttl: Annotated[
        float, Meta(gt=0, le=1e8, extra={"unit": "duration"}, description="How long an answer is good as an example.")
    ] = 604_800.0


class _Holding:
    """All of one tenant's."""

    __slots__ = ("bytes", "kept", "shelves")

    def __init__(self) -> None:
        self.bytes = 0
        self.kept: list[Kept] = []
        self.shelves: dict[str, Shelf] = {}


class Memory:
    """`gone` is told of every answer that leaves. Room is made among those of the tenant that has the most: who fills
    it, fills it for himself."""

    __slots__ = ("_by_id", "_chance", "_ends", "_holdings", "_serial", "_spec", "_tick", "bytes", "gone")

    def __init__(self, spec: MemorySpec, gone: Gone = lambda tenant, id: None) -> None:
        self._spec = spec
        self.gone = gone
        self.bytes = 0
        self._holdings: dict[str, _Holding] = {}
        self._by_id: dict[tuple[str, str], Kept] = {}
        self._ends: list[tuple[float, int, Kept]] = []
        self._serial = count()
        self._tick = 0
        self._chance = random.Random(0)

    def __len__(self) -> int:
        return len(self._by_id)

    def find(self, tenant: str, id: str) -> Kept | None:
        return self._by_id.get((tenant, id))

    def near(
        self, tenant: str, shelf: str, vector: Vector, most: int, least: float, now: float
    ) -> list[tuple[Kept, float]]:
        """Of this tenant's on this shelf, the nearest first; none that is over its time."""
        holding = self._holdings.get(tenant)
        found = holding.shelves.get(shelf) if holding is not None else None
        if found is None or found.dim != len(vector):
            return []
        unit = unit_of(vector)
        if unit is None:
            return []
        return [(kept, near) for kept, near in found.near(unit, most, least) if now < kept.until]

    def add(self, kept: Kept, shelf: str, vector: Vector, now: float) -> bool:
        """False where it does not fit, is over already, has no direction, or its question was answered by one that
        stands higher."""
        self.expire(now)
        unit = unit_of(vector)
        if unit is None or kept.size > self._spec.entry or now >= kept.until or self.find(kept.tenant, kept.id):
            return False
        for twin, _ in self.near(kept.tenant, shelf, unit, 1, SAME, now):
            if twin.standing > kept.standing:
                return False
            self.remove(twin)
        kept.size += unit.nbytes + OVERHEAD
        self._make_room(kept.size + SHELF)
        if self.bytes + kept.size + SHELF > self._spec.bytes:
            return False
        self._enter(kept, shelf, unit)
        return True

    def _enter(self, kept: Kept, name: str, unit: Vector) -> None:
        holding = self._holdings.setdefault(kept.tenant, _Holding())
        shelf = holding.shelves.get(name)
        if shelf is None:
            shelf = holding.shelves[name] = Shelf(name, len(unit))
            self._count(holding, SHELF)
        shelf.add(kept, unit)
        kept.turn = len(holding.kept)
        kept.used = self._tick
        holding.kept.append(kept)
        self._by_id[kept.tenant, kept.id] = kept
        self._count(holding, kept.size)
        heapq.heappush(self._ends, (kept.until, next(self._serial), kept))

    def remove(self, kept: Kept) -> None:
        """One that is here."""
        holding, shelf = self._holdings[kept.tenant], kept.shelf
        assert shelf is not None
        shelf.remove(kept)
        last = holding.kept.pop()
        if last is not kept:
            holding.kept[kept.turn] = last
            last.turn = kept.turn
        del self._by_id[kept.tenant, kept.id]
        self._count(holding, -kept.size)
        if not shelf.kept:
            del holding.shelves[shelf.name]
            self._count(holding, -SHELF)
        if not holding.kept:
            del self._holdings[kept.tenant]
        self.gone(kept.tenant, kept.id)

    def expire(self, now: float) -> None:
        """What is over its time goes."""
        ends = self._ends
        while ends and (ends[0][0] <= now or ends[0][2].shelf is None):
            kept = heapq.heappop(ends)[2]
            if kept.shelf is not None:
                self.remove(kept)
        if len(ends) > 2 * len(self._by_id) + LOOKED:
            self._ends = [end for end in ends if end[2].shelf is not None]
            heapq.heapify(self._ends)

    def use(self, kept: Kept) -> None:
        """It was put before a prompt."""
        self._tick += 1
        kept.used = self._tick
        kept.uses += 1

    def _make_room(self, size: int) -> None:
        spec = self._spec
        while self._by_id and (self.bytes + size > spec.bytes or len(self._by_id) >= spec.entries):
            self.remove(self._least())

    def _least(self) -> Kept:
        """Of some of the largest tenant's, the one that is worth least for what it takes."""
        kept = max(self._holdings.values(), key=_bytes_of).kept
        looked = kept if len(kept) <= LOOKED else [kept[self._chance.randrange(len(kept))] for _ in range(LOOKED)]
        return min(looked, key=self._worth)

    def _worth(self, kept: Kept) -> float:
        """Its gain, its uses and how lately it was used, for each byte: the knapsack's density (IC-Cache, SOSP'25)."""
        gain = max(0.0, kept.gain / (kept.count + 1.0)) + WORTH
        recency: float = 0.5 ** ((self._tick - kept.used) / self._spec.entries)
        return kept.standing * gain * (1 + kept.uses) * recency / kept.size

    def _count(self, holding: _Holding, size: int) -> None:
        holding.bytes += size
        self.bytes += size


def _bytes_of(holding: _Holding) -> int:
    return holding.bytes


def unit_of(vector: Vector) -> Vector | None:
    """At length 1; None for one without a direction."""
    length = float(np.sqrt(vector @ vector))
    return vector / np.float32(length) if 1e-6 < length < 1e6 else None
