"""A clock that jumps from event to event: a heap of (time, serial, callback). Ties go by order of scheduling."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count


class World:
    """Virtual time in seconds. `at` in the past means now."""

    __slots__ = ("_heap", "_serial", "now")

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._serial = count()

    def at(self, when: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (max(when, self.now), next(self._serial), do))

    def run(self) -> None:
        """To the last event, those included that events add."""
        while self._heap:
            self.now, _, do = heapq.heappop(self._heap)
            do()
