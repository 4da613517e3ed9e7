"""A line that does not get empty: how fast it moves, and so how long a newcomer would wait. It refuses nobody."""

from __future__ import annotations

import math
from collections import deque

WINDOW = 64
"""Turns that are remembered: a rate over them is off by an eighth or so."""

LATELY = 2.0
"""Seconds over which it is taken, where so many do not come in that time."""


class Standing:
    """Of one pool, since the line before it was last empty."""

    __slots__ = ("_turns", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self._turns: deque[float] = deque(maxlen=WINDOW)

    def moved(self, now: float) -> None:
        """Somebody had his turn."""
        self._turns.append(now)

    def rate(self, now: float) -> float:
        """Turns a second, lately; 0 where there was none."""
        turns = self._turns
        begun = max(self.since, now - LATELY)
        if len(turns) == WINDOW and turns[0] > begun:
            begun = turns[0]
        while turns and turns[0] < begun:
            turns.popleft()
        return len(turns) / (now - begun) if turns and now > begun else 0.0

    def wait(self, before: int, now: float) -> float:
        """Seconds until a newcomer's turn, if so many come before it; inf where nothing moves."""
        rate = self.rate(now)
        return (before + 1) / rate if rate else math.inf
