"""The line before the pools: who must wait for room, and whom it is promised to. Which server it is, others decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .pool import PoolState
from .queue import Ticket, WaitList
from .roster import Roster


class Entrance:
    """At most `limit` wait. `wake` hears of every ticket whose turn has come, or whose place went to a higher class,
    when all else is consistent again, and may call back."""

    __slots__ = ("_line", "_roster", "_wake")

    def __init__(self, roster: Roster, wake: Callable[[Ticket], None], limit: int) -> None:
        self._roster = roster
        self._wake = wake
        self._line = WaitList(limit)

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

    def join(self, pools: Iterable[str], rank: int) -> Ticket:
        """A place in line, maybe that of another, who is woken. Raises QueueFull."""
        ticket, displaced = self._line.join(pools, rank)
        if displaced is not None:
            self._wake(displaced)
        return ticket

    def leave(self, ticket: Ticket, now: float) -> None:
        """It gave up its place, or the room that it was promised. Harmless more than once."""
        self._line.leave(ticket)
        if ticket.granted:
            self.call(ticket.pool, now)

    def call(self, pool: str, now: float) -> None:
        """Promises what room the pool has to those whose turn it is."""
        line = self._line
        while (ticket := line.first(pool)) is not None and self._spare_room(pool, now):
            line.grant(ticket, pool)
            self._wake(ticket)

    def call_all(self, now: float) -> None:
        """The same for every pool that somebody waits for."""
        for pool in self._line.pools():
            self.call(pool, now)

    def _spare_room(self, pool: str, now: float) -> bool:
        """Whether it has more room than it has promised; a pool that a reload took away, so that nobody waits on."""
        state = self._roster.pools.get(pool)
        return state is None or state.has_room(now, self._line.promised(pool))
