"""Waiting for room, with a real fleet."""

from __future__ import annotations

import asyncio
import random
from math import inf
from time import monotonic

import pytest

from tests.fleet.makers import done, failed, pool
from tests.live.scene import until
from wrp_router.fleet import Fleet
from wrp_router.fleet.queue import Ticket
from wrp_router.flow import Enter, Seat
from wrp_router.live.waiting import WaitingRoom, _next_look, settled
from wrp_router.record import Shed
from wrp_signals.facts import Priority


class Waiters:
    """A fleet of one server with room for one, and those who wait for it."""

    def __init__(self, queue: int = 8) -> None:
        self.room = WaitingRoom()
        self.fleet = Fleet([pool(servers=1, limit=1)], random.Random(1), lambda change: None, self.room.wake, queue)

    def take(self, ticket: Ticket | None = None):
        """Takes the server."""
        return self.fleet.lease("p", "s0", monotonic(), ticket)

    def wait(self, patience: float = 5.0, priority: Priority = "default") -> asyncio.Task[tuple[Ticket | None, Shed]]:
        """Somebody in line."""
        return asyncio.create_task(
            self.room.wait(self.fleet, Enter(("p",), patience, inf, priority, "local"), patience)
        )


async def test_room_comes():
    """Who waited gets it, in order."""
    waiters = Waiters()
    lease = waiters.take()
    first, second = waiters.wait(), waiters.wait()
    await until(lambda: waiters.fleet.waiting() == 2)
    lease.end(done(), monotonic())
    ticket, _ = await first
    assert (ticket is not None and ticket.granted, second.done()) == (True, False)
    waiters.take(ticket).end(done(), monotonic())
    waiters.fleet.leave((await second)[0] or Ticket(()), monotonic())
    assert waiters.fleet.waiting() == 0


async def test_a_line_that_takes_too_long():
    """Who would wait longer than it may be is told at once, once the line has stood for that long."""
    waiters = Waiters()
    lease = waiters.take()
    first = waiters.wait()
    await until(lambda: waiters.fleet.waiting() == 1)
    await asyncio.sleep(0.02)
    asked = Enter(("p",), 5.0, inf, "default", "local", 0.01)
    assert await waiters.room.wait(waiters.fleet, asked, 5.0) == (None, "long")
    lease.end(done(), monotonic())
    waiters.fleet.leave((await first)[0] or Ticket(()), monotonic())


async def test_lost_patience():
    """None, and the place in line is given up."""
    waiters = Waiters()
    lease = waiters.take()
    assert await waiters.wait(0.01) == (None, "late")
    assert waiters.fleet.waiting() == 0
    lease.end(done(), monotonic())


async def test_a_full_queue():
    """None at once."""
    waiters = Waiters(queue=0)
    lease = waiters.take()
    assert await waiters.wait() == (None, "full")
    lease.end(done(), monotonic())


async def test_who_gives_way():
    """Is told at once; who took its place is served."""
    waiters = Waiters(queue=1)
    lease = waiters.take()
    default = waiters.wait()
    await until(lambda: waiters.fleet.waiting() == 1)
    critical = waiters.wait(priority="critical")
    assert await default == (None, "displaced")
    lease.end(done(), monotonic())
    ticket, shed = await critical
    assert (ticket is not None and ticket.granted, shed) == (True, "")
    waiters.take(ticket).end(done(), monotonic())


async def test_who_leaves():
    """A cancelled wait gives up the place."""
    waiters = Waiters()
    lease = waiters.take()
    waiting = waiters.wait()
    await until(lambda: waiters.fleet.waiting() == 1)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert waiters.fleet.waiting() == 0
    lease.end(done(), monotonic())
    waiters.take().end(done(), monotonic())


async def test_time_makes_room():
    """A server that asked for a rest is taken again when it is over: nothing else tells."""
    waiters = Waiters()
    waiters.fleet.cool("p", "s0", monotonic() + 0.05, monotonic())
    waiting = waiters.wait()
    ticket, _ = await waiting
    assert ticket is not None
    waiters.take(ticket).end(failed(), monotonic())


async def test_a_wake_for_nobody():
    """Harmless: for a ticket that is not here, and twice for one that is."""
    waiters = Waiters()
    waiters.room.wake(Ticket(("p",)))
    lease = waiters.take()
    waiting = waiters.wait()
    await until(lambda: waiters.fleet.waiting() == 1)
    (ticket,) = waiters.room._sleepers
    waiters.fleet.entrance._line.grant(ticket, "p")
    waiters.room.wake(ticket)
    waiters.room.wake(ticket)
    assert await waiting == (ticket, "")
    waiters.fleet.leave(ticket, monotonic())
    lease.end(done(), monotonic())


@pytest.mark.parametrize(("free_in", "look"), [(0.0, 0.5), (0.001, 0.02), (0.1, 0.1), (0.5, 0.5), (float("inf"), 0.5)])
def test_when_to_look(free_in: float, look: float):
    """When time alone may have made room, within bounds."""
    fleet = Waiters().fleet
    fleet.next_free = lambda pools, now: free_in
    assert _next_look(fleet, ("p",), 0.0) == look


async def test_a_seat_that_is_settled():
    """Who sits there is woken, and the seat forgets whom it would wake."""
    seat = Seat()
    sitting = asyncio.create_task(settled(seat, 5.0))
    await until(lambda: seat.wake is not None)
    seat.settle(None)
    seat.wake()
    await sitting
    assert seat.wake is None


async def test_a_seat_that_stays_unsettled():
    """Nobody sits longer than their patience."""
    seat = Seat()
    await settled(seat, 0.01)
    assert not seat.settled
