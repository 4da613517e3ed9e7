"""Answers a flow's commands with real time and real sockets. It decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from types import CoroutineType
from typing import Any, ClassVar

from wrp_policies.cascading.types import Wanted
from wrp_policies.types import Outcome
from wrp_router.fleet import CannotLease, Lease
from wrp_router.flow import (
    Answer,
    Arrived,
    Ask,
    ClientGone,
    Command,
    Delivered,
    Embed,
    Enter,
    Entered,
    Failed,
    Fetch,
    Flow,
    Form,
    Inquire,
    Inquired,
    Look,
    Note,
    Now,
    Part,
    Pause,
    Prefill,
    Prefilled,
    Read,
    Relay,
    Reserve,
    Review,
    Send,
    SetAside,
    Settle,
    Stand,
    Wait,
    busy,
)
from wrp_router.record import Phase
from wrp_router.wire.headers import DEADLINE_MS
from wrp_router.wire.held import wanted_of
from wrp_router.wire.meter import StreamMeter

from .afterwards import Parted, hurry
from .consulting import Consults
from .downstream import Downstream
from .exchange import Exchange
from .holding import Holding, body_for
from .inquiring import Inquiring
from .labels import changing
from .prefilling import Prefilling
from .refusing import refusal
from .relay import Recorder
from .replay import give
from .retry_after import heed
from .target import Target
from .waits import Waits
from .world import Inbound, World


class Driver(Consults):
    """Drives one flow for one request."""

    __slots__ = ("_aside", "_ask", "_client", "_exchange", "_inbound", "_inquiring", "_prefilling", "_sent", "phase")

    def __init__(self, world: World, ask: Ask, inbound: Inbound, client: Downstream) -> None:
        super().__init__(world)
        self._ask = ask
        self._inbound = inbound
        self._client = client
        self._exchange: Exchange | None = None
        self._sent = 0
        self._aside: Exchange | None = None
        self._prefilling: Prefilling | None = None
        self._inquiring: Inquiring | None = None
        self.phase: Phase = "queue"

    async def run(self, flow: Flow[None], result: Any = None) -> None:
        """To the end of the flow, or to where it parts with its client. A client that leaves before that ends the flow
        too; cancellation is passed on after that."""
        send, answers, parted = flow.send, self._ANSWERS, False
        try:
            while True:
                command = send(result)
                result = answers[command.__class__](self, command)
                if result.__class__ is CoroutineType:
                    result = await result
        except StopIteration:
            return
        except Parted:
            parted = True
            self._world.afterwards.take(self.run(flow, True))
        except asyncio.CancelledError:
            self._leave(flow)
            raise
        except ConnectionError:
            self._leave(flow)
        finally:
            if not parted:
                self._end(flow)

    def _end(self, flow: Flow[None]) -> None:
        flow.close()
        self._leave_lines()
        if self._exchange is not None:  # nobody goes on with it: the client left, or a mistake ended the flow
            self._exchange.cancel()
        for work in (self._prefilling, self._inquiring):
            if work is not None:
                work.drop()

    def _leave(self, flow: Flow[None]) -> None:
        """Let the flow write its row."""
        outcome = self._prefilling.drop() if self._prefilling is not None else None
        if self._exchange is not None:
            outcome = self._exchange.cancel()
        inquired = self._inquiring.drop() if self._inquiring is not None else ()
        hurry(flow, ClientGone(self.phase, outcome, inquired), lambda one: self._ANSWERS[one.__class__](self, one))

    def _look(self, command: Look) -> Entered:
        now = monotonic()
        return Entered(self._world.fleet.snapshot(now), now)

    def _form(self, command: Form | None = None) -> Wanted:
        return wanted_of(self._inbound.body.operation, self._inbound.body.tree, self._ask.view.asked())

    def _set_aside(self, command: SetAside) -> Outcome:
        exchange, self._exchange = self._exchange, None
        assert exchange is not None
        self._aside = exchange
        return exchange.set_aside()

    def _part(self, command: Part) -> bool:
        if not self._world.afterwards.room:
            return False
        raise Parted

    async def _inquire(self, command: Inquire) -> tuple[Inquired, ...]:
        self.phase = "ttft"
        if self._inquiring is None:
            self._inquiring = Inquiring(self._world, self._ask, self._inbound)
        since = monotonic()
        found = await self._inquiring.run(command)
        self._upstream_time += monotonic() - since
        return found

    async def _prefill(self, command: Prefill) -> Prefilled | Failed:
        self.phase = "ttft"
        if self._prefilling is None:
            self._prefilling = Prefilling(self._world, self._ask, self._inbound)
        since = monotonic()
        prefilled = await self._prefilling.run(command, self._ticket, self._request)
        self._upstream_time += monotonic() - since
        return prefilled

    async def _send(self, command: Send) -> Arrived | Failed:
        world, inbound, attempt = self._world, self._inbound, command.attempt
        target = world.targets[attempt.pool, attempt.server]
        body, bare = body_for(inbound.body, target, command)
        request = self._request(target, body)
        meter = None
        if inbound.body.stream:
            meter = StreamMeter(inbound.body.operation, inbound.body.choices, done_marker=target.done_marker)
        now = monotonic()
        try:
            lease = self._leased(command, now)
        except CannotLease:
            return busy(attempt.pool, attempt.server, command.model)
        holding = Holding(command.hold, bare) if command.hold is not None else None
        exchange = Exchange(attempt, command.model, inbound.body.operation, target, lease, inbound.generates, holding)
        self._exchange = exchange
        self.phase = "ttft"
        opening = exchange.open(request, meter, command.until - now, self._ask.request_id)
        sent = await (opening if self._prefilling is None else self._prefilling.beside(opening))
        if isinstance(sent, Failed):
            self._exchange = None
            self._upstream_time += sent.outcome.duration
            heed(world.fleet, sent, monotonic())
        elif holding is None:
            self._upstream_time += sent.ttft
        else:
            self._upstream_time += monotonic() - now
            sent = Arrived(sent.status, sent.ttft, holding.held(inbound.body.operation, self._form()))
        return sent

    def _request(self, target: Target, body: bytes) -> bytes:
        world = self._world
        trace = world.upstream_trace(self._ask, self._sent) if world.upstream_trace is not None else ""
        self._sent += 1
        body = target.body(body, self._ask.view.tenant)
        head = self._inbound.preamble.head_for(target, trace)
        if DEADLINE_MS in self._inbound.preamble.headers:  # what is left of it, for a router behind this one
            head += b"%b: %d\r\n" % (DEADLINE_MS.encode(), max(1, 1000 * (self._ask.deadline - monotonic())))
        return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)

    def _leased(self, command: Send, now: float) -> Lease:
        """Raises CannotLease."""
        fleet, attempt = self._world.fleet, command.attempt
        if self._place is not None and not self._place.left:
            return fleet.seat(self._place, now)
        held = self._prefilling.lease_for(command, now) if self._prefilling is not None else None
        return held or fleet.lease(attempt.pool, attempt.server, now, self._ticket, command.facts)

    async def _relay(self, command: Relay) -> Delivered:
        if command.aside:
            return await self._give_aside(command)
        exchange = self._exchange
        assert exchange is not None
        self.phase = "stream"
        first = monotonic() - self._ask.arrived
        overhead = first - self._upstream_time
        recorder = Recorder(self._world.record_limit) if command.record else None
        headers = changing(command.label, self._inbound.body.operation, self._ask.request_id, overhead)
        shared = exchange.passed_on(command.label), self._world.labels.fixed(command.label, self._ask.view.model)
        streams = self._world.streams
        streams.active += exchange.streaming
        try:
            patience = self._ask.deadline - monotonic()
            outcome = await exchange.relay(self._client, headers, shared, self._ask.request_id, recorder, patience)
        finally:
            streams.active -= exchange.streaming
        self._exchange = None
        last = monotonic() - self._ask.arrived
        if self._prefilling is not None:
            await self._prefilling.settle()
        return Delivered(
            outcome=outcome,
            body=recorder.body() if recorder is not None and outcome.ok else None,
            content_type=exchange.head.content_type,
            status=exchange.head.status,
            error="" if outcome.ok else "upstream_stream_interrupted",
            first=first,
            last=last,
            overhead=overhead,
        )

    async def _give_aside(self, command: Relay) -> Delivered:
        exchange, world = self._aside, self._world
        assert exchange is not None
        self.phase = "stream"
        first = monotonic() - self._ask.arrived
        overhead = first - self._upstream_time
        headers = changing(command.label, self._inbound.body.operation, self._ask.request_id, overhead)
        shared = exchange.passed_on(command.label), world.labels.fixed(command.label, self._ask.view.model)
        recorder = Recorder(world.record_limit) if command.record else None
        await exchange.give(self._client, headers, shared, recorder)
        last, head, body = monotonic() - self._ask.arrived, exchange.head, recorder.body() if recorder else None
        return Delivered(None, body, head.content_type, head.status, first=first, last=last, overhead=overhead)

    async def _answer(self, command: Answer) -> Delivered:
        self.phase = "stream"
        if self._prefilling is not None:
            self._prefilling.drop()
        first = monotonic() - self._ask.arrived
        overhead = first - self._upstream_time
        status, world = 200, self._world
        headers = changing(command.label, self._inbound.body.operation, self._ask.request_id, overhead)
        shared = (world.labels.fixed(command.label, self._ask.view.model),)
        if command.hit is not None:
            await give(self._client, command.hit, headers, shared, world.streams, world.pace, self._ask.deadline)
        else:
            status, body, own = refusal(command, self._inbound.body.operation, self._ask.request_id)
            await self._client.respond(status, own + headers, body, shared)
        last = monotonic() - self._ask.arrived
        return Delivered(status=status, first=first, last=last, overhead=overhead)

    _ANSWERS: ClassVar[dict[type[Command], Callable[[Any, Any], Any]]] = {
        Now: lambda self, command: monotonic(),
        Note: lambda self, command: self._world.watcher(command.record),
        Form: _form,
        Read: Consults._read,
        Embed: Consults._embed,
        Review: Consults._review,
        Fetch: Consults._fetch,
        Enter: Waits._enter,
        Wait: Waits._wait_for,
        Look: _look,
        SetAside: _set_aside,
        Part: _part,
        Pause: Waits._pause,
        Prefill: _prefill,
        Inquire: _inquire,
        Send: _send,
        Stand: Waits._stand,
        Relay: _relay,
        Answer: _answer,
        Reserve: Consults._reserve,
        Settle: Consults._settle,
    }
    """What answers each command: those that take time, with a coroutine."""
