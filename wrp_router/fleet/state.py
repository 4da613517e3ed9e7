"""What the fleet keeps of one server and one pool: mutable, private to this room, shown to others as frozen words."""

from __future__ import annotations

import math

from wrp_policies.types import COLD, Outcome, Pool, Server

from .health import CLOSED, HALF_OPEN, OPEN, Breaker
from .load import SLOW_START, slow_start, smoothed, tpot_of, ttft_of
from .prefill import Prefill
from .prefixes import Prefixes
from .reports import UNHEARD, Report, heard, presumed
from .spec import PoolSpec, ServerSpec

RAMP_STEP = 1.0
"""Seconds between two updates of a recovering server's weight."""


class ServerState:
    """One server. `home` is the pool it belongs to, `place` its index there; `gone` says that a reload took it away
    while leases were out. `stale` marks that its frozen picture is out of date. `heard` is what was last
    said of its load, if not too long ago; `reports_cached` that it says how much of a prompt it had.
    `prefills` are prompts sent and not computed yet, `kept` the seats of those whose turn it is, and `queued` the
    tokens of all who stand before it, which are counted as `prefill.ours` though it does not have them yet."""

    __slots__ = (
        "breaker",
        "cool_until",
        "draining",
        "gone",
        "heard",
        "home",
        "in_flight",
        "kept",
        "place",
        "prefill",
        "prefills",
        "queued",
        "recovered_at",
        "reports_cached",
        "spec",
        "stale",
        "tpot",
        "ttft",
    )

    def __init__(self, spec: ServerSpec, home: PoolState) -> None:
        self.spec = spec
        self.home = home
        self.place = 0
        self.breaker = Breaker()
        self.in_flight = 0
        self.heard = UNHEARD
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
            and (self.breaker.state is CLOSED or self.home.panic or self.breaker.admits())
        )

    def room(self, now: float) -> float:
        """How many more requests it may take now; inf without a limit."""
        if not self.admits(now):
            return 0.0
        left = max(0.0, self.spec.limit - self.in_flight) if self.spec.limit else math.inf
        on_trial = self.breaker.state is HALF_OPEN and not self.home.panic
        return min(1.0, left) if on_trial else left

    def reported(self, report: Report, now: float) -> None:
        """What is said that it has. Prompts that it was not sent yet are no part of it, and are ours."""
        self.heard = heard(report, self.in_flight, now)
        if report.pending is None:
            self.prefill.presume(presumed(self.heard, self.home.typical))
        else:
            self.prefill.reported(report.pending + self.queued)

    def forget_report(self) -> None:
        """From here on only what we have there counts, until somebody says something."""
        self.heard = UNHEARD
        self.prefill.presume(0)

    @property
    def stale_at(self) -> float:
        """When what was heard of it is too old; inf where nothing was."""
        return self.heard.at + self.home.spec.stale

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
        if now >= self.stale_at:
            self.forget_report()
        return min(due, self.stale_at)

    def is_timed(self, now: float) -> bool:
        """Whether time may have changed how it is seen."""
        timed = self.breaker.state is OPEN or self.cool_until > -math.inf or self.recovered_at > -math.inf
        return timed or now >= self.stale_at

    def picture(self, now: float) -> Server:
        """As seen at `now`."""
        spec = self.spec
        weight = spec.weight
        if self.recovered_at > -math.inf:
            weight *= slow_start(now - self.recovered_at)
        return Server(
            spec.name,
            self.in_flight,
            self.heard.waiting,
            self.ttft,
            self.tpot,
            spec.limit,
            self.admits(now),
            weight,
            self.prefill.pending,
            self.prefill.model.slope,
            self.prefill.model.base,
            self.heard.others,
            self.prefill.model.overrun,
        )


class PoolState:
    """The servers of one pool, and the last picture of them. `panic` means that no server's breaker is closed: then
    all are used, for an answer from a doubtful server is worth more than none. `typical` are the prompt tokens that
    our requests leave to be computed, on average over the last hundred or so."""

    __slots__ = (
        "_pictures",
        "edition",
        "listed",
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
            limit = server.spec.limit
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
                if not server.spec.limit:
                    return 0.0
                busy += server.in_flight
                room += server.spec.limit
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
        )


def _prefixes(spec: PoolSpec) -> Prefixes | None:
    if spec.prefix is None:
        return None
    return Prefixes(spec.prefix.ruler(), spec.prefix.capacity)
