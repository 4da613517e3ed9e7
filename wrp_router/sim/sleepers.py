"""Waiting for room in a pool, or for a turn before a server, on virtual time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

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
        leave = partial(self._fleet.leave, ticket)
        self._sleep(ticket, self._world.now + patience, leave, lambda turn: then(ticket if turn else None))

    def stand(self, place: Place, until: float, then: Callable[[bool], None]) -> None:
        """Wait for a turn; `then` gets whether it came in time."""
        self._sleep(place, until, partial(self._fleet.lines.leave, place), then)

    def _sleep(
        self, waiter: Ticket | Place, until: float, leave: Callable[[float], None], then: Callable[[bool], None]
    ) -> None:
        def give_up() -> None:
            if self._asleep.pop(waiter, None) is not None:
                leave(self._world.now)
                then(False)

        self._asleep[waiter] = partial(then, True)
        self._world.at(until, give_up)
