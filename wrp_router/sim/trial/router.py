"""One router before the modelled engines: a fleet of its own, a policy of its own, and what it knows of the others."""

from __future__ import annotations

import random
from collections.abc import Callable
from operator import attrgetter

from wrp_policies import Attempt, Balancing, Ended, Fault, NoCapablePool, Outcome, Plan
from wrp_router.fleet import CannotLease, Fleet, Lease, PoolSpec, QueueFull, Ticket
from wrp_router.fleet.desks import Place
from wrp_router.record import ServerChanged
from wrp_router.sim.batching import Job
from wrp_router.sim.traces import Arrival
from wrp_signals.facts import RANK, Facts

POOL, MODEL = "pool", "model"

WAITING = 1 << 30
"""Requests that may wait for room: as many as there are."""

PATIENCE = 60.0
"""Seconds after which a request's deadline is taken to be, by orders that go by it."""


UP = attrgetter("up")


class Request:
    """One request under way, the `number`th to arrive (from 0); `lease`, `job` and `place` are the latest it had, its
    `ticket` is for room. `over` means that it has ended, one way or the other. Where another server computes the
    prompt, the one that is to answer is `held` meanwhile, and `cached` prompt tokens were found there."""

    __slots__ = (
        "arrival", "cached", "facts", "held", "job", "lease", "number", "over", "place", "router", "ticket", "tries",
    )  # fmt: skip

    def __init__(self, number: int, arrival: Arrival, facts: Facts, router: Router) -> None:
        self.number = number
        self.arrival = arrival
        self.facts = facts
        self.router = router
        self.lease: Lease | None = None
        self.held: Lease | None = None
        self.cached = 0
        self.place: Place | None = None
        self.ticket: Ticket | None = None
        self.job: Job | None = None
        self.tries = 0
        self.over = False


class Router:
    """Chooses as a live one does: a snapshot, an order, a lease. It sees its own requests at once, others' when
    told. `changes` are what became of its breakers."""

    def __init__(
        self,
        pool: PoolSpec,
        policy: Balancing,
        rng: random.Random,
        turn: Callable[[Request], None] = lambda request: None,
    ) -> None:
        self.changes: list[ServerChanged] = []
        self.fleet = Fleet([pool], random.Random(rng.getrandbits(64)), self.changes.append, self._woken, WAITING)
        self._turn = turn
        self._standing: dict[Ticket | Place, Request] = {}
        self._plans: dict[str, Plan] = {}  # by server: frozen words, and alike for all its requests
        self.policy = policy
        self.rng = rng

    def choose(self, facts: Facts, now: float) -> tuple[str, ...]:
        """The servers that are up, best first; none where none could take it."""
        pool = self.fleet.snapshot(now)[0]
        if not any(map(UP, pool.servers)):
            return ()
        try:
            return self.policy.order(facts, pool, now, self.rng)
        except NoCapablePool:
            return ()

    def wait(self, request: Request, now: float) -> bool:
        """Whether it has to wait for room; `turn` hears when there is some."""
        if not self.fleet.must_wait((POOL,), now):
            return False
        request.ticket = self.fleet.entrance.join((POOL,), RANK[request.facts.priority], request.facts.tenant, now)
        self._standing[request.ticket] = request
        return True

    def take(self, request: Request, server: str, now: float) -> bool:
        """Sends it there, with its ticket if it waited; whether there was room."""
        try:
            request.lease = self.fleet.lease(POOL, server, now, request.ticket, request.facts)
        except CannotLease:
            return False
        request.ticket = None
        self.policy.placed(request.facts, server, now)
        return True

    def hold(self, request: Request, server: str, now: float) -> bool:
        """Takes the server that is to answer when another has computed the prompt; whether there was room."""
        try:
            request.held = self.fleet.lease(POOL, server, now, request.ticket)
        except CannotLease:
            return False
        request.ticket = None
        self.policy.placed(request.facts, server, now)
        return True

    def stand(self, request: Request, choices: tuple[str, ...], now: float) -> bool:
        """Stands in line before the first of these servers; whether there was a place. `turn` hears of its turn."""
        try:
            place = self.fleet.lines.stand(POOL, choices, request.facts, now, request.arrival.at + PATIENCE)
        except QueueFull:
            return False
        request.place = place
        if place.granted:
            self._turn(request)
        else:
            self._standing[place] = request
        return True

    def _woken(self, place: Ticket | Place) -> None:
        request = self._standing.pop(place, None)
        if request is not None:
            self._turn(request)

    def seat(self, request: Request, now: float) -> bool:
        """Its turn has come: whether the server could be taken."""
        assert request.place is not None
        try:
            request.lease = self.fleet.seat(request.place, now)
        except CannotLease:
            return False
        self.policy.placed(request.facts, request.lease.server, now)
        return True

    def leave(self, request: Request, now: float) -> None:
        """It does not wait for room any more, if it did."""
        if request.ticket is not None:
            self._standing.pop(request.ticket, None)
            self.fleet.leave(request.ticket, now)
            request.ticket = None

    def give_up(self, request: Request, now: float) -> None:
        """Nobody waits for it any more."""
        if request.ticket is not None:
            self.leave(request, now)
        elif request.place is not None and not request.place.left:
            self._standing.pop(request.place, None)
            self.fleet.lines.leave(request.place, now)
        elif request.lease is not None:
            outcome = Outcome(POOL, request.lease.server, MODEL, Ended.CLIENT_GONE)
            self._learn(request, outcome, now)

    def ended(self, request: Request, cached: int, now: float, ttft: float) -> None:
        """Its last token was seen."""
        lease, arrival = request.lease, request.arrival
        assert lease is not None
        self._learn(
            request,
            Outcome(
                POOL,
                lease.server,
                MODEL,
                Ended.DONE,
                Fault.NONE,
                200,
                "",
                ttft,
                now - lease.taken,
                arrival.prompt,
                arrival.output,
                cached,
            ),
            now,
        )

    def failed(self, request: Request, now: float, reason: str) -> None:
        """The connection broke (`reset`), or none was made (`connect`)."""
        assert request.lease is not None
        outcome = Outcome(POOL, request.lease.server, MODEL, Ended.FAILED, Fault.HOST, reason=reason)
        self._learn(request, outcome, now)

    def _learn(self, request: Request, outcome: Outcome, now: float) -> None:
        assert request.lease is not None
        request.lease.end(outcome, now)
        plan = self._plans.get(outcome.server)
        if plan is None:
            plan = self._plans[outcome.server] = Plan((Attempt(POOL, outcome.server),), "")
        self.policy.learn(request.facts, plan, outcome)
