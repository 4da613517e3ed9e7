"""Looks how this process is: how late its event loop, how large its memory. What follows from that, `Pressure` says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

from wrp_router.fleet.pressure import Pressure, Step
from wrp_router.telemetry.log import Seldom

from .heartbeat import Heartbeat
from .resident import resident, trim

EVERY = 0.25
"""Seconds between two looks."""

TRIM = 10.0
"""Seconds between two tries to give memory back, while it presses."""

SAID = {
    Step.NONE: "everything is done again",
    Step.SPARE: "optional work is left out",
    Step.SHEDDABLE: "sheddable requests are refused",
    Step.DEFAULT: "sheddable and default requests are refused",
    Step.ALL: "all requests and new connections are refused",
}

log = logging.getLogger(__name__)


class Vitals:
    """`run` for ever. `refused` counts connections that were turned away. `memory` says how many bytes there are."""

    def __init__(
        self, pressure: Pressure, memory: Callable[[], int] = resident, complain: Seldom | None = None
    ) -> None:
        self.pressure = pressure
        self.heartbeat = Heartbeat()
        self.refused = 0
        self.memory = memory
        self._complain = complain or Seldom(log)
        self._trimmed = 0.0

    def full(self) -> bool:
        """Whether nothing new is let in."""
        return self.pressure.step is Step.ALL

    def turned_away(self) -> None:
        """A connection was."""
        self.refused += 1

    async def run(self) -> None:
        beating = asyncio.create_task(self.heartbeat.beat())
        try:
            while True:
                await asyncio.sleep(EVERY)
                await self.look(monotonic())
        finally:
            beating.cancel()

    async def look(self, now: float) -> None:
        """Once."""
        pressure = self.pressure
        before = pressure.step
        if pressure.felt(self.heartbeat.lately(), self.memory(), now):
            self._tell(before)
        if pressure.step and pressure.by == "memory" and now >= self._trimmed + TRIM:
            self._trimmed = now
            await asyncio.to_thread(trim)

    def _tell(self, before: Step) -> None:
        pressure = self.pressure
        shares = ", ".join([f"{name} {share:.0%}" for name, share in pressure.shares.items()])
        if pressure.step > before:
            self._complain.warn(str(pressure.step), "pressure by %s (%s): %s", pressure.by, shares, SAID[pressure.step])
        else:
            log.info("pressure falls (%s): %s", shares, SAID[pressure.step])
