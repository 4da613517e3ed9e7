"""How late the event loop is: whatever holds it up holds up every request."""

from __future__ import annotations

import asyncio
from collections import deque

EVERY = 0.05

ROW = 3
"""Beats that are looked at together: what holds the loop up once makes one of them late."""


class Heartbeat:
    """`lag` is the worst lateness (seconds) since it was last read, `lately` what all of the last few beats had.
    Looking costs twenty timers a second."""

    __slots__ = ("_last", "_worst")

    def __init__(self) -> None:
        self._worst = 0.0
        self._last = deque([0.0] * ROW, ROW)

    def lag(self) -> float:
        worst, self._worst = self._worst, 0.0
        return worst

    def lately(self) -> float:
        return min(self._last)

    async def beat(self) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY
            await asyncio.sleep(EVERY)
            late = max(0.0, loop.time() - due)
            self._worst = max(self._worst, late)
            self._last.append(late)
