"""Answers a flow's commands with real time and real sockets. It decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from types import CoroutineType
from typing import Any, ClassVar

from wrp_router.fleet import CannotLease, Lease, Ticket
from wrp_router.fleet.desks import Place
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
    Fetched,
    Flow,
    Note,
    Now,
    Pause,
    Prefill,
    Prefilled,
    Read,
    Relay,
    Review,
    Send,
    Stand,
    Stood,
    Wait,
)
from wrp_router.record import Phase
from wrp_router.wire.body import with_model
from wrp_router.wire.meter import StreamMeter
from wrp_signals.facts import Reading, Vector

from .downstream import Downstream
from .exchange import Exchange
from .keeping import fetched
from .labels import changing, passed_on
from .prefilling import Prefilling, busy, told
from .reading import Reader
from .refusing import refusal
from .relay import Recorder
from .replay import give
from .retry_after import heed
from .target import Target
from .waiting import settled
from .world import Inbound, World


class Driver:
    """Drives one flow for one request."""

    __slots__ = (
        "_ask", "_client", "_exchange", "_inbound", "_place", "_prefilling", "_reader", "_sent", "_ticket",
        "_upstream_time", "_world", "phase",
    )  # fmt: skip

    def __init__(self, world: World, ask: Ask, inbound: Inbound, client: Downstream) -> None:
        self._world = world
        self._ask = ask
        self._inbound = inbound
        self._client = client
        self._exchange: Exchange | None = None
        self._sent = 0
        self._ticket: Ticket | None = None
        self._place: Place | None = None
        self._prefilling: Prefilling | None = None
        self._upstream_time = 0.0
        self._reader: Reader | None = None
        self.phase: Phase = "queue"

    async def run(self, flow: Flow[None]) -> None:
        """To the end of the flow. A client that leaves ends the flow too; cancellation is passed on after that."""
        send, answers = flow.send, self._ANSWERS
        result: Any = None
        try:
            while True:
                command = send(result)
                result = answers[command.__class__](self, command)
                if result.__class__ is CoroutineType:
                    result = await result
        except StopIteration:
            return
        except asyncio.CancelledError:
            self._leave(flow)
            raise
        except ConnectionError:
            self._leave(flow)
        finally:
            flow.close()
            if self._ticket is not None:
                self._world.fleet.leave(self._ticket, monotonic())
            if self._place is not None:
                self._world.fleet.lines.leave(self._place, monotonic())
            if self._prefilling is not None:
                self._prefilling.drop()
            if self._reader is not None:
                self._reader.leave()

    def _leave(self, flow: Flow[None]) -> None:
        """Let the flow write its row. It may only ask for things that take no time now."""
        outcome = self._prefilling.drop() if self._prefilling is not None else None
        if self._exchange is not None:
            outcome = self._exchange.cancel()
        try:
            command = flow.throw(ClientGone(self.phase, outcome))
            while True:
                command = flow.send(self._ANSWERS[command.__class__](self, command))
        except StopIteration:
            return

    # Commands answered at once -------------------------------------------------------------------------------

    def _now(self, command: Now) -> float:
        return monotonic()

    def _note(self, command: Note) -> None:
        self._world.watcher(command.record)

    # Commands that take time ---------------------------------------------------------------------------------

    def _read(self, command: Read) -> dict[str, Reading] | Awaitable[dict[str, Reading]]:
        return self._reader_here().read(command)

    def _embed(self, command: Embed) -> Vector | Awaitable[Vector | None] | None:
        return self._reader_here().embed(command)

    def _review(self, command: Review) -> Awaitable[str | None] | None:
        return self._world.reviewing.look(command) if self._world.reviewing is not None else None

    def _fetch(self, command: Fetch) -> Awaitable[Fetched]:
        return fetched(self._world.archive, command)

    def _reader_here(self) -> Reader:
        if self._reader is None:
            self._reader = self._world.reading.reader()
        return self._reader

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

    async def _pause(self, command: Pause) -> None:
        await asyncio.sleep(command.seconds)

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
        body = with_model(inbound.body, command.model) if target.handing is None else told(inbound.body, command)
        request = self._request(target, body)
        meter = None
        if inbound.body.stream:
            meter = StreamMeter(inbound.body.operation, inbound.body.choices, done_marker=target.done_marker)
        now = monotonic()
        try:
            lease = self._leased(command, now)
        except CannotLease:
            return busy(attempt.pool, attempt.server, command.model)
        exchange = Exchange(attempt, command.model, inbound.body.operation, target, lease, inbound.generates)
        self._exchange = exchange
        self.phase = "ttft"
        opening = exchange.open(request, meter, command.until - now, self._ask.request_id)
        sent = await (opening if self._prefilling is None else self._prefilling.beside(opening))
        if isinstance(sent, Failed):
            self._exchange = None
            self._upstream_time += sent.outcome.duration
            heed(world.fleet, sent, monotonic())
        else:
            self._upstream_time += sent.ttft
        return sent

    def _request(self, target: Target, body: bytes) -> bytes:
        world = self._world
        trace = world.upstream_trace(self._ask, self._sent) if world.upstream_trace is not None else ""
        self._sent += 1
        head = self._inbound.preamble.head_for(target, trace)
        return b"%bcontent-length: %d\r\n\r\n%b" % (head, len(body), body)

    def _leased(self, command: Send, now: float) -> Lease:
        """Raises CannotLease."""
        fleet, attempt = self._world.fleet, command.attempt
        if self._place is not None and not self._place.left:
            return fleet.seat(self._place, now)
        held = self._prefilling.lease_for(command, now) if self._prefilling is not None else None
        return held or fleet.lease(attempt.pool, attempt.server, now, self._ticket, command.facts)

    async def _relay(self, command: Relay) -> Delivered:
        exchange = self._exchange
        assert exchange is not None
        self.phase = "stream"
        first = monotonic() - self._ask.arrived
        overhead = first - self._upstream_time
        recorder = Recorder(self._world.record_limit) if command.record else None
        headers = changing(command.label, self._inbound.body.operation, self._ask.request_id, overhead)
        shared = passed_on(exchange.head), self._world.labels.fixed(command.label, self._ask.view.model)
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
        Now: _now,
        Note: _note,
        Read: _read,
        Embed: _embed,
        Review: _review,
        Fetch: _fetch,
        Enter: _enter,
        Wait: _wait_for,
        Pause: _pause,
        Prefill: _prefill,
        Send: _send,
        Stand: _stand,
        Relay: _relay,
        Answer: _answer,
    }
    """What answers each command: those that take time, with a coroutine."""
