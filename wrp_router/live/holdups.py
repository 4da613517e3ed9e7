"""Which signals held the event loop up, whatever they were measured to cost: for a while they are read on a thread."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

TOO_LONG = 0.02
"""Seconds on the event loop that are too many for any signal."""

TWICE = 2
"""So often in a row: once, the machine may have been busy with something else."""

EXILE = 60.0
"""Seconds after which it is tried again."""


class HoldUps:
    """`name in holdups` says whether a signal is not to be read on the event loop now."""

    __slots__ = ("_clock", "_row", "_until")

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._row: dict[str, int] = {}
        self._until: dict[str, float] = {}

    def __contains__(self, name: str) -> bool:
        if not self._until:
            return False  # as ever
        until = self._until.get(name)
        if until is None or self._clock() < until:
            return until is not None
        del self._until[name]
        return False

    def took(self, name: str, seconds: float) -> None:
        """It was read there."""
        if seconds < TOO_LONG:
            if self._row:
                self._row.pop(name, None)
            return
        self._row[name] = self._row.get(name, 0) + 1
        if self._row[name] >= TWICE:
            del self._row[name]
            self._until[name] = self._clock() + EXILE
