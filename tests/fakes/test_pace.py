"""When tokens are due."""

import asyncio
import time

from wrp_router.fakes.faults import Faults
from wrp_router.fakes.model import Timing
from wrp_router.fakes.pace import Pace


def timing(first: float, tpot: float = 0.1) -> Timing:
    return Timing(0, first, first, first + 1, tpot, 1, 0)


def test_knobs_go_before_the_model():
    """Each for itself."""
    pace = Pace(10.0)
    assert pace.due(5) == 10.0
    pace.timing = timing(11.0, 0.5)
    assert pace.due(2) == 12.0
    pace.follow(Faults(ttft=3.0))
    assert pace.due(2) == 14.0
    pace.follow(Faults(gap=2.0))
    assert pace.due(2) == 15.0


async def test_waiting_ends_when_the_time_moves_up():
    """Somebody before it gave up: a wait of an hour ends at once."""
    pace = Pace(time.monotonic())
    pace.move(timing(pace.arrived + 3600))
    assert not pace.late(0)
    waiting = asyncio.ensure_future(pace.until(0))
    await asyncio.sleep(0)
    pace.move(timing(pace.arrived))
    await asyncio.wait_for(waiting, 5)
    assert pace.late(0)


async def test_waiting_ends_in_time():
    """By itself, not before."""
    pace = Pace(time.monotonic())
    pace.follow(Faults(ttft=0.01))
    await asyncio.wait_for(pace.until(0), 5)
    assert time.monotonic() - pace.arrived >= 0.0099
