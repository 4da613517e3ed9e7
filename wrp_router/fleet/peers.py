"""Servers that stand in for each other: all of a pool, or, where they have roles, those of one. They are never judged
alone: who is out, and whether there is room, is a question about all of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .health import CLOSED, OPEN

if TYPE_CHECKING:
    from .state import ServerState


class Peers:
    """`panic` means that no server's breaker is closed: then all are used, for an answer from a doubtful server is
    worth more than none."""

    __slots__ = ("panic", "servers")

    def __init__(self) -> None:
        self.servers: list[ServerState] = []
        self.panic = False

    def has_room(self, now: float, beyond: int) -> bool:
        """Whether they may take more than `beyond` requests now."""
        room = 0.0
        for server in self.servers:
            limit = server.limit
            if limit and server.in_flight >= limit:
                continue  # the cheap question first: where anybody has to ask, most servers are full
            if not limit and server.breaker.state is CLOSED and server.admits(now):
                return True
            room += server.room(now)
            if room > beyond:
                return True
        return False

    def opens_at(self, now: float) -> float:
        """When one of them may be tried, room aside: `now` or before that if one may, inf if time alone will not
        help."""
        soonest = math.inf
        for server in self.servers:
            if not server.draining:
                closed = server.breaker.state is OPEN and not self.panic
                soonest = min(soonest, max(server.breaker.until if closed else now, server.cool_until))
        return soonest

    def load(self, waiting: int) -> float:
        """Requests here and `waiting`, to the room of the servers that serve."""
        busy, room = waiting, 0
        for server in self.servers:
            if not server.draining and (self.panic or server.breaker.state is CLOSED):
                if not server.limit:
                    return 0.0
                busy += server.in_flight
                room += server.limit
        return busy / room if room else 1.0

    def may_eject(self, refused: bool) -> bool:
        """Whether one more server may be taken out: never the last, and never more than half of those that do not
        drain; but one that refuses connections is out whatever we say."""
        serving = [server for server in self.servers if not server.draining]
        out = sum([server.breaker.state is not CLOSED for server in serving])
        return refused or out + 1 <= len(serving) // 2

    def reconsider(self) -> None:
        """To be called when a breaker moved or a server began or ceased to drain."""
        serving = [server for server in self.servers if not server.draining]
        self.panic = all([server.breaker.state is not CLOSED for server in serving])
