"""A clock that stands still until it is told to move. It never looks at the real time."""

from __future__ import annotations


class TickingClock:
    """Call it for the time in seconds; `advance` moves it. With `step`, each call moves it on by that much after
    answering, so that code which measures itself sees time pass."""

    __slots__ = ("now", "step")

    def __init__(self, start: float = 0.0, step: float = 0.0) -> None:
        self.now = start
        self.step = step

    def __call__(self) -> float:
        now = self.now
        self.now += self.step
        return now

    def advance(self, seconds: float) -> float:
        """Move on and return the new time. Raises ValueError for a step back: monotonic clocks do not."""
        if seconds < 0:
            raise ValueError(f"a clock does not go back ({seconds} s)")
        self.now += seconds
        return self.now
