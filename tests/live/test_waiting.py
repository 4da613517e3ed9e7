"""Waiting for room."""

from __future__ import annotations

import asyncio
import random
from time import monotonic

import pytest

from tests.fleet.makers import done, pool
from tests.live.scene import until
from wrp_router.fleet import Fleet
from wrp_router.live.waiting import WaitingRoom


def rooms(queue: int = 8) -> tuple[WaitingRoom, Fleet]:
    room = WaitingRoom()
    return room, Fleet([pool(servers=1, limit=1)], random.Random(1), lambda change: None, room.wake, queue)


async def test_room_that_is_given_back_wakes_who_waits():
    """With the ticket that holds it."""
    room, fleet = rooms()
    lease = fleet.lease("p", "s0", monotonic())
    waiting = asyncio.ensure_future(room.wait(fleet, ("p",), 5.0))
    await until(lambda: fleet.waiting() == 1)
    lease.end(done(), monotonic())
    ticket = await asyncio.wait_for(waiting, 5)
    assert ticket is not None
    fleet.leave(ticket, monotonic())
    assert fleet.waiting() == 0


async def test_patience_runs_out():
    """None, and nobody waits any more."""
    room, fleet = rooms()
    fleet.lease("p", "s0", monotonic())
    assert await room.wait(fleet, ("p",), 0.02) is None
    assert fleet.waiting() == 0


async def test_a_full_queue():
    """None at once."""
    room, fleet = rooms(queue=0)
    fleet.lease("p", "s0", monotonic())
    assert await room.wait(fleet, ("p",), 5.0) is None


async def test_who_is_cancelled_leaves_the_line():
    """And the cancellation goes on."""
    room, fleet = rooms()
    fleet.lease("p", "s0", monotonic())
    waiting = asyncio.ensure_future(room.wait(fleet, ("p",), 5.0))
    await until(lambda: fleet.waiting() == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert fleet.waiting() == 0
