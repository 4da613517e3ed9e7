"""A sum over the last so many seconds, in steps: never less than what really falls into them."""

from __future__ import annotations

from math import floor, inf

STEPS = 20
"""Steps of a window. What was used counts for the window's length and at most one step longer."""


class Window:
    """`total` is what was added within the last `seconds`, as of the last `roll`. It is kept in the steps of a clock,
    at most STEPS + 1 of them: whatever happened up to `seconds` ago is in one of these, so that a limit on `total`
    holds for every stretch of that length, wherever it begins."""

    __slots__ = ("_now", "_steps", "length", "total")

    def __init__(self, seconds: float) -> None:
        self.length = seconds / STEPS
        self._now = -1
        self._steps: dict[int, int] = {}
        self.total = 0

    def roll(self, now: float) -> int:
        """Forget what is too old; the step that `now` is in."""
        step = floor(now / self.length)
        if step == self._now:
            return step
        self._now, steps = step, self._steps
        while steps:
            first = next(iter(steps))
            if first >= step - STEPS:
                break
            self.total -= steps.pop(first)
        return step

    def add(self, amount: int, step: int) -> None:
        """To the step that `roll` answered."""
        self._steps[step] = self._steps.get(step, 0) + amount
        self.total += amount

    def take_back(self, amount: int, step: int) -> None:
        """Of what was added in that step, unless it does not count any more."""
        if step in self._steps:
            self._steps[step] -= amount
            self.total -= amount

    def wait(self, excess: int, now: float) -> float:
        """Seconds until so much less counts."""
        for step, amount in self._steps.items():
            excess -= amount
            if excess <= 0:
                return (step + STEPS + 1) * self.length - now
        return inf

    def reset(self, now: float) -> float:
        """Seconds until nothing counts, if nothing is added."""
        if not self.total:
            return 0.0
        return (next(reversed(self._steps)) + STEPS + 1) * self.length - now
