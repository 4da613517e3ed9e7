"""Those who wait, in their classes: who goes first, and who gives way. It knows neither pools nor servers."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from wrp_signals.facts import RANK

DEFAULT, SHEDDABLE = RANK["default"], RANK["sheddable"]

T = TypeVar("T")


class QueueFull(Exception):
    """As many requests wait as may."""


class Ranked(Generic[T]):
    """In each class in order of arrival. All operations are O(classes).

    Of `limit` places the lowest class may wait in half only: where more are taken its turn is far away, and whoever
    asks is better told at once. So it also gives way as soon as others fill that half.
    """

    __slots__ = ("_classes", "_size")

    def __init__(self) -> None:
        # an OrderedDict, because deleting from a dict's ends makes the next look at them walk over the gap
        self._classes: tuple[OrderedDict[T, None], ...] = tuple([OrderedDict() for _ in RANK])
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, one: T, rank: int) -> None:
        """At the end of its class."""
        self._classes[rank][one] = None
        self._size += 1

    def remove(self, one: T, rank: int) -> None:
        """Raises KeyError where it does not wait."""
        del self._classes[rank][one]
        self._size -= 1

    def first(self) -> T | None:
        """Of the highest class that waits, who has waited longest."""
        for waiting in self._classes:
            if waiting:
                return next(iter(waiting))
        return None

    def highest(self) -> int:
        """The rank of the highest class that waits; that of the lowest where nobody does."""
        return next((rank for rank, waiting in enumerate(self._classes) if waiting), SHEDDABLE)

    def lowest(self) -> int:
        """The rank of the lowest class that waits; -1 where nobody does."""
        for rank in range(len(self._classes) - 1, -1, -1):
            if self._classes[rank]:
                return rank
        return -1

    def counts(self) -> tuple[int, ...]:
        """How many wait, by rank."""
        return tuple([len(waiting) for waiting in self._classes])

    def full(self, rank: int, limit: int) -> bool:
        """Whether a newcomer of this class finds no place unless somebody gives way."""
        return self._size >= ((limit + 1) // 2 if rank == SHEDDABLE else limit)

    def in_the_way(self, rank: int, limit: int) -> T | None:
        """Who gives way to a newcomer of this class: the youngest of the lowest class, if that is below its own; None
        where there is a place for all. Raises QueueFull where there is none, and nobody below it."""
        if self._size * 2 < limit:
            return None
        lowest = max(rank, self.lowest())
        if not self.full(lowest, limit):
            return None
        if lowest == rank:
            raise QueueFull(f"{self._size} requests wait already")
        return next(reversed(self._classes[lowest]))
