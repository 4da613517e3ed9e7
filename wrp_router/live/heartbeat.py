"""How late the event loop is: whatever holds it up holds up every request."""

from __future__ import annotations

import asyncio

EVERY = 0.25


class Heartbeat:
    """`lag` is the worst lateness (seconds) since it was last read. Looking costs four timers a second."""

    __slots__ = ("_worst",)

    def __init__(self) -> None:
        self._worst = 0.0

    def lag(self) -> float:
        worst, self._worst = self._worst, 0.0
        return worst

    async def beat(self) -> None:
        """For ever."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + EVERY
            await asyncio.sleep(EVERY)
            self._worst = max(self._worst, loop.time() - due)
