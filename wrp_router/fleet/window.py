"""How many of the last thirty seconds' requests failed, in constant memory. It draws no conclusion."""

from __future__ import annotations

SPAN = 30.0
"""Seconds that are looked back on."""

SLOTS = 10
NEVER = -SLOTS
"""A slot number that is out of the span at any time."""


class FailureWindow:
    """Counts in ten slots of three seconds; a slot that comes round again starts at zero."""

    __slots__ = ("_failed", "_slot_of", "_total")

    def __init__(self) -> None:
        self._slot_of = [NEVER] * SLOTS
        self._total = [0] * SLOTS
        self._failed = [0] * SLOTS

    def note(self, failed: bool, now: float) -> None:
        slot = int(now * (SLOTS / SPAN))
        i = slot % SLOTS
        if self._slot_of[i] != slot:
            self._slot_of[i], self._total[i], self._failed[i] = slot, 0, 0
        self._total[i] += 1
        self._failed[i] += failed

    def count(self, now: float) -> tuple[int, int]:
        """(failed, total) within the span, to the nearest slot."""
        oldest = int(now * (SLOTS / SPAN)) - SLOTS
        live = [i for i in range(SLOTS) if self._slot_of[i] > oldest]
        return sum([self._failed[i] for i in live]), sum([self._total[i] for i in live])

    def clear(self) -> None:
        for i in range(SLOTS):
            self._slot_of[i] = NEVER
