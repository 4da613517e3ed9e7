"""Which adapters a server is believed to have loaded, and which loads are still to come. It hears of no engine: a
belief, made of what was sent there."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec

MOST = 64
"""Loads that are scheduled on a server; who comes after so many waits long in any case."""


class Held(msgspec.Struct, frozen=True):
    """One server's: names, the least recently used one first; when scheduled loads will be done (seconds)."""

    names: list[str]
    due: list[float]


class Slots:
    """At most `slots` adapters, the least recently used one making room; each load takes `load` seconds."""

    __slots__ = ("_due", "_load", "_names", "_slots")

    def __init__(self, slots: int, load: float) -> None:
        self._slots = slots
        self._load = load
        self._names: dict[str, None] = {}
        self._due: deque[float] = deque(maxlen=MOST)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def to_load(self, now: float) -> float:
        """Seconds that the server still has to spend on loads: of each that part which is not over."""
        due, load, total = self._due, self._load, 0.0
        for done in reversed(due):
            left = done - now
            if left <= 0.0:
                break
            total += left if left < load else load
        return total

    def victim(self) -> str | None:
        """Who makes room for the next one; None where there is a free slot."""
        return next(iter(self._names)) if len(self._names) >= self._slots else None

    def use(self, name: str, now: float, wait: float) -> None:
        """A request of it was sent there; `wait` seconds of prompts are to be computed before. If it is not loaded, it
        will be, after what is scheduled."""
        if name in self._names:
            del self._names[name]
        else:
            while len(self._names) >= self._slots:
                del self._names[next(iter(self._names))]
            while self._due and self._due[0] <= now:
                self._due.popleft()
            self._due.append(now + wait + self.to_load(now) + self._load)
        self._names[name] = None

    def drop(self, name: str) -> None:
        """It failed there: better not to count on it."""
        self._names.pop(name, None)

    def held(self) -> Held:
        """What is kept."""
        return Held(list(self._names), list(self._due))

    def restore(self, names: Sequence[str], due: Sequence[float]) -> None:
        """Takes up what `held` gave."""
        self._names = dict.fromkeys(names[-self._slots :])
        self._due = deque(due, maxlen=MOST)
