"""What the fleet keeps of one server and one pool: mutable, private to this room, shown to others as frozen words."""

from __future__ import annotations

import math

from wrp_policies.types import COLD, Outcome, Pool, Server

from .health import CLOSED, HALF_OPEN, OPEN, Breaker
from .load import SLOW_START, slow_start, smoothed, tpot_of, ttft_of
from .peers import Peers
from .prefill import Prefill
from .prefixes import Prefixes
from .spec import PoolSpec, ServerSpec

RAMP_STEP = 1.0
"""Seconds between two updates of a recovering server's weight."""

MOST_REQUESTS = 1_000_000
"""An engine that says it has more requests than these is not believed."""


class ServerState:
    """One server. `home` is the pool it belongs to, `place` its index there; `gone` says that a reload took it away
    while leases were out. `stale` marks that its frozen picture is out of date. `running` are other routers'
    requests on it; `reports_cached` that it says how much of a prompt it had.
    `prefills` are prompts sent and not computed yet, `kept` the seats of those whose turn it is, and `queued` the
    tokens of all who stand before it, which are counted as `prefill.ours` though it does not have them yet."""

    __slots__ = (
        "breaker",
        "cool_until",
        "draining",
        "gone",
        "home",
        "in_flight",
        "kept",
        "peers",
        "place",
        "prefill",
        "prefills",
        "queued",
        "recovered_at",
        "reports_cached",
        "running",
        "spec",
        "stale",
        "tpot",
        "ttft",
        "waiting",
    )

    def __init__(self, spec: ServerSpec, home: PoolState) -> None:
        self.spec = spec
        self.home = home
        self.peers = home.peers_of(spec)
        self.place = 0
        self.breaker = Breaker()
        self.in_flight = 0
        self.waiting = 0
        self.running = 0
        self.ttft = 0.0
        self.tpot = 0.0
        self.prefill = Prefill()
        self.prefills = 0
        self.kept = 0
        self.queued = 0
        self.reports_cached = False
        self.draining = False
        self.gone = False
        self.stale = False
        self.cool_until = -math.inf
        self.recovered_at = -math.inf

    def admits(self, now: float) -> bool:
        """Whether it may be sent anything, room aside."""
        return (
            not self.draining
            and now >= self.cool_until
            and (self.breaker.state is CLOSED or self.peers.panic or self.breaker.admits())
        )

    def room(self, now: float) -> float:
        """How many more requests it may take now; inf without a limit."""
        if not self.admits(now):
            return 0.0
        left = max(0.0, self.spec.limit - self.in_flight) if self.spec.limit else math.inf
        on_trial = self.breaker.state is HALF_OPEN and not self.peers.panic
        return min(1.0, left) if on_trial else left

    def reported(self, waiting: int, total: int, pending: int) -> None:
        """What it says it has queued, has in total, and has prompt tokens of; ours are among them, but those of prompts
        that it was not sent yet."""
        self.waiting = max(0, min(waiting, MOST_REQUESTS))
        self.running = max(0, min(total, MOST_REQUESTS) - self.in_flight)
        self.prefill.reported(pending + self.queued)

    def measure(self, outcome: Outcome) -> None:
        """Takes a finished request into the averages."""
        self.ttft = smoothed(self.ttft, ttft_of(outcome))
        self.tpot = smoothed(self.tpot, tpot_of(outcome))

    def changes_by_time(self, now: float) -> float:
        """When time alone next changes how it is seen (inf: never); settles what is over by `now`."""
        due = math.inf
        if self.breaker.state is OPEN:
            due = self.breaker.until
        if now >= self.cool_until:
            self.cool_until = -math.inf
        else:
            due = min(due, self.cool_until)
        if now >= self.recovered_at + SLOW_START:
            self.recovered_at = -math.inf
        else:
            due = min(due, now + RAMP_STEP)
        return due

    def is_timed(self) -> bool:
        """Whether anything about it is a matter of time."""
        return self.breaker.state is OPEN or self.cool_until > -math.inf or self.recovered_at > -math.inf

    def picture(self, now: float) -> Server:
        """As seen at `now`."""
        spec = self.spec
        weight = spec.weight
        if self.recovered_at > -math.inf:
            weight *= slow_start(now - self.recovered_at)
        return Server(
            spec.name,
            self.in_flight,
            self.waiting,
            self.ttft,
            self.tpot,
            spec.limit,
            self.admits(now),
            weight,
            self.prefill.pending,
            self.prefill.model.slope,
            self.prefill.model.base,
            self.running,
            self.prefill.model.overrun,
            spec.role,
        )


class PoolState:
    """The servers of one pool, and the last picture of them. Those in `answering` answer requests; where prompts are
    computed elsewhere, that is in `prefilling`. A request takes one of each of `needed`."""

    __slots__ = (
        "_pictures",
        "answering",
        "edition",
        "listed",
        "needed",
        "prefilling",
        "prefixes",
        "servers",
        "spec",
        "stale",
        "turn",
        "view",
    )

    def __init__(self, spec: PoolSpec, edition: int = 0) -> None:
        self.spec = spec
        self.edition = edition
        self.prefixes = _prefixes(spec)
        self.servers: list[ServerState] = []
        self.stale: list[ServerState] = []
        self.listed = False
        self.answering = Peers()
        self.prefilling = Peers()
        self.needed: tuple[Peers, ...] = (self.answering,)
        self.turn = 0
        self._pictures: list[Server] = []
        self.view = Pool(spec.name, spec.model, ())

    def inherit(self, before: PoolState) -> None:
        """What the pool of this name had counted, and who held what, as far as both remember alike."""
        self.turn = before.turn
        if self.spec.prefix == before.spec.prefix and before.prefixes is not None:
            self.prefixes = before.prefixes
            urls = {server.name: server.url for server in before.spec.servers}
            self.prefixes.keep([one.name for one in self.spec.servers if urls.get(one.name) == one.url])

    def forget(self, server: ServerState) -> None:
        """What was believed of its cache."""
        if self.prefixes is not None:
            self.prefixes.forget(server.spec.name)

    def add(self, server: ServerState) -> None:
        """Puts a server at the end."""
        server.home, server.place, server.stale = self, len(self.servers), True
        server.peers = self.peers_of(server.spec)
        server.peers.servers.append(server)
        self.servers.append(server)
        self.needed = (self.answering, self.prefilling) if self._helped() else (self.answering,)
        self.stale.append(server)
        self._pictures.append(Server(server.spec.name))

    def peers_of(self, spec: ServerSpec) -> Peers:
        """With whom such a server stands."""
        return self.prefilling if spec.role == "prefill" else self.answering

    def _helped(self) -> bool:
        """Whether no server can answer without another that computes the prompt."""
        roles = [server.spec.role for server in self.servers]
        return "prefill" in roles and "" not in roles and not self.spec.alone

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
        )


def _prefixes(spec: PoolSpec) -> Prefixes | None:
    if spec.prefix is None:
        return None
    return Prefixes(range(0, 1 << 40, spec.prefix.block_tokens), spec.prefix.capacity)
