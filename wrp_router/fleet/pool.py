"""What the fleet keeps of one pool: its servers, who holds what, and the last picture of them all."""

from __future__ import annotations

import math

from wrp_policies.catalogue import catalogue_of
from wrp_policies.types import COLD, NO_NAMES, Pool, Server

from .health import CLOSED, OPEN
from .outliers import LEAST_SERVERS, Outliers, Speed
from .prefixes import Prefixes
from .spec import PoolSpec
from .state import ServerState


class PoolState:
    """The servers of one pool, and the last picture of them. `panic` means that no server's breaker is closed: then
    all are used, for an answer from a doubtful server is worth more than none. `typical` are the prompt tokens that
    our requests leave to be computed, on average over the last hundred or so."""

    __slots__ = (
        "_pictures",
        "adapters",
        "edition",
        "listed",
        "outliers",
        "panic",
        "prefixes",
        "servers",
        "spec",
        "stale",
        "turn",
        "typical",
        "view",
    )

    def __init__(self, spec: PoolSpec, edition: int = 0) -> None:
        self.spec = spec
        self.edition = edition
        self.prefixes = _prefixes(spec)
        self.adapters = catalogue_of(spec.adapters) if spec.adapters else NO_NAMES
        enough = spec.outliers is not None and len(spec.servers) >= LEAST_SERVERS
        self.outliers = Outliers(spec.outliers) if spec.outliers is not None and enough else None
        self.servers: list[ServerState] = []
        self.stale: list[ServerState] = []
        self.listed = False
        self.panic = False
        self.turn = 0
        self.typical = 0.0
        self._pictures: list[Server] = []
        self.view = Pool(spec.name, spec.model, ())

    def inherit(self, before: PoolState) -> None:
        """What the pool of this name had counted, and who held what, as far as both remember alike."""
        self.turn, self.typical = before.turn, before.typical
        if self.spec.prefix == before.spec.prefix and before.prefixes is not None:
            self.prefixes = before.prefixes
            urls = {server.name: server.url for server in before.spec.servers}
            self.prefixes.keep([one.name for one in self.spec.servers if urls.get(one.name) == one.url])

    def forget(self, server: ServerState) -> None:
        """What was believed of its cache."""
        if self.prefixes is not None:
            self.prefixes.forget(server.spec.name)

    def add(self, server: ServerState) -> None:
        """Puts a server at the end. A report that would be good for another time now is not kept: the next one is
        near, or will not come."""
        if server.home.spec.stale != self.spec.stale:
            server.forget_report()
        server.home, server.place, server.stale = self, len(self.servers), True
        server.speed = None if self.outliers is None else server.speed or Speed()
        self.servers.append(server)
        self.stale.append(server)
        self._pictures.append(Server(server.spec.name))

    def has_room(self, now: float, beyond: int) -> bool:
        """Whether it may take more than `beyond` requests now. Where there are lines before servers, one may always
        join them."""
        if self.spec.queue is not None:
            return any(server.admits(now) for server in self.servers)
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
        """When one of its servers may be tried, room aside: `now` or before that if one may, inf if time alone will not
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

    def refresh(self, now: float) -> None:
        """Brings the picture up to date."""
        pictures = self._pictures
        for server in self.stale:
            pictures[server.place] = server.picture(now)
            server.stale = False
        self.stale.clear()
        self.listed = False
        spec = self.spec
        self.view = Pool(
            spec.name,
            spec.model,
            tuple(pictures),
            spec.price_in,
            spec.price_out,
            spec.context,
            spec.abilities,
            self.turn,
            COLD if self.prefixes is None else self.prefixes,
            self.edition,
            self.adapters,
        )


def _prefixes(spec: PoolSpec) -> Prefixes | None:
    if spec.prefix is None:
        return None
    return Prefixes(spec.prefix.ruler(), spec.prefix.capacity)
