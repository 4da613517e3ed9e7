"""Questions of the router's own over HTTP, several at a time: each takes a server, asks it and lets it go, whoever
fails or leaves. No client hears of them.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from time import monotonic

import orjson

from wrp_policies.questions import Again
from wrp_policies.types import Attempt, Outcome
from wrp_router.fleet import CannotLease, Fleet, Lease, Ticket
from wrp_router.flow import Ask, Enter, Failed, Inquire, Inquired, Inquiry, Stand, busy
from wrp_router.wire.body import with_fields
from wrp_router.wire.headers import CREDENTIALS
from wrp_router.wire.inquiries import HEADERS, PATHS, Speaks, answer_to, prompted, repeated

from .exchange import Exchange
from .retry_after import heed
from .target import Target
from .world import Inbound, World

BEYOND = 1000
"""Attempts are numbered from 0 in traces, and questions from here."""


class Inquiring:
    """For one request; `run` it as often as is wanted. What is under way ends by `drop` at any time."""

    __slots__ = ("_ask", "_exchanges", "_inbound", "_sent", "_world")

    def __init__(self, world: World, ask: Ask, inbound: Inbound) -> None:
        self._world = world
        self._ask = ask
        self._inbound = inbound
        self._exchanges: list[Exchange] = []
        self._sent = BEYOND

    async def run(self, command: Inquire) -> tuple[Inquired, ...]:
        """What came of each. Being cancelled cancels all of them; `drop` then says how they ended."""
        ask = partial(self._one, command)
        if len(command.inquiries) == 1:
            found = [await ask(command.inquiries[0])]
        else:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(ask(one)) for one in command.inquiries]
            found = [task.result() for task in tasks]
        self._exchanges.clear()
        return tuple(found)

    def drop(self) -> tuple[Outcome, ...]:
        """Nobody waits for them any more: connections are closed and leases end. How each of those ended that had a
        server, be it before. Harmless more than once."""
        exchanges, self._exchanges = self._exchanges, []
        return tuple([exchange.outcome or exchange.cancel() for exchange in exchanges])

    async def _one(self, command: Inquire, inquiry: Inquiry) -> Inquired:
        world, question = self._world, inquiry.question
        try:
            lease = await self._lease(command, inquiry)
        except CannotLease as cannot:
            return Inquired(None, busy(cannot.pool, cannot.server, inquiry.model).outcome)
        target = world.targets[lease.pool, lease.server]
        exchange = Exchange(Attempt(lease.pool, lease.server), inquiry.model, inquiry.operation, target, lease)
        self._exchanges.append(exchange)
        request = self._request(inquiry, target)
        read = partial(answer_to, inquiry.operation, likely=not isinstance(question.what, Again))
        left = command.until - monotonic()
        found = await exchange.ask(request, left, self._ask.request_id, read, question.bytes)
        if isinstance(found, Failed):
            heed(world.fleet, found, monotonic())
            return Inquired(None, found.outcome)
        assert exchange.outcome is not None
        return Inquired(found, exchange.outcome)

    async def _lease(self, command: Inquire, inquiry: Inquiry) -> Lease:
        """The first of its servers that can be taken, once there is room and it is our turn. Raises CannotLease."""
        fleet, pool, now = self._world.fleet, inquiry.question.pool, monotonic()
        ticket: Ticket | None = None
        patience = command.until - now
        if fleet.must_wait((pool,), now) and fleet.next_free((pool,), now) <= patience:
            enter = Enter((pool,), patience, command.until, command.priority, inquiry.facts.tenant)
            ticket, shed = await self._world.waiting.wait(fleet, enter, patience)
            if ticket is None:
                raise CannotLease(pool, inquiry.servers[0], f"has no room: {shed}")
        try:
            if inquiry.lined:
                return await self._seat(command, inquiry)
            _in_time(command, inquiry)
            return _first(fleet, inquiry, ticket)
        finally:
            if ticket is not None:
                fleet.leave(ticket, monotonic())

    async def _seat(self, command: Inquire, inquiry: Inquiry) -> Lease:
        """Likewise, where there are lines."""
        fleet, pool = self._world.fleet, inquiry.question.pool
        stand = Stand(pool, inquiry.servers, inquiry.facts, command.until)
        place, shed = await self._world.waiting.stand(fleet, stand, monotonic())
        if place is None:
            raise CannotLease(pool, inquiry.servers[0], f"has no turn: {shed}")
        try:
            _in_time(command, inquiry)
            return fleet.seat(place, monotonic())
        finally:
            fleet.lines.leave(place, monotonic())

    def _request(self, inquiry: Inquiry, target: Target) -> bytes:
        """Of the request once more it is the caller's, changed. Of a question of ours nothing is the caller's, but its
        key where its request might be sent there, too, and engines get it."""
        what, operation, tokens = inquiry.question.what, inquiry.operation, inquiry.question.tokens
        inbound, model, trace = self._inbound, inquiry.model, self._trace()
        if isinstance(what, Again):
            changes = repeated(operation, inbound.body.tree, what, tokens, target.vendor)
            body = with_fields(inbound.body, {**changes, "model": orjson.dumps(model)})
            head = inbound.preamble.head_for(target, trace)
        else:
            body = prompted(operation, model, what, tokens, Speaks(inquiry.formed, target.logprobs, target.vendor))
            keys = [pair for pair in inbound.preamble.pairs if inquiry.known and pair[0] in CREDENTIALS]
            head = target.head(PATHS[operation], [*HEADERS[operation], *keys], trace)
        body = target.body(body, self._ask.view.tenant)
        return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)

    def _trace(self) -> str:
        """What the next request says of the trace that it is part of."""
        self._sent += 1
        traced = self._world.upstream_trace
        return traced(self._ask, self._sent) if traced is not None else ""


def _in_time(command: Inquire, inquiry: Inquiry) -> None:
    """Raises CannotLease where its turn came when nobody waits for it any more."""
    if monotonic() >= command.until:
        raise CannotLease(inquiry.question.pool, inquiry.servers[0], "has room too late")


def _first(fleet: Fleet, inquiry: Inquiry, ticket: Ticket | None) -> Lease:
    """Raises CannotLease where none can be taken."""
    *others, last = inquiry.servers
    pool, facts = inquiry.question.pool, inquiry.facts
    for name in others:
        with contextlib.suppress(CannotLease):
            return fleet.lease(pool, name, monotonic(), ticket, facts)
    return fleet.lease(pool, last, monotonic(), ticket, facts)
