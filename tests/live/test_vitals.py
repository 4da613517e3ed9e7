"""How a process is: looked at, told, and acted upon."""

from __future__ import annotations

import logging

import pytest

from wrp_router.fleet.pressure import Pressure, PressureSpec, Step
from wrp_router.live.vitals import TRIM, Vitals


class Told:
    """A process of which a test says how large it is."""

    def __init__(self) -> None:
        self.bytes = 0
        self.vitals = Vitals(Pressure(PressureSpec(memory=1000.0)), lambda: self.bytes)

    async def look(self, bytes: int, now: float) -> Step:
        self.bytes = bytes
        await self.vitals.look(now)
        return self.vitals.pressure.step


async def test_steps_up_and_down(caplog: pytest.LogCaptureFixture):
    """Each change is told once, in words; only when all is full is nothing new let in."""
    told = Told()
    with caplog.at_level(logging.INFO):
        assert await told.look(100, 0.0) is Step.NONE
        assert await told.look(700, 1.0) is Step.SHEDDABLE
        assert not told.vitals.full()
        assert await told.look(960, 2.0) is Step.ALL
        assert told.vitals.full()
        assert [await told.look(0, 3.0 + n) for n in range(4)] == [3, 2, 1, 0]
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "pressure by memory (lag 0%, memory 70%): sheddable requests are refused"
    assert "all requests and new connections are refused" in said[1]
    assert "everything is done again" in said[-1]


async def test_memory_is_given_back_now_and_then():
    """Only while it presses, and not at each look."""
    told = Told()
    await told.look(100, 100.0)
    assert told.vitals._trimmed == 0.0
    for now in (101.0, 102.0, 101.0 + TRIM):
        await told.look(900, now)
    assert told.vitals._trimmed == 101.0 + TRIM


async def test_connections_are_counted():
    """Those that were turned away."""
    told = Told()
    told.vitals.turned_away()
    assert told.vitals.refused == 1
