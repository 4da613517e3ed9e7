"""The fleet: who is up, how loaded, and who has been promised what. It measures and enforces; it never chooses."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence

from wrp_policies.types import Outcome, Pools
from wrp_router.record import ServerChanged
from wrp_signals.facts import RANK, Facts, Priority

from .desks import Place
from .entrance import Entrance
from .health import CLOSED, DONE, FAILED, HALF_OPEN, OK, PROBED_OK, SLOW, WAITED, Event, evidence
from .judging import ended, first_token, returned, slow, weigh
from .lease import CannotLease, Lease
from .lines import Lines
from .measuring import Unseen, compare, credit, receive, settle
from .pool import PoolState
from .queue import Ticket
from .reports import Heard, Report
from .roster import Roster
from .spec import PoolSpec
from .state import ServerState
from .window import NOBODY

LONGEST_COOLING = 120.0
"""Seconds; what an engine asks for beyond that (`Retry-After`) is not believed."""


class Fleet:
    """All pools. Every method that takes `now` (seconds, never going back) does O(1) work per request, plus the number
    of servers of a pool where one of its breakers moves or somebody waits for it.

    `on_change` hears of every breaker that moves, `wake` of every waiting ticket whose turn has come, or whose place
    went to another; both are called when the fleet is consistent again, and may call back. At most `queue` wait.
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
        self._in_flight = 0
        self._roster = Roster()
        self.entrance = Entrance(self._roster, wake, queue)
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
        return len(self.entrance) + len(self.lines)

    def depths(self) -> dict[Priority, int]:
        """The same by class."""
        counts, standing = self.entrance.counts(), self.lines.counts()
        return {priority: counts[rank] + standing[rank] for priority, rank in RANK.items()}

    def load(self, pool: str) -> float:
        """Its busy share, waiting requests included. 1 where no server serves, 0 where one takes any number."""
        waiting = self.entrance.length(pool) + self.lines.length(pool)
        return self._roster.pools[pool].load(waiting) if pool in self._roster.pools else 0.0

    def url(self, pool: str, server: str) -> str:
        """Where the server is. Raises UnknownServer."""
        return self._roster.at(pool, server).spec.url

    def ours(self, pool: str, server: str) -> tuple[int, int]:
        """(requests, prompt tokens not computed yet) that we have there: what other routers would want to hear. Raises
        UnknownServer."""
        state = self._roster.at(pool, server)
        return state.in_flight, state.prefill.ours - state.queued

    def heard(self, now: float) -> dict[tuple[str, str], Heard]:
        """What was said of servers' loads, by pool and server; nothing of those of which nothing was said lately."""
        if now >= self._due:
            self._let_time_pass(now)
        return self._roster.heard()

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
        lease.taken, lease.caller = now, facts.tenant
        credit(lease, facts)
        if lease.state.answers and not facts.stream:  # of all others the first token is seen
            self._unseen.add(lease)
        self._roster.touch(lease.state)

    def receive(self, lease: Lease, facts: Facts) -> None:
        """The same, but another computed its prompt."""
        lease.caller = facts.tenant
        receive(lease, facts)

    def _take(self, state: ServerState, now: float, ticket: Ticket | None, facts: Facts | None) -> Lease:
        if not state.admits(now):
            raise CannotLease(state.home.spec.name, state.spec.name, "is not up")
        if state.limit and state.in_flight >= state.limit:
            raise CannotLease(state.home.spec.name, state.spec.name, "is full")
        if state.answers and self.entrance.promised_to_others(state.home, ticket, now):
            raise CannotLease(state.home.spec.name, state.spec.name, "is promised to others")
        state.take()
        if state.answers:
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
        server = lease.state
        watched = server.limiter is not None or server.speed is not None
        grown = watched and first_token(lease, now, self.entrance.promised(lease.pool))
        settle(lease, now - lease.taken)
        self._roster.touch(server)
        if grown:
            self.entrance.call(lease.pool, now)
        self.lines.call(server, now)

    def _give_back(self, lease: Lease, outcome: Outcome | None, now: float) -> None:
        server = lease.state
        server.in_flight -= 1
        self._in_flight -= 1
        if outcome is not None and (server.limiter is not None or server.speed is not None):
            ended(lease, outcome, now, self.entrance.promised(lease.pool))
        settle(lease)
        breaker = server.breaker
        current = lease.epoch == breaker.epoch and not server.gone
        if current and breaker.state is HALF_OPEN:
            breaker.trials -= 1
        self._roster.touch(server)
        if outcome is not None:
            if outcome.ended is DONE:
                server.measure(outcome, now)
                compare(lease, outcome)
            event = evidence(outcome, breaker.state) if current else None
            if event is OK and breaker.state is CLOSED:
                breaker.note(OK, now, lease.caller)  # what nearly every request comes to; it moves nothing
            elif event is not None:
                self._hear(server, event, outcome.reason or f"status {outcome.status}", now, lease.caller)
        self.entrance.call(server.home.spec.name, now)
        self.lines.call(server, now)

    # -- waiting for room

    def must_wait(self, pools: Iterable[str], now: float) -> bool:
        """Whether a newcomer has to join the line: no pool has room that is nobody's yet."""
        if now >= self._due:
            self._let_time_pass(now)
        return self.entrance.closed(pools, now)

    def leave(self, ticket: Ticket, now: float) -> None:
        """Gives up the place, or the room that was promised. Harmless more than once."""
        self.entrance.leave(ticket, now)

    # -- what it hears

    def probed(self, pool: str, server: str, ok: bool, now: float, reason: str = "probe") -> None:
        """An active health check came back. Success closes the breaker at once, but one that opened for slowness: it
        says nothing of that. Failure counts as a failed request."""
        if now >= self._due:
            self._let_time_pass(now)
        state = self._roster.servers.get((pool, server))
        if state is not None and not (ok and state.speed is not None and state.speed.ejected):
            self._hear(state, PROBED_OK if ok else FAILED, "probe" if ok else reason, now)

    def reported(self, pool: str, server: str, report: Report, now: float) -> None:
        """What a server has, says its engine, or whoever knows. It is good for as long as `PoolSpec.stale` says, then
        it is forgotten, and only our own requests count."""
        state = self._roster.servers.get((pool, server))
        if state is not None:
            state.reported(report, now)
            self._due = min(self._due, state.stale_at)
            self._roster.touch(state)

    def cool(self, pool: str, server: str, until: float, now: float) -> None:
        """The engine asked to be left alone until then (`Retry-After`); two minutes at most. Never shortens."""
        state = self._roster.servers.get((pool, server))
        end = min(until, now + LONGEST_COOLING)
        if state is not None and end > max(now, state.cool_until):  # false for NaN, too
            state.cool_until = end
            self._due = -math.inf  # who waits for it may go elsewhere
            self._roster.touch(state)

    def drain(self, pool: str, server: str, draining: bool = True) -> None:
        """Nothing new for this server; its leases run out. Raises UnknownServer."""
        state = self._roster.at(pool, server)
        state.draining = draining
        self._roster.touch_all(state.home)
        self._due = -math.inf  # there may be room for somebody who waits

    def undrain(self, pool: str, server: str) -> None:
        """Takes requests again. Raises UnknownServer."""
        self.drain(pool, server, draining=False)

    def replace(self, pools: Sequence[PoolSpec]) -> None:
        """A reload. Who keeps pool, name and url keeps its state; who is gone finishes its leases. Raises
        ValueError, before anything changed, where two pools, or two servers of a pool, share a name."""
        self._roster.replace(pools)
        self._due = -math.inf  # so that the next look at the clock also wakes those for whom there is room now

    # -- inside

    def _hear(self, server: ServerState, event: Event, reason: str, now: float, caller: str = NOBODY) -> None:
        """Evidence about a server; moves its breaker if there is enough of it and the pool can spare it."""
        self._move(server, *weigh(server, event, reason, now, caller), now)

    def _move(self, server: ServerState, event: Event, why: str, now: float) -> None:
        breaker = server.breaker
        before = breaker.state
        if not breaker.move(event, now, self._rng):
            return
        if breaker.state is CLOSED:
            returned(server, now)
            server.home.forget(server)  # it may have been restarted: what it still knows, it will say
        self._due = -math.inf  # other servers' places, the waiting and the next deadline depend on it
        self._roster.touch_all(server.home)
        where = server.home.spec.name, server.spec.name
        self._on_change(ServerChanged(now, *where, before, breaker.state, why, event))

    def _let_time_pass(self, now: float) -> None:
        """Half-opens breakers, ends coolings, warms up the recovered, forgets old reports, wakes who has room now."""
        self._due = math.inf
        for server in list(self._roster.servers.values()):
            if server.breaker.waited(now):
                self._move(server, WAITED, "waited", now)
            if server.is_timed(now):
                self._roster.touch(server)
            self._due = min(self._due, server.changes_by_time(now))
        for home in self._roster.pools.values():
            self._eject_slow(home, now)
        self.entrance.call_all(now)
        self._due = min(self._due, self.lines.look(now))

    def _eject_slow(self, pool: PoolState, now: float) -> None:
        """As many as the pool can spare."""
        for server, why in slow(pool, now):
            if server.peers.may_eject(False) and server.speed is not None:
                server.speed.ejected = True
                self._move(server, SLOW, why, now)
        if pool.outliers is not None:
            self._due = min(self._due, pool.outliers.due)
