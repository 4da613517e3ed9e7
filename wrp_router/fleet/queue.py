"""Who waits for room, in order of arrival. It knows nothing of servers: the fleet says when there is room."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable


class QueueFull(Exception):
    """As many requests wait as may."""


class Ticket:
    """A place in the line of each of `pools`. `granted` turns True, once, when `pool` has room for its holder."""

    __slots__ = ("granted", "left", "pool", "pools")

    def __init__(self, pools: tuple[str, ...]) -> None:
        self.pools = pools
        self.pool = ""
        self.granted = False
        self.left = False


class WaitList:
    """At most `limit` tickets, first come first served for each pool.

    A granted ticket has left the line but still holds the room promised to it, until `leave`: nobody can slip in
    between a wake-up and the woken one's lease. All operations are O(1) per pool of a ticket.
    """

    __slots__ = ("_limit", "_lines", "_promised", "_waiting")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._waiting = 0
        # an OrderedDict, because deleting from a dict's front makes the next look at it walk over the gap
        self._lines: dict[str, OrderedDict[Ticket, None]] = {}
        self._promised: dict[str, int] = {}

    def __len__(self) -> int:
        """How many wait; granted tickets do not."""
        return self._waiting

    def join(self, pools: Iterable[str]) -> Ticket:
        """A ticket at the end of the line of each pool. Raises QueueFull, or ValueError without any pool."""
        ticket = Ticket(tuple(dict.fromkeys(pools)))
        if not ticket.pools:
            raise ValueError("a ticket needs a pool to wait for")
        if self._waiting >= self._limit:
            raise QueueFull(f"{self._waiting} requests wait already")
        for pool in ticket.pools:
            self._lines.setdefault(pool, OrderedDict())[ticket] = None
        self._waiting += 1
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """The holder took its room, or gave up. More than once is harmless."""
        if ticket.left:
            return
        ticket.left = True
        if not ticket.granted:
            self._unqueue(ticket)
            return
        self._promised[ticket.pool] -= 1
        if not self._promised[ticket.pool]:
            del self._promised[ticket.pool]

    def first(self, pool: str) -> Ticket | None:
        """Who has waited longest for this pool."""
        line = self._lines.get(pool)
        return next(iter(line)) if line else None

    def length(self, pool: str) -> int:
        """How many wait for this pool."""
        return len(self._lines.get(pool, ()))

    def grant(self, ticket: Ticket, pool: str) -> None:
        """Promises room in `pool` to a waiting ticket."""
        self._unqueue(ticket)
        ticket.granted, ticket.pool = True, pool
        self._promised[pool] = self._promised.get(pool, 0) + 1

    def promised(self, pool: str) -> int:
        """How many granted tickets have room in this pool coming to them."""
        return self._promised.get(pool, 0)

    def holds(self, ticket: Ticket | None, pool: str) -> bool:
        """Whether the ticket is one of those."""
        return ticket is not None and ticket.pool == pool and not ticket.left

    def pools(self) -> tuple[str, ...]:
        """The pools that somebody waits for."""
        return tuple(self._lines)

    def _unqueue(self, ticket: Ticket) -> None:
        for pool in ticket.pools:
            line = self._lines[pool]
            del line[ticket]
            if not line:
                del self._lines[pool]
        self._waiting -= 1
