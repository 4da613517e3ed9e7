"""The line before the pools: who must wait for room, and whom it is promised to. Which server it is, others decide."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from wrp_router.record import Shed

from .pool import PoolState
from .queue import QueueFull, Ticket, WaitList
from .roster import Roster
from .standing import Standing

ANY = math.inf
"""The bound of who waits for any time."""


class TooLong(QueueFull):
    """There is a place in line, but its turn would come too late."""


def reason_of(full: QueueFull) -> Shed:
    """Why there was no place, in the word that rows have for it."""
    return "long" if isinstance(full, TooLong) else "full"


class Entrance:
    """At most `limit` wait. `wake` hears of every ticket whose turn has come, or whose place went to another, when all
    else is consistent again, and may call back."""

    __slots__ = ("_line", "_roster", "_standing", "_wake")

    def __init__(self, roster: Roster, wake: Callable[[Ticket], None], limit: int) -> None:
        self._roster = roster
        self._wake = wake
        self._line = WaitList(limit)
        self._standing: dict[str, Standing] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._line)

    def length(self, pool: str) -> int:
        """How many of them wait for this pool."""
        return self._line.length(pool)

    def counts(self) -> tuple[int, ...]:
        """How many wait, by rank."""
        return self._line.counts()

    def promised(self, pool: str) -> int:
        """How many have room in this pool coming to them."""
        return self._line.promised(pool)

    def closed(self, pools: Iterable[str], now: float) -> bool:
        """Whether no pool has room that nobody waits for or was promised."""
        line = self._line
        for pool in pools:  # noqa: SIM110 - a generator would double what this costs, and every request pays it
            if line.first(pool) is None and self._spare_room(pool, now):
                return False
        return True

    def promised_to_others(self, home: PoolState, ticket: Ticket | None, now: float) -> bool:
        """Whether the pool has no room but for tickets of which this is none."""
        pool = home.spec.name
        promised = self._line.promised(pool)
        return bool(promised) and not self._line.holds(ticket, pool) and not home.has_room(now, promised)

    def join(self, pools: Iterable[str], rank: int, tenant: str, now: float, bound: float = ANY) -> Ticket:
        """A place in line for as long as it takes, maybe that of another. `wake` is called with the ticket when a pool
        has room, and with that of whoever gives way to it. Raises QueueFull, and TooLong where overload is certain
        and a wait of more than `bound` seconds, too."""
        pools = tuple(dict.fromkeys(pools))
        if bound < ANY and pools and all([self._too_long(pool, pools, rank, tenant, now, bound) for pool in pools]):
            raise TooLong("its turn would come too late")
        ticket, displaced = self._line.join(pools, rank, tenant)
        for pool in pools:
            if pool not in self._standing:
                self._standing[pool] = Standing(now)
        if displaced is not None:
            self._look_whether_empty(displaced)
            self._wake(displaced)
        return ticket

    def _too_long(self, pool: str, pools: tuple[str, ...], rank: int, tenant: str, now: float, bound: float) -> bool:
        """Whether its line was not empty for longer than that, is as long as what the newcomer's pools have now, and
        takes more than that for it. Where answers take long a line moves seldom: then no more wait than are being
        answered. (All its pools, since who waits for several stands in the line of each.)"""
        standing = self._standing.get(pool)
        if standing is None or pool not in self._roster.pools or now - standing.since <= bound:
            return False
        before = self._line.before(pool, rank, tenant)
        homes = [self._roster.pools[name] for name in pools if name in self._roster.pools]
        here = sum([server.in_flight for home in homes for server in home.answering.servers])
        return before >= max(1, here) and standing.wait(before, now, bound) > bound

    def leave(self, ticket: Ticket, now: float) -> None:
        """It gave up its place, or the room that it was promised. Harmless more than once."""
        self._line.leave(ticket)
        if ticket.granted:
            self.call(ticket.pool, now)
        else:
            self._look_whether_empty(ticket)

    def call(self, pool: str, now: float) -> None:
        """Promises what room the pool has to those whose turn it is."""
        line = self._line
        while (ticket := line.first(pool)) is not None and self._spare_room(pool, now):
            line.grant(ticket, pool)
            for stood in ticket.pools:
                self._standing[stood].moved(now)  # a place further for whoever else waits there, too
            self._look_whether_empty(ticket)
            self._wake(ticket)

    def call_all(self, now: float) -> None:
        """The same for every pool that somebody waits for."""
        for pool in self._line.pools():
            self.call(pool, now)

    def _look_whether_empty(self, left: Ticket) -> None:
        """Of the lines that it stood in."""
        for pool in left.pools:
            if self._line.first(pool) is None:
                self._standing.pop(pool, None)

    def _spare_room(self, pool: str, now: float) -> bool:
        """Whether it has more room than it has promised; a pool that a reload took away, so that nobody waits on."""
        state = self._roster.pools.get(pool)
        return state is None or state.has_room(now, self._line.promised(pool))
