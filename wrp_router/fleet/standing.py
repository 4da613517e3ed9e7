"""A line that does not get empty: how fast it moves, and so how long a newcomer would wait. It refuses nobody."""

from __future__ import annotations

import math
from collections import deque

WINDOW = 64
"""Turns that are remembered: a rate over them is off by an eighth or so."""

LATELY = 2.0
"""Seconds over which it is taken at least, where so many do not come in that time."""


class Standing:
    """Of one pool, since the line before it was last empty."""

    __slots__ = ("_turns", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self._turns: deque[float] = deque(maxlen=WINDOW)

    def moved(self, now: float) -> None:
        """Somebody had his turn."""
        self._turns.append(now)

    def rate(self, now: float, bound: float = 0.0) -> float:
        """Turns a second, lately, or within `bound` seconds where that is longer; 0 where there was none."""
        turns = self._turns
        begun = max(self.since, now - max(LATELY, bound))
        if len(turns) == WINDOW and turns[0] > begun:
            begun = turns[0]
        lately = sum([turn >= begun for turn in turns])
        return lately / (now - begun) if now > begun else 0.0

    def wait(self, before: int, now: float, bound: float = 0.0) -> float:
        """Seconds until a newcomer's turn, if so many come before it; inf where nothing moved for `bound` seconds, or
        for LATELY where that is longer: who may wait for a minute is not judged by two seconds."""
        rate = self.rate(now, bound)
        return (before + 1) / rate if rate else math.inf
