"""Questions of the router's own on virtual time, before modelled engines. They take servers as live ones do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec
import orjson

from wrp_policies.questions import Again
from wrp_policies.types import Ended, Outcome
from wrp_router.fakes.asking import Refused
from wrp_router.fleet import CannotLease, Fleet, Lease, QueueFull, Ticket
from wrp_router.fleet.desks import Place
from wrp_router.flow import Ask, Enter, Inquire, Inquired, Inquiry, busy
from wrp_router.record import Shed
from wrp_router.wire.inquiries import Speaks, answer_to, changed, prompted, repeated

from .attempts import outcome_of, refused_by
from .engine import Said, SimEngine
from .sleepers import Sleepers

Tree = dict[str, Any]
Then = Callable[[tuple[Inquired, ...]], None]

LATE = "deadline"
"""The reason of one that nobody waits for any longer, as live."""

MODELLED = Speaks(forms=True, likely=True)
"""What modelled engines take."""


class Inquiring:
    """One command of one request; `begin` it once. `then` hears what came of all, after the last of them."""

    __slots__ = ("_ask", "_command", "_engines", "_fleet", "_found", "_sleepers", "_then", "_tree")

    def __init__(
        self,
        engines: Mapping[tuple[str, str], SimEngine],
        sleepers: Sleepers,
        ask: Ask,
        tree: Tree,
        command: Inquire,
        then: Then,
    ) -> None:
        self._engines = engines
        self._fleet: Fleet = sleepers.fleet
        self._sleepers = sleepers
        self._ask = ask
        self._tree = tree
        self._command = command
        self._then = then
        self._found: dict[int, Inquired] = {}

    def begin(self) -> None:
        """All of them at once."""
        for place in range(len(self._command.inquiries)):
            self._enter(place)

    def _enter(self, place: int) -> None:
        fleet, command, now = self._fleet, self._command, self._sleepers.world.now
        inquiry, patience = command.inquiries[place], command.until - now
        pools = (inquiry.question.pool,)
        if fleet.must_wait(pools, now) and fleet.next_free(pools, now) <= patience:
            enter = Enter(pools, patience, command.until, command.priority, inquiry.facts.tenant)
            self._sleepers.enter(enter, patience, partial(self._entered, place))
        else:
            self._stand(place, None)

    def _entered(self, place: int, ticket: Ticket | None, shed: Shed) -> None:
        if ticket is None:
            self._busy(place)
            return
        self._stand(place, ticket)
        self._fleet.leave(ticket, self._sleepers.world.now)

    def _stand(self, place: int, ticket: Ticket | None) -> None:
        inquiry, now, until = self._command.inquiries[place], self._sleepers.world.now, self._command.until
        if not inquiry.lined:
            self._lease(place, lambda: _first(self._fleet, inquiry, now, ticket))
            return
        pool, servers, facts = inquiry.question.pool, inquiry.servers, inquiry.facts
        try:
            stood = self._fleet.lines.stand(pool, servers, facts, now, until)
        except QueueFull:
            self._busy(place)
            return
        if stood.granted:
            self._seat(place, stood, "")
        else:
            self._sleepers.stand(stood, until, partial(self._seat, place, stood))

    def _seat(self, place: int, stood: Place, shed: Shed) -> None:
        now = self._sleepers.world.now
        if shed:
            self._busy(place)
            return
        self._lease(place, lambda: self._fleet.seat(stood, now))
        self._fleet.lines.leave(stood, now)

    def _lease(self, place: int, take: Callable[[], Lease]) -> None:
        if self._sleepers.world.now >= self._command.until:
            self._busy(place)
            return
        try:
            lease = take()
        except CannotLease:
            self._busy(place)
            return
        inquiry, world, until = self._command.inquiries[place], self._sleepers.world, self._command.until
        engine, now = self._engines[lease.pool, lease.server], world.now
        try:
            said = engine.answer(self._asked(inquiry), inquiry.model, now)
        except Refused as refused:
            self._at_once(place, refused_by(lease, inquiry.model, self._ask, refused, now).outcome)
            return
        outcome, answer = outcome_of(lease, inquiry.model, said, now, said.timing.last_token, False), None
        if said.timing.last_token <= until:
            answer = answer_to("chat", said.body, likely=not isinstance(inquiry.question.what, Again))
        else:
            gone = {"ended": Ended.TIMED_OUT, "reason": LATE, "duration": until - now, "status": 0}
            outcome = msgspec.structs.replace(outcome, **gone, ttft=0.0, tokens_in=0, tokens_out=0, tokens_cached=0)
        ends, found = min(said.timing.last_token, until), Inquired(answer, outcome)
        world.at(ends, partial(self._ended, place, engine, said, lease, found))

    def _asked(self, inquiry: Inquiry) -> Tree:
        what, tokens = inquiry.question.what, inquiry.question.tokens
        if isinstance(what, Again):
            return changed(self._tree, repeated("chat", self._tree, what, tokens, vendor=False))
        speaks = msgspec.structs.replace(MODELLED, forms=inquiry.formed)
        tree: Tree = orjson.loads(prompted("chat", inquiry.model, what, tokens, speaks))
        return tree

    def _ended(self, place: int, engine: SimEngine, said: Said, lease: Lease, found: Inquired) -> None:
        now = self._sleepers.world.now
        engine.finished(said, now)
        lease.end(found.outcome, now)
        self._came(place, found)

    def _busy(self, place: int) -> None:
        inquiry = self._command.inquiries[place]
        self._at_once(place, busy(inquiry.question.pool, inquiry.servers[0], inquiry.model).outcome)

    def _at_once(self, place: int, outcome: Outcome) -> None:
        """But after whatever goes on now: the flow is still asking."""
        world = self._sleepers.world
        world.at(world.now, partial(self._came, place, Inquired(None, outcome)))

    def _came(self, place: int, found: Inquired) -> None:
        self._found[place] = found
        if len(self._found) == len(self._command.inquiries):
            self._then(tuple([self._found[place] for place in range(len(self._found))]))


def _first(fleet: Fleet, inquiry: Inquiry, now: float, ticket: Ticket | None) -> Lease:
    """Raises CannotLease where none can be taken."""
    pool, servers, facts = inquiry.question.pool, inquiry.servers, inquiry.facts
    for name in servers[:-1]:
        try:
            return fleet.lease(pool, name, now, ticket, facts)
        except CannotLease:
            continue
    return fleet.lease(pool, servers[-1], now, ticket, facts)
