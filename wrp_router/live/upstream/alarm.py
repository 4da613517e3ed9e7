"""One alarm that serves exchange after exchange on a connection: it is set anew only for an earlier deadline, or where
it rings."""

from __future__ import annotations

import asyncio
from math import inf

from .words import Broken


class Alarmed(asyncio.BufferedProtocol):
    """A protocol whose exchange must `relax` in time, or `fail`s with the name of its timer."""

    __slots__ = ("_alarm", "_alarm_at", "_deadline", "_loop", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = self._deadline = inf
        self._timer = ""

    def relax(self) -> None:
        """The exchange is in time; from here on others watch it."""
        self._deadline = inf

    def fail(self, broken: Broken) -> None:
        raise NotImplementedError

    def _be_done_by(self, deadline: float, timer: str) -> None:
        self._timer, self._deadline = timer, deadline
        if deadline < self._alarm_at:
            self._set_alarm()

    def _set_alarm(self) -> None:
        self._stop_alarm()
        if self._deadline < inf:
            self._alarm_at = self._deadline
            self._alarm = self._loop.call_at(self._deadline, self._ring)

    def _stop_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._alarm_at = inf

    def _ring(self) -> None:
        if self._deadline <= self._alarm_at:
            self.fail(Broken("timeout", timer=self._timer))
        else:
            self._set_alarm()
