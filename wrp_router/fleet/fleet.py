"""The fleet: who is up, how loaded, and who has been promised what. It measures and enforces; it never chooses."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence

from wrp_policies.types import Outcome, Pools
from wrp_router.record import ServerChanged

from .health import (
    CLOSED,
    DONE,
    FAILED,
    FAILED_ENOUGH,
    HALF_OPEN,
    OK,
    OPEN,
    PROBED_OK,
    REFUSED,
    WAITED,
    Event,
    evidence,
)
from .lease import CannotLease, Lease, UnknownServer
from .queue import Ticket, WaitList
from .spec import PoolSpec, refuse_namesakes
from .state import PoolState, ServerState

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
        wake: Callable[[Ticket], None] = lambda ticket: None,
        queue: int = 1024,
    ) -> None:
        self._rng = rng
        self._on_change = on_change
        self._wake_up = wake
        self._line = WaitList(queue)
        self._in_flight = 0
        self._pools: dict[str, PoolState] = {}
        self._servers: dict[tuple[str, str], ServerState] = {}
        self._stale: list[PoolState] = []
        self._view: Pools = ()
        self._due = -math.inf
        self.replace(pools)

    # -- what it shows

    def snapshot(self, now: float) -> Pools:
        """All pools as they stand, in the order configured. The same object as before when nothing changed."""
        if now >= self._due:
            self._let_time_pass(now)
        if self._stale:
            for pool in self._stale:
                pool.refresh(now)
            self._stale.clear()
            self._view = tuple([pool.view for pool in self._pools.values()])
        return self._view

    def in_flight(self) -> int:
        """Leases out, those of servers that a reload took away included."""
        return self._in_flight

    def waiting(self) -> int:
        """Requests in line."""
        return len(self._line)

    def load(self, pool: str) -> float:
        """Its busy share, waiting requests included. 1 where no server serves, 0 where one takes any number."""
        return self._pools[pool].load(self._line.length(pool)) if pool in self._pools else 0.0

    def url(self, pool: str, server: str) -> str:
        """Where the server is. Raises UnknownServer."""
        return self._at(pool, server).spec.url

    def next_free(self, pools: Iterable[str], now: float) -> float:
        """Seconds until a server of these pools may be tried: 0 if one may now, inf if time alone will not help."""
        soonest = math.inf
        for name in pools:
            for server in self._pools[name].servers if name in self._pools else ():
                if not server.draining:
                    opens = server.breaker.until if server.breaker.state is OPEN and not server.home.panic else now
                    soonest = min(soonest, max(opens, server.cool_until))
        return max(0.0, soonest - now)

    # -- taking servers

    def lease(self, pool: str, server: str, now: float, ticket: Ticket | None = None) -> Lease:
        """Takes the server. A `ticket` is used up by it. Raises CannotLease where the server is not up, is full, or
        its room is promised to those who waited."""
        if now >= self._due:
            self._let_time_pass(now)
        state = self._servers.get((pool, server))
        if state is None:
            raise CannotLease(pool, server, "is not there any more")
        if not state.admits(now):
            raise CannotLease(pool, server, "is not up")
        if state.spec.limit and state.in_flight >= state.spec.limit:
            raise CannotLease(pool, server, "is full")
        promised = self._line.promised(pool)
        if promised and not self._line.holds(ticket, pool) and not state.home.has_room(now, promised):
            raise CannotLease(pool, server, "is promised to others")
        state.in_flight += 1
        state.home.turn += 1
        self._in_flight += 1
        lease = Lease(state, self._give_back)
        if state.breaker.state is HALF_OPEN:
            state.breaker.trials += 1
        self._touch(state)
        if ticket is not None:
            self.leave(ticket, now)
        return lease

    def _give_back(self, server: ServerState, epoch: int, outcome: Outcome | None, now: float) -> None:
        server.in_flight -= 1
        self._in_flight -= 1
        breaker = server.breaker
        current = epoch == breaker.epoch and not server.gone
        if current and breaker.state is HALF_OPEN:
            breaker.trials -= 1
        self._touch(server)
        if outcome is not None:
            if outcome.ended is DONE:
                server.measure(outcome)
            event = evidence(outcome, breaker.state) if current else None
            if event is OK and breaker.state is CLOSED:
                breaker.note(OK, now)  # what nearly every request comes to; it moves nothing
            elif event is not None:
                self._hear(server, event, outcome.reason or f"status {outcome.status}", now)
        if self._line:
            self._wake_for(server.home.spec.name, now)

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
        state = self._pools.get(pool)
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
        state = self._servers.get((pool, server))
        if state is not None:
            self._hear(state, PROBED_OK if ok else FAILED, "probe" if ok else reason, now)

    def reported(self, pool: str, server: str, waiting: int) -> None:
        """The engine says how many requests it has queued."""
        state = self._servers.get((pool, server))
        if state is not None and state.waiting != waiting:
            state.waiting = max(0, waiting)
            self._touch(state)

    def cool(self, pool: str, server: str, until: float, now: float) -> None:
        """The engine asked to be left alone until then (`Retry-After`); two minutes at most. Never shortens."""
        state = self._servers.get((pool, server))
        end = min(until, now + LONGEST_COOLING)
        if state is not None and end > max(now, state.cool_until):  # false for NaN, too
            state.cool_until = end
            self._due = min(self._due, end)
            self._touch(state)

    def drain(self, pool: str, server: str) -> None:
        """Nothing new for this server; its leases run out. Raises UnknownServer."""
        self._set_draining(self._at(pool, server), True)

    def undrain(self, pool: str, server: str) -> None:
        """Takes requests again. Raises UnknownServer."""
        self._set_draining(self._at(pool, server), False)

    def replace(self, pools: Sequence[PoolSpec]) -> None:
        """A reload. A server that keeps pool, name and url keeps its state; one that is gone finishes its leases.

        Raises ValueError, before anything changed, where two pools, or two servers of a pool, share a name.
        """
        refuse_namesakes(pools)
        old_pools, old = self._pools, self._servers
        self._pools, self._servers = {}, {}
        for spec in pools:
            pool = self._pools[spec.name] = PoolState(spec)
            pool.turn = old_pools[spec.name].turn if spec.name in old_pools else 0
            for one in spec.servers:
                kept = old.get((spec.name, one.name))
                server = kept if kept is not None and kept.spec.url == one.url else ServerState(one, pool)
                server.spec = one
                pool.add(server)
                self._servers[spec.name, one.name] = server
            pool.reconsider()
            pool.listed = True
        for key, server in old.items():
            server.gone = self._servers.get(key) is not server
        self._stale = list(self._pools.values())
        self._view = ()
        self._due = -math.inf  # so that the next look at the clock also wakes those for whom there is room now

    # -- inside

    def _at(self, pool: str, server: str) -> ServerState:
        try:
            return self._servers[pool, server]
        except KeyError:
            raise UnknownServer(f"{pool}/{server}") from None

    def _touch(self, server: ServerState) -> None:
        if server.stale or server.gone:
            return
        server.stale = True
        home = server.home
        home.stale.append(server)
        if not home.listed:
            home.listed = True
            self._stale.append(home)

    def _set_draining(self, server: ServerState, draining: bool) -> None:
        server.draining = draining
        self._touch_all(server.home)
        self._due = -math.inf  # there may be room for somebody who waits

    def _touch_all(self, pool: PoolState) -> None:
        pool.reconsider()
        for server in pool.servers:
            self._touch(server)

    def _hear(self, server: ServerState, event: Event, reason: str, now: float) -> None:
        """Evidence about a server; moves its breaker if there is enough of it and the pool can spare it."""
        breaker = server.breaker
        breaker.note(event, now)
        why = reason if event is FAILED else event
        if event is FAILED and breaker.state is CLOSED:
            enough = breaker.enough(now)
            if enough and server.home.may_eject(reason == REFUSED):
                event, why = FAILED_ENOUGH, f"{enough}, the last: {reason}"
        self._move(server, event, why, now)

    def _move(self, server: ServerState, event: Event, why: str, now: float) -> None:
        breaker = server.breaker
        before = breaker.state
        if not breaker.move(event, now, self._rng):
            return
        if breaker.state is CLOSED:
            server.recovered_at = now
        self._due = -math.inf  # other servers' places, the waiting and the next deadline depend on it
        self._touch_all(server.home)
        self._on_change(ServerChanged(now, server.home.spec.name, server.spec.name, before, breaker.state, why))

    def _let_time_pass(self, now: float) -> None:
        """Half-opens breakers, ends coolings, warms up the recovered, and wakes those for whom there is room now."""
        self._due = math.inf
        for server in list(self._servers.values()):
            if server.breaker.waited(now):
                self._move(server, WAITED, "waited", now)
            if server.is_timed():
                self._touch(server)
            self._due = min(self._due, server.changes_by_time(now))
        for pool in self._line.pools():
            self._wake_for(pool, now)
