"""Waiting for room, and for the answer to another: the event loop's side of wait list and single flight."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from time import monotonic

from wrp_router.fleet import Fleet
from wrp_router.fleet.desks import Place
from wrp_router.fleet.queue import QueueFull, Ticket
from wrp_router.flow import Seat, Stand

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

    async def wait(self, fleet: Fleet, pools: tuple[str, ...], patience: float) -> Ticket | None:
        """In line until one of the pools has room; None when the queue is full or `patience` seconds ran out."""
        try:
            ticket = fleet.join(pools)
        except QueueFull:
            return None
        look = partial(_next_look, fleet, pools)
        return ticket if await self._woken(fleet, ticket, patience, look, partial(fleet.leave, ticket)) else None

    async def stand(self, fleet: Fleet, command: Stand, now: float) -> Place | None:
        """In line before a server until it is our turn; None when every line is full or time ran out."""
        try:
            place = fleet.lines.stand(command.pool, command.choices, command.facts, now, command.until)
        except QueueFull:
            return None
        look, leave = partial(_next_look, fleet, (command.pool,)), partial(fleet.lines.leave, place)
        if place.granted or await self._woken(fleet, place, max(0.0, command.until - now), look, leave):
            return place
        return None

    async def _woken(
        self,
        fleet: Fleet,
        waiter: Ticket | Place,
        patience: float,
        look: Callable[[float], float],
        leave: Callable[[float], None],
    ) -> bool:
        """Whether its turn came in time. If not, or if nobody waits any more, it leaves. `look` says in how many
        seconds time alone may change something."""
        sleeper = self._sleepers[waiter] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                while not sleeper.done():
                    await asyncio.wait({sleeper}, timeout=look(monotonic()))
                    fleet.snapshot(monotonic())  # lets time pass there: room may appear by time alone
        except TimeoutError:
            leave(monotonic())
            return False
        except asyncio.CancelledError:
            leave(monotonic())
            raise
        finally:
            del self._sleepers[waiter]
        return True


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
