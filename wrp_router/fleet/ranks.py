"""Those who wait, in their classes: who goes first, and who gives way. It knows neither pools nor servers."""

from __future__ import annotations

from typing import Generic, TypeVar

from wrp_signals.facts import RANK

from .lanes import Lanes

DEFAULT, SHEDDABLE = RANK["default"], RANK["sheddable"]

T = TypeVar("T")


class QueueFull(Exception):
    """As many requests wait as may."""


class Ranked(Generic[T]):
    """In each class one of each tenant in turn (`Lanes`). All operations are O(classes), but O(tenants) for finding out
    who gives way and what comes before a newcomer.

    Of `limit` places the lowest class may wait in half only: where more are taken its turn is far away, and whoever
    asks is better told at once. So it also gives way as soon as others fill that half.
    """

    __slots__ = ("_classes", "_size")

    def __init__(self) -> None:
        self._classes: tuple[Lanes[T], ...] = tuple([Lanes() for _ in RANK])
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, one: T, rank: int, tenant: str = "") -> None:
        """At the end of its tenant's lane in its class."""
        self._classes[rank].add(one, tenant)
        self._size += 1

    def remove(self, one: T, rank: int, tenant: str = "") -> None:
        """Raises KeyError where it does not wait."""
        self._classes[rank].remove(one, tenant)
        self._size -= 1

    def served(self, rank: int, tenant: str) -> None:
        """One of that class and tenant had its turn."""
        self._classes[rank].served(tenant)

    def first(self) -> T | None:
        """Of the highest class that waits, whose turn it is."""
        for lanes in self._classes:
            if lanes:
                return lanes.first()
        return None

    def highest(self) -> int:
        """The rank of the highest class that waits; that of the lowest where nobody does."""
        return next((rank for rank, lanes in enumerate(self._classes) if lanes), SHEDDABLE)

    def lowest(self) -> int:
        """The rank of the lowest class that waits; -1 where nobody does."""
        for rank in range(len(self._classes) - 1, -1, -1):
            if self._classes[rank]:
                return rank
        return -1

    def counts(self) -> tuple[int, ...]:
        """How many wait, by rank."""
        return tuple([len(lanes) for lanes in self._classes])

    def before(self, rank: int, tenant: str) -> int:
        """How many turns come before that of a newcomer, if nobody comes after him."""
        higher = sum([len(lanes) for lanes in self._classes[:rank]])
        return higher + self._classes[rank].before(tenant)

    def full(self, rank: int, limit: int) -> bool:
        """Whether a newcomer of this class finds no place unless somebody gives way."""
        return self._size >= ((limit + 1) // 2 if rank == SHEDDABLE else limit)

    def in_the_way(self, rank: int, limit: int, tenant: str = "") -> T | None:
        """Who gives way to a newcomer of this class: the youngest of the lowest class, of the tenant that has the most
        there, if that class is below its own; within its own, if that tenant has more than the newcomer's would have
        then. None where there is a place for all. Raises QueueFull where nobody has to."""
        if self._size * 2 < limit:
            return None
        lowest = max(rank, self.lowest())
        if not self.full(lowest, limit):
            return None
        if lowest > rank:
            return self._classes[lowest].youngest()
        crowding = self._classes[rank].crowding(tenant)
        if crowding is None:
            raise QueueFull(f"{self._size} requests wait already")
        return crowding
