"""Waiting for room, and for the answer to another: the event loop's side of wait list and single flight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic

from wrp_router.fleet import Fleet
from wrp_router.fleet.desks import Place
from wrp_router.fleet.entrance import reason_of
from wrp_router.fleet.queue import QueueFull, Ticket
from wrp_router.flow import Enter, Seat, Stand
from wrp_router.record import Shed
from wrp_signals.facts import RANK

SOONEST, LATEST = 0.02, 0.5
"""Seconds between two looks of one who waits."""


class WaitingRoom:
    """`wake` is the callback that the fleet is to be given. A ticket or a place holds its room until it leaves."""

    __slots__ = ("_sleepers",)

    def __init__(self) -> None:
        self._sleepers: dict[Ticket | Place, asyncio.Future[None]] = {}

    def wake(self, ticket: Ticket | Place) -> None:
        sleeper = self._sleepers.get(ticket)
        if sleeper is not None and not sleeper.done():
            sleeper.set_result(None)

    async def wait(self, fleet: Fleet, command: Enter, patience: float) -> tuple[Ticket | None, Shed]:
        """In line until one of the pools has room; None and why where it has none for us, or not in `patience`
        seconds."""
        rank, now = RANK[command.priority], monotonic()
        try:
            ticket = fleet.entrance.join(command.pools, rank, command.tenant, now, command.bound)
        except QueueFull as full:
            return None, reason_of(full)
        look = partial(_next_look, fleet, command.pools)
        shed = await self._woken(fleet, ticket, patience, look, partial(fleet.leave, ticket))
        return (None if shed else ticket), shed

    async def stand(self, fleet: Fleet, command: Stand, now: float) -> tuple[Place | None, Shed]:
        """In line before a server until it is our turn; None and why where it does not come, or not in time."""
        try:
            place = fleet.lines.stand(command.pool, command.choices, command.facts, now, command.until)
        except QueueFull:
            return None, "full"
        if place.granted:
            return place, ""
        look, leave = partial(_next_look, fleet, (command.pool,)), partial(fleet.lines.leave, place)
        shed = await self._woken(fleet, place, max(0.0, command.until - now), look, leave)
        return (None if shed else place), shed

    async def _woken(
        self,
        fleet: Fleet,
        waiter: Ticket | Place,
        patience: float,
        look: Callable[[float], float],
        leave: Callable[[float], None],
    ) -> Shed:
        """Why its turn did not come, "" where it did. If it is late, or if nobody waits any more, it leaves. `look`
        says in how many seconds time alone may change something."""
        sleeper = self._sleepers[waiter] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                while not sleeper.done():
                    await asyncio.wait({sleeper}, timeout=look(monotonic()))
                    fleet.snapshot(monotonic())  # lets time pass there: room may appear by time alone
        except TimeoutError:
            leave(monotonic())
            return "late"
        except asyncio.CancelledError:
            leave(monotonic())
            raise
        finally:
            del self._sleepers[waiter]
        return "" if waiter.granted else "displaced"


async def settled(seat: Seat, patience: float) -> None:
    """Until another's answer is here, or `patience` seconds are up."""
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not woken.done():
            woken.set_result(None)

    seat.wake = wake
    timer = loop.call_later(max(0.0, patience), wake)
    try:
        await woken
    finally:
        timer.cancel()
        seat.wake = None


def _next_look(fleet: Fleet, pools: tuple[str, ...], now: float) -> float:
    """Seconds until it is worth looking whether time has made room: a breaker half-opened, a cooling ended."""
    free_in = fleet.next_free(pools, now)
    return max(free_in, SOONEST) if 0.0 < free_in < LATEST else LATEST
