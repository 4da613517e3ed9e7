"""What the fleet keeps of one pool: its servers, who holds what, and the last picture of them all."""

from __future__ import annotations

from wrp_policies.catalogue import catalogue_of
from wrp_policies.types import NO_NAMES, Pool, Server
from wrp_policies.warmth import COLD

from .outliers import LEAST_SERVERS, Outliers, Speed
from .peers import Peers
from .prefixes import Prefixes
from .spec import PoolSpec, ServerSpec
from .state import ServerState


class PoolState:
    """The servers of one pool, and the last picture of them. Those in `answering` answer requests; where prompts are
    computed elsewhere, that is in `prefilling`. A request takes one of each of `needed`. `typical` are the prompt
    tokens that our requests leave to be computed, on average over the last hundred or so."""

    __slots__ = (
        "_pictures",
        "adapters",
        "answering",
        "edition",
        "listed",
        "needed",
        "outliers",
        "prefilling",
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
        # servers of different roles are no peers, and three of one role are rare
        enough = len(spec.servers) >= LEAST_SERVERS and not any(server.role for server in spec.servers)
        self.outliers = Outliers(spec.outliers) if spec.outliers is not None and enough else None
        self.servers: list[ServerState] = []
        self.stale: list[ServerState] = []
        self.listed = False
        self.answering = Peers()
        self.prefilling = Peers()
        self.needed: tuple[Peers, ...] = (self.answering,)
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
        server.peers = self.peers_of(server.spec)
        server.peers.servers.append(server)
        self.servers.append(server)
        self.needed = (self.answering, self.prefilling) if self._helped() else (self.answering,)
        self.stale.append(server)
        self._pictures.append(Server(server.spec.name))

    def peers_of(self, spec: ServerSpec) -> Peers:
        """With whom such a server stands."""
        return self.answering if spec.answers else self.prefilling

    def _helped(self) -> bool:
        """Whether no server can answer without another that computes the prompt."""
        alone = self.spec.alone or any([server.spec.role == "" for server in self.servers])
        return bool(self.prefilling.servers) and not alone

    def has_room(self, now: float, beyond: int) -> bool:
        """Whether it may take more than `beyond` requests now. Where there are lines before servers, one may always
        join them."""
        if self.spec.queue is not None:
            return any(server.admits(now) for server in self.servers)
        if len(self.needed) == 1:
            return self.answering.has_room(now, beyond)
        return all([peers.has_room(now, beyond) for peers in self.needed])

    def opens_at(self, now: float) -> float:
        """When a request may be tried, room aside: `now` or before that if it may, inf if time alone will not help."""
        return max([peers.opens_at(now) for peers in self.needed])

    def load(self, waiting: int) -> float:
        """Requests here and `waiting`, to the room of the servers that serve: of those that have less to spare."""
        return max([peers.load(waiting) for peers in self.needed])

    def reconsider(self) -> None:
        """To be called when a breaker moved or a server began or ceased to drain."""
        self.answering.reconsider()
        self.prefilling.reconsider()

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
            spec.price_cached,
            spec.price_hour,
        )


def _prefixes(spec: PoolSpec) -> Prefixes | None:
    if spec.prefix is None:
        return None
    return Prefixes(spec.prefix.ruler(), spec.prefix.capacity)
