"""A prompt that one server computes for another: both taken, both asked, both let go, whoever fails or leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from time import monotonic

import orjson

from wrp_policies.types import Attempt, Outcome
from wrp_router.fleet import CannotLease, Lease
from wrp_router.fleet.queue import Ticket
from wrp_router.flow import Arrived, Ask, Failed, Prefill, Prefilled, Send, busy
from wrp_router.wire.extras import with_extra

from .exchange import Exchange
from .retry_after import heed
from .target import Target
from .world import Inbound, World

PATIENCE = 0.25
"""Seconds that a prefill server gets to end its answer when the other has ended its own: nobody waits for it then."""

NOTHING = Prefilled({})


class Prefilling:
    """For one request; `run` it for each prefill server that is asked. Until it is sent the request, the server that is
    to answer is held here; what is under way ends by `drop` at any time."""

    __slots__ = ("_ask", "_attempt", "_exchange", "_failed", "_inbound", "_lease", "_scope", "_task", "_world")

    def __init__(self, world: World, ask: Ask, inbound: Inbound) -> None:
        self._world = world
        self._ask = ask
        self._inbound = inbound
        self._attempt: Attempt | None = None
        self._lease: Lease | None = None
        self._exchange: Exchange | None = None
        self._task: asyncio.Task[None] | None = None
        self._scope: asyncio.Timeout | None = None
        self._failed: Failed | None = None

    async def run(
        self, command: Prefill, ticket: Ticket | None, request_of: Callable[[Target, bytes], bytes]
    ) -> Prefilled | Failed:
        """Take both servers and ask the one. Where the engines work at the same time, it goes on in the background."""
        world, attempt, model = self._world, command.attempt, command.model
        body = with_extra(self._inbound.body, command.extra)
        target, now = world.targets[attempt.pool, command.server], monotonic()
        handing, place = target.handing, target.place
        assert handing is not None
        assert place is not None
        if not handing.takes(body):
            return NOTHING
        try:
            self._hold(attempt, ticket, now)
            lease = world.fleet.lease(attempt.pool, command.server, now, None, command.facts)
        except CannotLease as cannot:
            return busy(cannot.pool, cannot.server, model)
        fields = handing.meet(body, place, world.chance.getrandbits(63)) if handing.meet is not None else {}
        request = request_of(target, handing.ask(body, orjson.dumps(model), fields))
        asking = Attempt(attempt.pool, command.server)
        exchange = self._exchange = Exchange(asking, model, body.operation, target, lease, generates=False)
        asked = exchange.ask(request, command.until - now, self._ask.request_id, handing.read)
        if handing.meet is not None:
            self._task = asyncio.get_running_loop().create_task(self._watch(asked))
            return Prefilled(fields)
        found = await asked
        self._exchange = None
        if isinstance(found, Failed):
            heed(world.fleet, found, monotonic())
            return found
        return Prefilled(found)

    def _hold(self, attempt: Attempt, ticket: Ticket | None, now: float) -> None:
        """Take the server that is to answer, unless we have it from before. Raises CannotLease."""
        if attempt is not self._attempt or self._lease is None:
            self.drop()
            self._lease = self._world.fleet.lease(attempt.pool, attempt.server, now, ticket)
            self._attempt = attempt

    async def _watch(self, asked: Awaitable[object]) -> None:
        """Where this one fails the other waits in vain, until it gives up after minutes."""
        found = await asked
        self._exchange = None
        if isinstance(found, Failed):
            self._failed = found
            heed(self._world.fleet, found, monotonic())
            if self._scope is not None:
                self._scope.reschedule(asyncio.get_running_loop().time())

    def lease_for(self, command: Send, now: float) -> Lease | None:
        """The server that was held for this attempt, if one was."""
        lease, fleet = self._lease, self._world.fleet
        if command.attempt is not self._attempt or lease is None:
            self.drop()
            return None
        self._lease = None
        if command.prefilled is not None and command.prefilled.fields:
            fleet.receive(lease, command.facts)
        else:
            fleet.charge(lease, command.facts, now)
        return lease

    async def beside(self, opening: Awaitable[Arrived | Failed]) -> Arrived | Failed:
        """What comes of the attempt; how the other server failed, if it does so first: then the attempt is cancelled.
        Where the attempt fails the other one is."""
        try:
            async with asyncio.timeout(None) as self._scope:
                sent = await opening
        except TimeoutError:
            assert self._failed is not None
            return self._failed
        finally:
            self._scope = None
        if isinstance(sent, Failed):
            self.drop()
        return sent

    async def settle(self) -> None:
        """The client has its answer; if it leaves now, that ends only this wait."""
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([self._task], timeout=PATIENCE)
        self.drop()

    def drop(self) -> Outcome | None:
        """Nobody waits for it any more: both servers are given back, and connections closed. How what was under way
        ended, if anything was. Harmless more than once."""
        exchange, task, lease = self._exchange, self._task, self._lease
        self._exchange = self._task = self._lease = self._attempt = self._failed = None
        outcome = exchange.cancel() if exchange is not None else None
        if task is not None:
            task.cancel()
        if lease is not None:
            lease.abandon(monotonic())
        return outcome
