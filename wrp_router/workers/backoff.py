"""How long to wait before the next try: twice as long each time, up to a bound, and from the start again after a life
that was long enough."""

from __future__ import annotations

FIRST, LONGEST, WELL = 0.1, 30.0, 30.0
"""Seconds: of the first pause, of the longest, and of a life after which nothing is held against a worker."""


class Backoff:
    """Of one worker's place."""

    def __init__(self, first: float = FIRST, longest: float = LONGEST, well: float = WELL) -> None:
        self._first, self._longest, self._well = first, longest, well
        self._next = first

    def pause(self, lived: float) -> float:
        """Seconds until the next try, after one that lived so many."""
        if lived >= self._well:
            self._next = self._first
        pause, self._next = self._next, min(2 * self._next, self._longest)
        return pause
