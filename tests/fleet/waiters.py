"""Tickets of all classes for a random fleet, what they are told, and what must hold of them whatever happens."""

from __future__ import annotations

from wrp_router.fleet import Fleet, QueueFull, Ticket
from wrp_signals.facts import RANK, Priority

SHEDDABLE = RANK["sheddable"]


class Waiters:
    """Of a fleet with `limit` places in its line. `tickets` are those that wait, and those that were granted."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.tickets: list[Ticket] = []
        self._told: set[Ticket] = set()

    def waiting(self) -> list[Ticket]:
        """Those who have not heard anything."""
        return [ticket for ticket in self.tickets if not (ticket.granted or ticket.left)]

    def join(self, fleet: Fleet, pools: list[str], priority: Priority) -> None:
        """Nobody is refused while somebody of a lower class waits, or beside a place that is for its class."""
        before = len(self.waiting())
        try:
            self.tickets.append(fleet.entrance.join(pools, RANK[priority], "", 0.0))
        except QueueFull:
            assert not [one for one in self.waiting() if one.rank > RANK[priority]]
            assert before >= (self.limit / 2 if priority == "sheddable" else self.limit)

    def woken(self, one: Ticket) -> None:
        """Once: whose turn comes has nobody of a higher class beside it; who gives way has nobody of a lower one."""
        assert one not in self._told
        self._told.add(one)
        if one.granted:
            beside = [other for other in self.waiting() if one.pool in other.pools]
            assert not [other for other in beside if other.rank < one.rank]
        else:
            assert one.left
            self.tickets.remove(one)
            assert not [other for other in self.waiting() if other.rank > one.rank]

    def check(self, fleet: Fleet) -> None:
        """Whoever waits does so until it was told; sheddable requests wait in half of the places only."""
        assert not [one for one in self.tickets if one.left or one.granted != (one in self._told)]
        ranks = [one.rank for one in self.waiting()]
        assert len(ranks) <= ((self.limit + 1) // 2 if SHEDDABLE in ranks else self.limit)
        assert sum(fleet.depths().values()) == fleet.waiting()
        assert fleet.depths()["sheddable"] >= ranks.count(SHEDDABLE)
