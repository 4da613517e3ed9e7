"""Answers a flow's commands on virtual time. What takes time is scheduled; everything else is answered at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from wrp_cache.against import Judge
from wrp_policies.cascading.types import Wanted
from wrp_policies.types import Outcome
from wrp_router.fakes.asking import Refused
from wrp_router.fleet import CannotLease, Fleet, Lease
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
    Form,
    Inquire,
    Look,
    Note,
    Now,
    Part,
    Pause,
    Prefill,
    Read,
    Relay,
    Reserve,
    Review,
    Rooms,
    Send,
    SetAside,
    Settle,
    Stand,
    Wait,
    busy,
    serve,
)
from wrp_router.record import Row
from wrp_router.wire.extras import tree_with
from wrp_signals.signal import Embedder, Signal, Tier

from .accounting import books_of, reserve, settle
from .attempts import answer, outcome_of, refused_by
from .engine import Said, SimEngine
from .holding import Holding, body_of
from .inquiring import Inquiring
from .prefilling import HANDED, Prefilling
from .reading import Reader
from .reply import Reply, uncounted
from .sleepers import Sleepers
from .waits import LATER, Waits
from .world import World


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
        self.books = books_of(rooms)

    def arrive(self, ask: Ask, tree: dict[str, Any]) -> None:
        """A request arrives at `ask.arrived`; `tree` is its decoded body."""
        self.world.at(ask.arrived, lambda: _Process(self, ask, tree).step(None))

    def run(self) -> list[Reply]:
        self.world.run()
        return self.replies


class _Process(Waits):
    """One request on its way through the flow."""

    __slots__ = (
        "_aside", "_flow", "_holding", "_lease", "_outcome", "_prefilling", "_reader", "_reply", "_said", "_sim",
        "_tree",
    )  # fmt: skip

    def __init__(self, sim: Simulation, ask: Ask, tree: dict[str, Any]) -> None:
        super().__init__(sim.world, sim.fleet, sim.sleepers)
        self._sim = sim
        self._flow: Flow[None] = serve(ask, sim.rooms)
        self._tree = tree
        self._reply = Reply(ask)
        self._prefilling: Prefilling | None = None
        self._lease: Lease | None = None
        self._said: Said | None = None
        self._aside = b""
        self._holding: Holding | None = None
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
            self._leave_lines()
            if self._prefilling is not None:
                self._prefilling.drop(self._sim.world.now)
            self._sim.replies.append(self._reply)

    def _now(self, command: Now) -> float:
        return self._sim.world.now

    def _note(self, command: Note) -> None:
        assert isinstance(command.record, Row)
        self._reply.row = command.record

    def _look(self, command: Look) -> Entered:
        now = self._sim.world.now
        return Entered(self._sim.fleet.snapshot(now), now)

    def _prefill(self, command: Prefill) -> Failed | object:
        sim, now = self._sim, self._sim.world.now
        if self._prefilling is None:
            self._prefilling = Prefilling(sim.fleet)
        lease = self._prefilling.take(command, self._ticket, now)
        if isinstance(lease, Failed):
            return lease
        engine = sim.engines[lease.pool, lease.server]
        try:
            said = engine.prefill(tree_with(self._tree, command.extra), command.model, now)
        except Refused as refused:
            return refused_by(lease, command.model, self._reply.ask, refused, now)
        outcome = outcome_of(lease, command.model, said, now, said.timing.first_token, False)
        sim.world.at(said.timing.first_token, lambda: self._computed(engine, said, lease, outcome))
        return LATER

    def _computed(self, engine: SimEngine, said: Said, lease: Lease, outcome: Outcome) -> None:
        now = self._sim.world.now
        engine.finished(said, now)
        lease.first(now)
        lease.end(outcome, now)
        self.step(HANDED)

    def _inquire(self, command: Inquire) -> object:
        sim = self._sim
        Inquiring(sim.engines, sim.sleepers, self._reply.ask, self._tree, command, self.step).begin()
        return LATER

    def _send(self, command: Send) -> Failed | object:
        sim, attempt = self._sim, command.attempt
        now = sim.world.now
        try:
            lease = self._lease = self._leased(command, now)
        except CannotLease:
            return busy(attempt.pool, attempt.server, command.model)
        try:
            asked = tree_with(self._tree, command.extra)
            holding = self._holding = Holding(command.hold, asked) if command.hold is not None else None
            tree = asked if holding is None else holding.asking()
            said = self._said = answer(sim.engines[attempt.pool, attempt.server], tree, command, now)
        except Refused as refused:
            return refused_by(lease, command.model, self._reply.ask, refused, now)
        arrives = said.timing.first_token if self._reply.ask.view.stream else said.timing.last_token
        self._outcome = outcome_of(lease, command.model, said, now, arrives, uncounted(self._tree))
        if holding is None:
            sim.world.at(arrives, lambda: self._arrived(Arrived(200, arrives - now)))
            return LATER
        sim.world.at(arrives, lambda: self._first(lease))
        there = holding.until(said)
        held = holding.held(said, self._reply.ask.view.asked())
        sim.world.at(there, lambda: self._arrived(Arrived(200, arrives - now, held)))
        return LATER

    def _leased(self, command: Send, now: float) -> Lease:
        """Raises CannotLease."""
        fleet, attempt = self._sim.fleet, command.attempt
        if self._place is not None and not self._place.left:
            return fleet.seat(self._place, now)
        held = self._prefilling.lease_for(command, now) if self._prefilling is not None else None
        return held or fleet.lease(attempt.pool, attempt.server, now, self._ticket, command.facts)

    def _first(self, lease: Lease) -> None:
        if self._reply.ask.view.stream:
            lease.first(self._sim.world.now)

    def _arrived(self, arrived: Arrived) -> None:
        if self._lease is not None:
            self._first(self._lease)
        self.step(arrived)

    def _set_aside(self, command: SetAside) -> Outcome:
        said, lease, now = self._said, self._lease, self._sim.world.now
        assert said is not None
        assert lease is not None
        assert self._outcome is not None
        assert self._holding is not None
        self._sim.engines[lease.pool, lease.server].finished(said, now)
        outcome = self._holding.cut(self._outcome, now - lease.taken)
        lease.end(outcome, now)
        self._aside = body_of(said, self._holding)
        return outcome

    def _relay(self, command: Relay) -> object:
        if command.aside:
            self._reply.body = self._aside
            took, kept = self._sim.world.now - self._reply.ask.arrived, self._aside if command.record else None
            return Delivered(None, kept, "application/json", first=took, last=took)
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
        body = self._reply.body = body_of(said, self._holding)
        arrived = self._reply.ask.arrived
        kept = body if command.record else None
        self.step(Delivered(self._outcome, kept, "application/json", first=first - arrived, last=now - arrived))

    def _answer(self, command: Answer) -> Delivered:
        if command.hit is not None:
            self._reply.body = command.hit.entry.body
        elif command.refused is not None:
            self._reply.body = command.refused.body or b""
        return self._at_once(command.error.status if command.error else 200)

    def _at_once(self, status: int) -> Delivered:
        took = self._sim.world.now - self._reply.ask.arrived
        return Delivered(status=status, first=took, last=took)

    _ANSWERS: ClassVar[dict[type[Command], Callable[[Any, Any], Any]]] = {
        Now: _now,
        Note: _note,
        Form: lambda self, command: Wanted(),  # nothing modelled has a form
        Read: lambda self, command: self._reader.read(command),
        Embed: lambda self, command: self._reader.embed(command),
        Review: lambda self, command: self._reader.review(command),
        Fetch: lambda self, command: Fetched(None),  # simulations keep everything in memory
        Look: _look,
        SetAside: _set_aside,
        Enter: Waits._enter,
        Wait: Waits._wait_for,
        Part: lambda self, command: True,  # nobody has connections here
        Pause: Waits._pause,
        Prefill: _prefill,
        Inquire: _inquire,
        Send: _send,
        Stand: Waits._stand,
        Relay: _relay,
        Answer: _answer,
        Reserve: lambda self, command: reserve(self._sim.books, command, self._sim.world.now),
        Settle: lambda self, command: settle(self._sim.books, command, self._sim.world.now),
    }
