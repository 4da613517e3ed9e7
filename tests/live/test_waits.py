"""What a driver waits for is not its own time, and nothing is stood in any more when it ends."""

from __future__ import annotations

import asyncio
import random
from math import inf

from tests.fleet.makers import pool
from tests.live.scene import until
from wrp_router.fleet import Fleet
from wrp_router.flow import Enter, Entered, Pause, Seat, Wait
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.waiting import WaitingRoom
from wrp_router.live.waits import Waits
from wrp_router.live.world import World


def waits() -> tuple[Waits, Fleet]:
    """Before a fleet of one server with room for one."""
    room = WaitingRoom()
    fleet = Fleet([pool(servers=1, limit=1)], random.Random(1), lambda change: None, room.wake, 8)
    return Waits(World(fleet, {}, room, ReadingRoom({}), lambda record: None, Streams())), fleet


async def test_room_that_is_there_takes_no_time():
    """It is answered at once, without a coroutine."""
    one, _ = waits()
    entered = one._enter(Enter(("p",), 5.0, inf, "default", "local"))
    assert isinstance(entered, Entered)
    assert entered.pools is not None
    late = one._enter(Enter(("p",), 5.0, 0.0, "default", "local"))
    assert isinstance(late, Entered)
    assert late.pools is None


async def test_waiting_counts_as_the_engines_time():
    """And who gives up leaves the line."""
    one, fleet = waits()
    lease = fleet.lease("p", "s0", 0.0)
    waiting = asyncio.ensure_future(one._enter(Enter(("p",), 5.0, inf, "default", "local")))  # type: ignore[arg-type]  # it waits
    await until(lambda: fleet.waiting() == 1)
    lease.abandon(0.0)
    assert (await waiting).pools is not None
    assert one._upstream_time > 0.0
    one._leave_lines()
    assert fleet.waiting() == 0


async def test_a_settled_seat_is_not_waited_for():
    """Nor does a pause of nothing take long."""
    one, _ = waits()
    seat = Seat()
    seat.settle(None)
    assert one._wait_for(Wait(seat, inf)) is None
    assert await one._pause(Pause(0.0)) is None
