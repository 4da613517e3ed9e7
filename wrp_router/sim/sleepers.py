"""Waiting for room in a pool, or for a turn before a server, on virtual time."""

from __future__ import annotations

from collections.abc import Callable

from wrp_router.fleet import Fleet
from wrp_router.fleet.desks import Place
from wrp_router.fleet.queue import QueueFull, Ticket

from .world import World


class Sleepers:
    """`wake` is the callback that the fleet is to be given."""

    __slots__ = ("_asleep", "_fleet", "_world")

    def __init__(self, world: World, fleet: Fleet) -> None:
        self._world = world
        self._fleet = fleet
        self._asleep: dict[Ticket | Place, Callable[[], None]] = {}

    def wake(self, ticket: Ticket | Place) -> None:
        """Its turn has come: it goes on at once, but after whatever goes on now."""
        wake = self._asleep.pop(ticket, None)
        if wake is not None:
            self._world.at(self._world.now, wake)

    def enter(self, pools: tuple[str, ...], patience: float, then: Callable[[Ticket | None], None]) -> None:
        """Join the line; `then` gets the granted ticket, or None when the queue is full or patience ran out."""
        try:
            ticket = self._fleet.join(pools)
        except QueueFull:
            then(None)
            return

        def give_up() -> None:
            if self._asleep.pop(ticket, None) is not None:
                self._fleet.leave(ticket, self._world.now)
                then(None)

        self._asleep[ticket] = lambda: then(ticket)
        self._world.at(self._world.now + patience, give_up)

    def stand(self, place: Place, until: float, then: Callable[[bool], None]) -> None:
        """Wait for a turn; `then` gets whether it came in time."""

        def give_up() -> None:
            if self._asleep.pop(place, None) is not None:
                self._fleet.lines.leave(place, self._world.now)
                then(False)

        self._asleep[place] = lambda: then(True)
        self._world.at(until, give_up)
