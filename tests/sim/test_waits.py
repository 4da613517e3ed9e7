"""Waiting in the simulator: room and turns that are there take no time, those that are not take an event."""

from __future__ import annotations

import random
from math import inf
from typing import Any

from tests.fleet.makers import pool
from wrp_router.fleet import Fleet
from wrp_router.flow import Enter, Entered, Pause, Seat, Wait
from wrp_router.sim.sleepers import Sleepers
from wrp_router.sim.waits import LATER, Waits
from wrp_router.sim.world import World


class Noting(Waits):
    """Notes what it is told, and when."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        world = World()
        fleet = Fleet([pool(servers=1, limit=1)], random.Random(1), lambda change: None, lambda one: sleepers.wake(one))
        sleepers = Sleepers(world, fleet)
        super().__init__(world, fleet, sleepers)
        self.told: list[tuple[float, Any]] = []

    def step(self, result: Any) -> None:
        self.told.append((self._world.now, result))


def test_room_that_is_there() -> None:
    """At once; and nothing where the time is over."""
    one = Noting()
    entered = one._enter(Enter(("p",), 5.0, inf, "default", "local"))
    assert isinstance(entered, Entered)
    assert entered.pools is not None
    assert one._enter(Enter(("p",), 5.0, 0.0, "default", "local")) == Entered(None, 0.0)


def test_room_that_comes() -> None:
    """An event says so, and the line is left in the end."""
    one = Noting()
    lease = one._fleet.lease("p", "s0", 0.0)
    assert one._enter(Enter(("p",), 5.0, inf, "default", "local")) is LATER
    one._world.at(2.0, lambda: lease.abandon(2.0))
    one._world.run()
    ((when, entered),) = one.told
    assert (when, entered.pools is not None) == (2.0, True)
    one._leave_lines()
    assert one._fleet.waiting() == 0


def test_pauses_and_seats() -> None:
    """A settled seat is not waited for."""
    one, seat = Noting(), Seat()
    assert one._wait_for(Wait(seat, 3.0)) is LATER
    assert one._pause(Pause(1.5)) is LATER
    one._world.run()
    assert one.told == [(1.5, None), (3.0, None)]
    seat.settle(None)
    assert one._wait_for(Wait(seat, 9.0)) is None
