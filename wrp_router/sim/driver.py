"""Answers a flow's commands on virtual time. What takes time is scheduled; everything else is answered at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from wrp_cache.guard import Judge
from wrp_policies.types import Outcome
from wrp_router.fakes.asking import Refused
from wrp_router.fleet import CannotLease, Fleet, Lease
from wrp_router.fleet.desks import Place
from wrp_router.fleet.queue import QueueFull, Ticket
from wrp_router.flow import (
    Answer,
    Arrived,
    Ask,
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
    Read,
    Relay,
    Review,
    Rooms,
    Send,
    Stand,
    Stood,
    Wait,
    serve,
)
from wrp_router.record import Row, Shed
from wrp_signals.facts import Reading, Vector
from wrp_signals.signal import Embedder, Signal, Tier

from .attempts import answer, busy, outcome_of, refused_by
from .engine import Said, SimEngine
from .prefilling import HANDED, Prefilling
from .reading import Reader
from .reply import Reply, uncounted
from .sleepers import Sleepers
from .world import World

MOMENT = 1e-6
"""Seconds by which a look at the clock comes late, so that it never comes early by a rounding."""
LATER = object()
"""What a command answers that will be answered by an event."""


class Simulation:
    """`engines` by pool and server name. Give `sleepers.wake` to the fleet. Replies are in the order of their ends."""

    def __init__(
        self,
        rooms: Rooms,
        fleet: Fleet,
        engines: Mapping[tuple[str, str], SimEngine],
        signals: Mapping[str, Signal] | None = None,
        embedders: Mapping[Tier, Embedder] | None = None,
        world: World | None = None,
        reviewer: Judge | None = None,
    ) -> None:
        self.rooms = rooms
        self.fleet = fleet
        self.engines = engines
        self.signals = signals or {}
        self.embedders = embedders or {}
        self.world = world or World()
        self.reviewer = reviewer
        self.replies: list[Reply] = []
        self.sleepers = Sleepers(self.world, fleet)

    def arrive(self, ask: Ask, tree: dict[str, Any]) -> None:
        """A request arrives at `ask.arrived`; `tree` is its decoded body."""
        self.world.at(ask.arrived, lambda: _Process(self, ask, tree).step(None))

    def run(self) -> list[Reply]:
        self.world.run()
        return self.replies

    def look(self) -> None:
        """Lets the fleet see what time it is: who waited for a server to come back is woken."""
        self.fleet.snapshot(self.world.now)


class _Process:
    """One request on its way through the flow."""

    __slots__ = (
        "_flow", "_lease", "_outcome", "_place", "_prefilling", "_reader", "_reply", "_said", "_sim", "_ticket",
        "_tree",
    )  # fmt: skip

    def __init__(self, sim: Simulation, ask: Ask, tree: dict[str, Any]) -> None:
        self._sim = sim
        self._flow: Flow[None] = serve(ask, sim.rooms)
        self._tree = tree
        self._reply = Reply(ask)
        self._ticket: Ticket | None = None
        self._place: Place | None = None
        self._prefilling: Prefilling | None = None
        self._lease: Lease | None = None
        self._said: Said | None = None
        self._outcome: Outcome | None = None
        self._reader = Reader(sim.signals, sim.embedders, sim.reviewer)

    def step(self, result: Any) -> None:
        try:
            while True:
                command = self._flow.send(result)
                result = self._ANSWERS[command.__class__](self, command)
                if result is LATER:
                    return
        except StopIteration:
            if self._ticket is not None:
                self._sim.fleet.leave(self._ticket, self._sim.world.now)
            if self._place is not None:
                self._sim.fleet.lines.leave(self._place, self._sim.world.now)
            if self._prefilling is not None:
                self._prefilling.drop(self._sim.world.now)
            self._sim.replies.append(self._reply)

    def _now(self, command: Now) -> float:
        return self._sim.world.now

    def _note(self, command: Note) -> None:
        assert isinstance(command.record, Row)
        self._reply.row = command.record

    def _read(self, command: Read) -> dict[str, Reading]:
        return self._reader.read(command)

    def _embed(self, command: Embed) -> Vector | None:
        return self._reader.embed(command)

    def _review(self, command: Review) -> str | None:
        return self._reader.review(command)

    def _fetch(self, command: Fetch) -> Fetched:
        return Fetched(None)  # simulations keep everything in memory

    def _enter(self, command: Enter) -> Entered | object:
        sim = self._sim
        fleet, now = sim.fleet, sim.world.now
        left = command.until - now
        if left <= 0:
            return Entered(None, now)
        if not fleet.must_wait(command.pools, now):
            return Entered(fleet.snapshot(now), now)
        patience = min(command.patience, left)
        opens = fleet.next_free(command.pools, now)
        if opens > patience:
            return Entered(fleet.snapshot(now), now)
        if opens > 0:  # nobody's leaving will wake us: somebody has to look at the clock then
            sim.world.at(now + opens + MOMENT, sim.look)
        sim.sleepers.enter(command, patience, self._entered)
        return LATER

    def _entered(self, ticket: Ticket | None, shed: Shed) -> None:
        self._ticket = ticket
        now = self._sim.world.now
        self.step(Entered(self._sim.fleet.snapshot(now) if ticket is not None else None, now, shed))

    def _stand(self, command: Stand) -> Stood | object:
        sim = self._sim
        try:
            place = sim.fleet.lines.stand(command.pool, command.choices, command.facts, sim.world.now, command.until)
        except QueueFull:
            return Stood("", "full")
        self._place = place
        if place.granted:
            return Stood(place.server)
        sim.sleepers.stand(place, command.until, lambda shed: self.step(Stood("" if shed else place.server, shed)))
        return LATER

    def _wait_for(self, command: Wait) -> object:
        seat = command.seat
        if seat.settled:
            return None

        def wake() -> None:
            if seat.wake is not None:
                seat.wake = None
                self.step(None)

        world = self._sim.world
        seat.wake = lambda: world.at(world.now, wake)
        world.at(command.until, wake)
        return LATER

    def _pause(self, command: Pause) -> object:
        return self._later(command.seconds, None)

    def _prefill(self, command: Prefill) -> Failed | object:
        sim, now = self._sim, self._sim.world.now
        if self._prefilling is None:
            self._prefilling = Prefilling(sim.fleet)
        lease = self._prefilling.take(command, self._ticket, now)
        if isinstance(lease, Failed):
            return lease
        engine = sim.engines[lease.pool, lease.server]
        try:
            said = engine.prefill(self._tree, command.model, now)
        except Refused as refused:
            return refused_by(lease, command.model, self._reply.ask, refused, now)
        outcome = outcome_of(lease, command.model, said, now, said.timing.first_token, False)

        def computed() -> None:
            engine.finished(said, sim.world.now)
            lease.first(sim.world.now)
            lease.end(outcome, sim.world.now)
            self.step(HANDED)

        sim.world.at(said.timing.first_token, computed)
        return LATER

    def _send(self, command: Send) -> Failed | object:
        sim, attempt = self._sim, command.attempt
        now = sim.world.now
        try:
            lease = self._lease = self._leased(command, now)
        except CannotLease:
            return busy(attempt.pool, attempt.server, command.model)
        try:
            said = self._said = answer(sim.engines[attempt.pool, attempt.server], self._tree, command, now)
        except Refused as refused:
            return refused_by(lease, command.model, self._reply.ask, refused, now)
        arrives = said.timing.first_token if self._reply.ask.view.stream else said.timing.last_token
        self._outcome = outcome_of(lease, command.model, said, now, arrives, uncounted(self._tree))
        sim.world.at(arrives, lambda: self._arrived(Arrived(200, arrives - now)))
        return LATER

    def _leased(self, command: Send, now: float) -> Lease:
        """Raises CannotLease."""
        fleet, attempt = self._sim.fleet, command.attempt
        if self._place is not None and not self._place.left:
            return fleet.seat(self._place, now)
        held = self._prefilling.lease_for(command, now) if self._prefilling is not None else None
        return held or fleet.lease(attempt.pool, attempt.server, now, self._ticket, command.facts)

    def _arrived(self, arrived: Arrived) -> None:
        if self._reply.ask.view.stream and self._lease is not None:
            self._lease.first(self._sim.world.now)
        self.step(arrived)

    def _relay(self, command: Relay) -> object:
        said, now = self._said, self._sim.world.now
        assert said is not None
        self._sim.world.at(said.timing.last_token, lambda: self._delivered(command, now))
        return LATER

    def _delivered(self, command: Relay, first: float) -> None:
        said, lease, now = self._said, self._lease, self._sim.world.now
        assert said is not None
        assert lease is not None
        assert self._outcome is not None
        self._sim.engines[lease.pool, lease.server].finished(said, now)
        lease.end(self._outcome, now)
        self._reply.body = said.body
        arrived = self._reply.ask.arrived
        body = said.body if command.record else None
        self.step(Delivered(self._outcome, body, "application/json", first=first - arrived, last=now - arrived))

    def _answer(self, command: Answer) -> Delivered:
        if command.hit is not None:
            self._reply.body = command.hit.entry.body
        elif command.refused is not None:
            self._reply.body = command.refused.body or b""
        took = self._sim.world.now - self._reply.ask.arrived
        return Delivered(status=command.error.status if command.error else 200, first=took, last=took)

    def _later(self, seconds: float, result: Any) -> object:
        self._sim.world.at(self._sim.world.now + seconds, lambda: self.step(result))
        return LATER

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
