"""When the tokens of one answer are due: as the engine's model has it, or as the knobs do."""

from __future__ import annotations

import asyncio
import time

from .faults import Faults
from .model import Timing

_SLACK = 50e-6  # not worth a timer


class Pace:
    """The time line of one answer. `timing` may change while it waits (`move`): somebody before it gave up."""

    __slots__ = ("_gap", "_moved", "_ttft", "arrived", "timing")

    def __init__(self, arrived: float) -> None:
        self.arrived = arrived
        self.timing: Timing | None = None
        self._ttft: float | None = None
        self._gap: float | None = None
        self._moved: asyncio.Future[None] | None = None

    def follow(self, faults: Faults) -> None:
        """Take the knobs `ttft` and `gap`, where given, for what the model says."""
        self._ttft, self._gap = faults.ttft, faults.gap

    def due(self, serial: int) -> float:
        """When token `serial` (from 0) is due, on the monotonic clock."""
        timing = self.timing
        first = timing.first_token if timing else self.arrived
        gap = timing.tpot if timing else 0.0
        if self._ttft is not None:
            first = self.arrived + self._ttft
        return first + serial * (gap if self._gap is None else self._gap)

    def late(self, serial: int) -> bool:
        """Nothing to wait for any more."""
        return self.due(serial) - time.monotonic() <= _SLACK

    async def until(self, serial: int) -> None:
        loop = asyncio.get_running_loop()
        while (wait := self.due(serial) - time.monotonic()) > _SLACK:
            self._moved = loop.create_future()
            timer = loop.call_later(wait, _wake, self._moved)
            try:
                await self._moved
            finally:
                timer.cancel()
                self._moved = None

    def move(self, timing: Timing) -> None:
        self.timing = timing
        if self._moved is not None:
            _wake(self._moved)


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
