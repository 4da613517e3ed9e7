"""Waiting for room in a pool, or for a turn before a server, on virtual time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wrp_router.fleet import Fleet
from wrp_router.fleet.desks import Place
from wrp_router.fleet.entrance import reason_of
from wrp_router.fleet.queue import QueueFull, Ticket
from wrp_router.flow import Enter
from wrp_router.record import Shed
from wrp_signals.facts import RANK

from .world import World

EVERY = 0.5
"""Seconds between two looks at the clock while anybody waits, as live: room may appear by time alone."""


class Sleepers:
    """`wake` is the callback that the fleet is to be given."""

    __slots__ = ("_asleep", "_looking", "fleet", "world")

    def __init__(self, world: World, fleet: Fleet) -> None:
        self.world = world
        self.fleet = fleet
        self._asleep: dict[Ticket | Place, Callable[[], None]] = {}
        self._looking = False

    def wake(self, ticket: Ticket | Place) -> None:
        """Its turn has come, or will not: it goes on at once, but after whatever goes on now."""
        wake = self._asleep.pop(ticket, None)
        if wake is not None:
            self.world.at(self.world.now, wake)

    def enter(self, command: Enter, patience: float, then: Callable[[Ticket | None, Shed], None]) -> None:
        """Join the line; `then` gets the granted ticket, or None and why there is none."""
        rank, now = RANK[command.priority], self.world.now
        try:
            ticket = self.fleet.entrance.join(command.pools, rank, command.tenant, now, command.bound)
        except QueueFull as full:
            then(None, reason_of(full))
            return
        leave = partial(self.fleet.leave, ticket)
        self._sleep(ticket, self.world.now + patience, leave, lambda shed: then(None if shed else ticket, shed))

    def stand(self, place: Place, until: float, then: Callable[[Shed], None]) -> None:
        """Wait for a turn; `then` gets why it did not come, "" where it did."""
        self._sleep(place, until, partial(self.fleet.lines.leave, place), then)

    def _sleep(
        self, waiter: Ticket | Place, until: float, leave: Callable[[float], None], then: Callable[[Shed], None]
    ) -> None:
        def give_up() -> None:
            if self._asleep.pop(waiter, None) is not None:
                leave(self.world.now)
                then("late")

        self._asleep[waiter] = lambda: then("" if waiter.granted else "displaced")
        self.world.at(until, give_up)
        if not self._looking:
            self._looking = True
            self.world.at(self.world.now + EVERY, self._look)

    def _look(self) -> None:
        self._looking = bool(self._asleep)
        if self._looking:
            self.fleet.snapshot(self.world.now)
            self.world.at(self.world.now + EVERY, self._look)
