"""Who waits for room, by class, and tenant by tenant in it. It knows no servers: the fleet says when there is room."""

from __future__ import annotations

from collections.abc import Iterable

from .ranks import DEFAULT, QueueFull, Ranked

__all__ = ["QueueFull", "Ticket", "WaitList"]


class Ticket:
    """A place in the line of each of `pools`, of a class. `granted` turns True, once, when `pool` has room for its
    holder. One that is `left` without that, though its holder did not leave, was given to somebody of a higher
    class, or to a tenant of which fewer wait."""

    __slots__ = ("granted", "left", "pool", "pools", "rank", "tenant")

    def __init__(self, pools: tuple[str, ...], rank: int = DEFAULT, tenant: str = "") -> None:
        self.pools = pools
        self.rank = rank
        self.tenant = tenant
        self.pool = ""
        self.granted = False
        self.left = False


class WaitList:
    """At most `limit` tickets; for each pool higher classes first, and within a class one of each tenant in turn.

    A granted ticket has left the line but still holds the room promised to it, until `leave`: nobody can slip in
    between a wake-up and the woken one's lease, of whatever class. All operations are O(classes) per pool of a ticket,
    but for finding out who gives way, where all places are taken.
    """

    __slots__ = ("_all", "_limit", "_lines", "_promised")

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._all: Ranked[Ticket] = Ranked()
        self._lines: dict[str, Ranked[Ticket]] = {}
        self._promised: dict[str, int] = {}

    def __len__(self) -> int:
        """How many wait; granted tickets do not."""
        return len(self._all)

    def counts(self) -> tuple[int, ...]:
        """How many wait, by rank."""
        return self._all.counts()

    def join(self, pools: Iterable[str], rank: int = DEFAULT, tenant: str = "") -> tuple[Ticket, Ticket | None]:
        """A ticket at the end of its tenant's lane, in its class, in the line of each pool; and whose place it took:
        that one has left, and is to be told. Raises QueueFull, or ValueError without any pool."""
        ticket = Ticket(tuple(dict.fromkeys(pools)), rank, tenant)
        if not ticket.pools:
            raise ValueError("a ticket needs a pool to wait for")
        displaced = self._all.in_the_way(rank, self._limit, tenant)
        if displaced is not None:
            self.leave(displaced)
        self._all.add(ticket, rank, tenant)
        for pool in ticket.pools:
            line = self._lines.get(pool)
            if line is None:
                line = self._lines[pool] = Ranked()
            line.add(ticket, rank, tenant)
        return ticket, displaced

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
        """Whose turn is next in this pool."""
        line = self._lines.get(pool)
        return line.first() if line is not None else None

    def length(self, pool: str) -> int:
        """How many wait for this pool."""
        return len(self._lines.get(pool, ()))

    def before(self, pool: str, rank: int, tenant: str) -> int:
        """How many turns there come before that of a newcomer, if nobody comes after him."""
        line = self._lines.get(pool)
        return line.before(rank, tenant) if line is not None else 0

    def grant(self, ticket: Ticket, pool: str) -> None:
        """Promises room in `pool` to a waiting ticket."""
        line = self._lines[pool]
        self._unqueue(ticket)
        line.served(ticket.rank, ticket.tenant)
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
        self._all.remove(ticket, ticket.rank, ticket.tenant)
        for pool in ticket.pools:
            line = self._lines[pool]
            line.remove(ticket, ticket.rank, ticket.tenant)
            if not line:
                del self._lines[pool]
