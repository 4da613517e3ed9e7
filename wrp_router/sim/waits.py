"""What a simulated request does while nobody works for it: waits for room, for a turn, for another's answer."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from wrp_router.fleet import Fleet
from wrp_router.fleet.desks import Place
from wrp_router.fleet.queue import QueueFull, Ticket
from wrp_router.flow import Enter, Entered, Pause, Stand, Stood, Wait
from wrp_router.record import Shed

from .sleepers import Sleepers
from .world import World

MOMENT = 1e-6
"""Seconds by which a look at the clock comes late, so that it never comes early by a rounding."""
LATER = object()
"""What a command answers that will be answered by an event."""


class Waits:
    """The part of a process that waits; `step` takes the flow on."""

    __slots__ = ("_fleet", "_place", "_sleepers", "_ticket", "_world")

    def __init__(self, world: World, fleet: Fleet, sleepers: Sleepers) -> None:
        self._world = world
        self._fleet = fleet
        self._sleepers = sleepers
        self._ticket: Ticket | None = None
        self._place: Place | None = None

    @abstractmethod
    def step(self, result: Any) -> None: ...

    def _leave_lines(self) -> None:
        """Whatever it still stands in."""
        if self._ticket is not None:
            self._fleet.leave(self._ticket, self._world.now)
        if self._place is not None:
            self._fleet.lines.leave(self._place, self._world.now)

    def _look_at_clock(self) -> None:
        """Lets the fleet see what time it is: who waited for a server to come back is woken."""
        self._fleet.snapshot(self._world.now)

    def _enter(self, command: Enter) -> Entered | object:
        fleet, now = self._fleet, self._world.now
        left = command.until - now
        if left <= 0:
            return Entered(None, now)
        if not fleet.must_wait(command.pools, now):
            return Entered(fleet.snapshot(now), now)
        patience = min(command.patience, left)
        opens = fleet.next_free(command.pools, now)
        if opens > patience:
            return Entered(fleet.snapshot(now), now)
        if opens > 0:  # nobody's leaving will wake us: somebody has to look at the clock then
            self._world.at(now + opens + MOMENT, self._look_at_clock)
        self._sleepers.enter(command, patience, self._entered)
        return LATER

    def _entered(self, ticket: Ticket | None, shed: Shed) -> None:
        self._ticket = ticket
        now = self._world.now
        self.step(Entered(self._fleet.snapshot(now) if ticket is not None else None, now, shed))

    def _stand(self, command: Stand) -> Stood | object:
        try:
            place = self._fleet.lines.stand(
                command.pool, command.choices, command.facts, self._world.now, command.until
            )
        except QueueFull:
            return Stood("", "full")
        self._place = place
        if place.granted:
            return Stood(place.server)
        self._sleepers.stand(place, command.until, lambda shed: self.step(Stood("" if shed else place.server, shed)))
        return LATER

    def _wait_for(self, command: Wait) -> object:
        seat = command.seat
        if seat.settled:
            return None

        def wake() -> None:
            if seat.wake is not None:
                seat.wake = None
                self.step(None)

        world = self._world
        seat.wake = lambda: world.at(world.now, wake)
        world.at(command.until, wake)
        return LATER

    def _pause(self, command: Pause) -> object:
        return self._later(command.seconds, None)

    def _later(self, seconds: float, result: Any) -> object:
        self._world.at(self._world.now + seconds, lambda: self.step(result))
        return LATER
