"""The fleet: who is up, how loaded, and who has been promised what. It measures and enforces; it never chooses."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence

from wrp_policies.types import Outcome, Pools
from wrp_router.record import ServerChanged
from wrp_signals.facts import Facts

from .desks import Place
from .health import CLOSED, DONE, FAILED, FAILED_ENOUGH, HALF_OPEN, OK, PROBED_OK, REFUSED, WAITED, Event, evidence
from .lease import CannotLease, Lease
from .lines import Lines
from .measuring import Unseen, compare, credit, receive, settle
from .queue import Ticket, WaitList
from .roster import Roster
from .spec import PoolSpec
from .state import ServerState

LONGEST_COOLING = 120.0
"""Seconds; what an engine asks for beyond that (`Retry-After`) is not believed."""


class Fleet:
    """All pools. Every method that takes `now` (seconds, never going back) does O(1) work per request, plus the number
    of servers of a pool where one of its breakers moves or somebody waits for it.

    `on_change` hears of every breaker that moves, `wake` of every waiting ticket whose turn has come; both are called
    when the fleet is consistent again, and may call back into it. At most `queue` requests wait.
    """

    def __init__(
        self,
        pools: Sequence[PoolSpec],
        rng: random.Random,
        on_change: Callable[[ServerChanged], None],
        wake: Callable[[Ticket | Place], None] = lambda ticket: None,
        queue: int = 1024,
    ) -> None:
        self._rng = rng
        self._on_change = on_change
        self._wake_up = wake
        self._line = WaitList(queue)
        self._in_flight = 0
        self._roster = Roster()
        self.lines = Lines(self._roster, wake)
        self._unseen = Unseen()
        self._due = -math.inf
        self.replace(pools)

    # -- what it shows

    def snapshot(self, now: float) -> Pools:
        """All pools as they stand, in the order configured. The same object as before when nothing changed."""
        if now >= self._due:
            self._let_time_pass(now)
        for lease in self._unseen.over(now):
            settle(lease)
            self._roster.touch(lease.state)
            self.lines.call(lease.state, now)
        return self._roster.view(now)

    def in_flight(self) -> int:
        """Leases out, those of servers that a reload took away included."""
        return self._in_flight

    def waiting(self) -> int:
        """Requests in line, before a pool or a server."""
        return len(self._line) + len(self.lines)

    def load(self, pool: str) -> float:
        """Its busy share, waiting requests included. 1 where no server serves, 0 where one takes any number."""
        waiting = self._line.length(pool) + self.lines.length(pool)
        return self._roster.pools[pool].load(waiting) if pool in self._roster.pools else 0.0

    def url(self, pool: str, server: str) -> str:
        """Where the server is. Raises UnknownServer."""
        return self._roster.at(pool, server).spec.url

    def ours(self, pool: str, server: str) -> tuple[int, int]:
        """(requests, prompt tokens not computed yet) that we have there: what other routers would want to hear. Raises
        UnknownServer."""
        state = self._roster.at(pool, server)
        return state.in_flight, state.prefill.ours - state.queued

    def next_free(self, pools: Iterable[str], now: float) -> float:
        """Seconds until a server of these pools may be tried: 0 if one may now, inf if time alone will not help."""
        there = [self._roster.pools[name] for name in pools if name in self._roster.pools]
        return max(0.0, min([pool.opens_at(now) for pool in there], default=math.inf) - now)

    # -- taking servers

    def lease(
        self, pool: str, server: str, now: float, ticket: Ticket | None = None, facts: Facts | None = None
    ) -> Lease:
        """Takes the server, for a request of which `facts` are known. A `ticket` is used up by it. Raises CannotLease
        where the server is not up, is full, or its room is promised to those who waited. (Of a server that computes
        prompts for others no room is promised: who waited takes the other first.)"""
        if now >= self._due:
            self._let_time_pass(now)
        state = self._roster.servers.get((pool, server))
        if state is None:
            raise CannotLease(pool, server, "is not there any more")
        return self._take(state, now, ticket, facts)

    def seat(self, place: Place, now: float) -> Lease:
        """Takes the server for a place whose turn it is, and uses the place up. Raises CannotLease."""
        if now >= self._due:
            self._let_time_pass(now)
        return self._take(self.lines.take(place), now, None, place.facts)

    def charge(self, lease: Lease, facts: Facts, now: float) -> None:
        """The server, which was taken without a word about the request, is to compute its prompt from now on."""
        lease.taken = now
        credit(lease, facts)
        if not (facts.stream or lease.state.spec.role == "prefill"):  # whose whole answer is a first token
            self._unseen.add(lease)
        self._roster.touch(lease.state)

    def receive(self, lease: Lease, facts: Facts) -> None:
        """The server, which was taken without a word about the request, gets its prompt as another computed it."""
        receive(lease, facts)

    def _take(self, state: ServerState, now: float, ticket: Ticket | None, facts: Facts | None) -> Lease:
        pool, server = state.home.spec.name, state.spec.name
        if not state.admits(now):
            raise CannotLease(pool, server, "is not up")
        if state.spec.limit and state.in_flight >= state.spec.limit:
            raise CannotLease(pool, server, "is full")
        promised = self._line.promised(pool) if state.spec.role != "prefill" else 0
        if promised and not self._line.holds(ticket, pool) and not state.home.has_room(now, promised):
            raise CannotLease(pool, server, "is promised to others")
        state.in_flight += 1
        if state.spec.role != "prefill":
            state.home.turn += 1
        self._in_flight += 1
        lease = Lease(state, now, self._prefilled, self._give_back)
        if facts is not None:
            self.charge(lease, facts, now)
        if state.breaker.state is HALF_OPEN:
            state.breaker.trials += 1
        self._roster.touch(state)
        if ticket is not None:
            self.leave(ticket, now)
        return lease

    def _prefilled(self, lease: Lease, now: float) -> None:
        settle(lease, now - lease.taken)
        self._roster.touch(lease.state)
        self.lines.call(lease.state, now)

    def _give_back(self, lease: Lease, outcome: Outcome | None, now: float) -> None:
        server = lease.state
        server.in_flight -= 1
        self._in_flight -= 1
        settle(lease)
        breaker = server.breaker
        current = lease.epoch == breaker.epoch and not server.gone
        if current and breaker.state is HALF_OPEN:
            breaker.trials -= 1
        self._roster.touch(server)
        if outcome is not None:
            if outcome.ended is DONE:
                server.measure(outcome)
                compare(lease, outcome)
            event = evidence(outcome, breaker.state) if current else None
            if event is OK and breaker.state is CLOSED:
                breaker.note(OK, now)  # what nearly every request comes to; it moves nothing
            elif event is not None:
                self._hear(server, event, outcome.reason or f"status {outcome.status}", now)
        if self._line:
            self._wake_for(server.home.spec.name, now)
        self.lines.call(server, now)

    # -- waiting for room

    def must_wait(self, pools: Iterable[str], now: float) -> bool:
        """Whether a newcomer has to join the line: no pool has room that nobody waits for or was promised."""
        if now >= self._due:
            self._let_time_pass(now)
        line = self._line
        for pool in pools:  # noqa: SIM110 - a generator would double what this costs, and every request pays it
            if (not line or line.first(pool) is None) and self._spare_room(pool, now):
                return False
        return True

    def join(self, pools: Iterable[str]) -> Ticket:
        """A place in line; `wake` is called with it when a pool has room. Raises queue.QueueFull."""
        return self._line.join(pools)

    def leave(self, ticket: Ticket, now: float) -> None:
        """Gives up the place, or the room that was promised. Harmless more than once."""
        self._line.leave(ticket)
        if ticket.granted:
            self._wake_for(ticket.pool, now)

    def _spare_room(self, pool: str, now: float) -> bool:
        """Whether it has more room than it has promised; a pool that a reload took away, so that nobody waits on."""
        state = self._roster.pools.get(pool)
        return state is None or state.has_room(now, self._line.promised(pool))

    def _wake_for(self, pool: str, now: float) -> None:
        while (ticket := self._line.first(pool)) is not None and self._spare_room(pool, now):
            self._line.grant(ticket, pool)
            self._wake_up(ticket)

    # -- what it hears

    def probed(self, pool: str, server: str, ok: bool, now: float, reason: str = "probe") -> None:
        """An active health check came back. Success closes the breaker at once; failure counts as a failed request."""
        if now >= self._due:
            self._let_time_pass(now)
        state = self._roster.servers.get((pool, server))
        if state is not None:
            self._hear(state, PROBED_OK if ok else FAILED, "probe" if ok else reason, now)

    def reported(self, pool: str, server: str, waiting: int, total: int = 0, pending: int = 0) -> None:
        """The engine says how many requests it has queued, how many in `total` (those that run included; 0: not said),
        and how many prompt tokens are `pending` there (0: not said)."""
        state = self._roster.servers.get((pool, server))
        if state is not None:
            state.reported(waiting, total, pending)
            self._roster.touch(state)

    def cool(self, pool: str, server: str, until: float, now: float) -> None:
        """The engine asked to be left alone until then (`Retry-After`); two minutes at most. Never shortens."""
        state = self._roster.servers.get((pool, server))
        end = min(until, now + LONGEST_COOLING)
        if state is not None and end > max(now, state.cool_until):  # false for NaN, too
            state.cool_until = end
            self._due = -math.inf  # who waits for it may go elsewhere
            self._roster.touch(state)

    def drain(self, pool: str, server: str) -> None:
        """Nothing new for this server; its leases run out. Raises UnknownServer."""
        self._set_draining(self._roster.at(pool, server), True)

    def undrain(self, pool: str, server: str) -> None:
        """Takes requests again. Raises UnknownServer."""
        self._set_draining(self._roster.at(pool, server), False)

    def replace(self, pools: Sequence[PoolSpec]) -> None:
        """A reload. A server that keeps pool, name and url keeps its state; one that is gone finishes its leases.

        Raises ValueError, before anything changed, where two pools, or two servers of a pool, share a name.
        """
        self._roster.replace(pools)
        self._due = -math.inf  # so that the next look at the clock also wakes those for whom there is room now

    # -- inside

    def _set_draining(self, server: ServerState, draining: bool) -> None:
        server.draining = draining
        self._roster.touch_all(server.home)
        self._due = -math.inf  # there may be room for somebody who waits

    def _hear(self, server: ServerState, event: Event, reason: str, now: float) -> None:
        """Evidence about a server; moves its breaker if there is enough of it and the pool can spare it."""
        breaker = server.breaker
        breaker.note(event, now)
        why = reason if event is FAILED else event
        if event is FAILED and breaker.state is CLOSED:
            enough = breaker.enough(now)
            if enough and server.peers.may_eject(reason == REFUSED):
                event, why = FAILED_ENOUGH, f"{enough}, the last: {reason}"
        self._move(server, event, why, now)

    def _move(self, server: ServerState, event: Event, why: str, now: float) -> None:
        breaker = server.breaker
        before = breaker.state
        if not breaker.move(event, now, self._rng):
            return
        if breaker.state is CLOSED:
            server.recovered_at = now
            server.home.forget(server)  # it may have been restarted: what it still knows, it will say
        self._due = -math.inf  # other servers' places, the waiting and the next deadline depend on it
        self._roster.touch_all(server.home)
        self._on_change(ServerChanged(now, server.home.spec.name, server.spec.name, before, breaker.state, why))

    def _let_time_pass(self, now: float) -> None:
        """Half-opens breakers, ends coolings, warms up the recovered, and wakes those for whom there is room now."""
        self._due = math.inf
        for server in list(self._roster.servers.values()):
            if server.breaker.waited(now):
                self._move(server, WAITED, "waited", now)
            if server.is_timed():
                self._roster.touch(server)
            self._due = min(self._due, server.changes_by_time(now))
        for pool in self._line.pools():
            self._wake_for(pool, now)
        self._due = min(self._due, self.lines.look(now))
