"""What a driver does while nobody works for its request: waits for room, for a turn, for another's answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from time import monotonic

from wrp_router.fleet import Ticket
from wrp_router.fleet.desks import Place
from wrp_router.flow import Enter, Entered, Pause, Stand, Stood, Wait

from .waiting import settled
from .world import World


class Waits:
    """The part of a driver that waits. What is waited for is not our own time, and counts as the engines'."""

    __slots__ = ("_place", "_ticket", "_upstream_time", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._ticket: Ticket | None = None
        self._place: Place | None = None
        self._upstream_time = 0.0

    def _leave_lines(self) -> None:
        """Whatever we still stand in."""
        if self._ticket is not None:
            self._world.fleet.leave(self._ticket, monotonic())
        if self._place is not None:
            self._world.fleet.lines.leave(self._place, monotonic())

    async def _pause(self, command: Pause) -> None:
        await asyncio.sleep(command.seconds)

    def _enter(self, command: Enter) -> Entered | Awaitable[Entered]:
        fleet, now = self._world.fleet, monotonic()
        left = command.until - now
        if left <= 0:
            return Entered(None, now)
        if fleet.must_wait(command.pools, now):
            patience = min(command.patience, left)
            if fleet.next_free(command.pools, now) <= patience:
                return self._wait(command, patience, now)
        return Entered(fleet.snapshot(now), now)

    async def _wait(self, command: Enter, patience: float, since: float) -> Entered:
        fleet = self._world.fleet
        self._ticket, shed = await self._world.waiting.wait(fleet, command, patience)
        now = monotonic()
        if self._ticket is None:
            return Entered(None, now, shed)
        self._upstream_time += now - since
        return Entered(fleet.snapshot(now), now)

    async def _stand(self, command: Stand) -> Stood:
        since = monotonic()
        self._place, shed = await self._world.waiting.stand(self._world.fleet, command, since)
        self._upstream_time += monotonic() - since
        return Stood(self._place.server if self._place is not None else "", shed)

    def _wait_for(self, command: Wait) -> Awaitable[None] | None:
        return None if command.seat.settled else self._sit(command)

    async def _sit(self, command: Wait) -> None:
        since = monotonic()
        await settled(command.seat, command.until - since)
        self._upstream_time += monotonic() - since
