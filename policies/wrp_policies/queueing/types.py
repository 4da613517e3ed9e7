"""The words of queueing: what is known of a request that waits for one server, and what a line of these does."""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from typing import Protocol

import msgspec

STALE = 64
"""Entries of those who left that a line may keep beside as many as wait."""


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """One request that waits for a server: its number in that line (who joins later has a higher one), since when and
    until when it may wait (on the router's clock), whose it is, and how many seconds its prompt would take there."""

    number: int
    since: float
    until: float
    tenant: str
    work: float


class Order(Protocol):
    """A line before one server. Nothing in it takes more than O(log n) of n who wait, sweeping up apart."""

    def __len__(self) -> int: ...

    def join(self, waiting: Waiting) -> None: ...

    def leave(self, waiting: Waiting) -> None:
        """It is in line and gave up, or goes elsewhere: it was not served."""

    def next(self) -> Waiting:
        """Takes out whose turn it is, for it is served now. Raises IndexError where nobody waits."""


class ByKey(ABC):
    """The smallest key first, equals by number. A key is fixed when a request joins, so the line is a heap; what left
    is skipped when its turn would come, and not kept for long."""

    __slots__ = ("_heap", "_here")

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Waiting]] = []
        self._here: set[int] = set()

    @abstractmethod
    def key(self, waiting: Waiting) -> float: ...

    def __len__(self) -> int:
        return len(self._here)

    def kept(self) -> int:
        """Entries in memory."""
        return len(self._heap)

    def join(self, waiting: Waiting) -> None:
        self._here.add(waiting.number)
        heapq.heappush(self._heap, (self.key(waiting), waiting.number, waiting))

    def leave(self, waiting: Waiting) -> None:
        self._here.remove(waiting.number)
        if len(self._heap) > 2 * len(self._here) + STALE:
            self._heap = [entry for entry in self._heap if entry[1] in self._here]
            heapq.heapify(self._heap)

    def next(self) -> Waiting:
        while True:
            _, number, waiting = heapq.heappop(self._heap)
            if number in self._here:
                self._here.remove(number)
                return waiting
