"""What the fleet keeps of one server: mutable, private to this room, shown to others as frozen words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wrp_policies.types import Outcome, Server

from .health import CLOSED, HALF_OPEN, OPEN, Breaker
from .limits import Limiter
from .load import SLOW_START, slow_start, smoothed, tpot_of
from .outliers import Speed
from .prefill import Prefill
from .reports import UNHEARD, Report, heard, presumed
from .spec import ServerSpec

if TYPE_CHECKING:
    from .pool import PoolState

RAMP_STEP = 1.0
"""Seconds between two updates of a recovering server's weight."""


class ServerState:
    """One server. `home` is the pool it belongs to, `place` its index there; `gone` says that a reload took it away
    while leases were out. `stale` marks that its frozen picture is out of date. `answers` is as in its spec. `heard` is
    what was last said of its load, if not too long ago; `reports_cached` that it says how much of a prompt it had.
    `prefills` are prompts sent and not computed yet, `kept` the seats of those whose turn it is, and `queued` the
    tokens of all who stand before it, which are counted as `prefill.ours` though it does not have them yet. `limit` are
    the requests that it gets at once (0: any number), as a `limiter` finds it where there is one; `speed` is watched
    where its pool looks for outliers."""

    __slots__ = (
        "answers",
        "breaker",
        "cool_until",
        "draining",
        "gone",
        "heard",
        "home",
        "in_flight",
        "kept",
        "limit",
        "limiter",
        "measured",
        "most",
        "peers",
        "place",
        "prefill",
        "prefills",
        "queued",
        "recovered_at",
        "reports_cached",
        "spec",
        "speed",
        "stale",
        "tpot",
        "ttft",
    )

    def __init__(self, spec: ServerSpec, home: PoolState) -> None:
        self.home = home
        self.peers = home.peers_of(spec)
        self.place = 0
        self.limiter: Limiter | None = None
        self.speed: Speed | None = None
        self.adopt(spec)
        self.breaker = Breaker()
        self.in_flight = self.most = 0
        self.heard = UNHEARD
        self.ttft = 0.0
        self.tpot = 0.0
        self.measured = -math.inf
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

    def adopt(self, spec: ServerSpec) -> None:
        """What the configuration says of it now. A limit that was found stays, within its new bounds."""
        self.spec = spec
        self.answers = spec.answers
        if isinstance(spec.limit, int):
            self.limiter, self.limit = None, spec.limit
            return
        if self.limiter is None:
            self.limiter = Limiter(spec.limit)
        self.limiter.under(spec.limit)
        self.limit = self.limiter.limit

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
        left = max(0.0, self.limit - self.in_flight) if self.limit else math.inf
        on_trial = self.breaker.state is HALF_OPEN and not self.peers.panic
        return min(1.0, left) if on_trial else left

    def take(self) -> None:
        """It gets one more."""
        self.in_flight += 1
        if self.in_flight > self.most:
            self.most = self.in_flight

    def reported(self, report: Report, now: float) -> None:
        """What is said that it has. Prompts that it was not sent yet are no part of it, and are ours. An engine's
        numbers are a little old: ours among them are the most that were since the report before; else each request of
        ours that has just ended would look like somebody else's."""
        self.heard = heard(report, self.most if report.pending is None else self.in_flight, now)
        self.most = self.in_flight
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

    def measure(self, outcome: Outcome, now: float) -> None:
        """Takes a finished request into the averages."""
        since = now - self.measured
        self.ttft = smoothed(self.ttft, outcome.ttft, since)
        self.tpot = smoothed(self.tpot, tpot_of(outcome), since)
        self.measured = now

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
        spec, heard, prefill = self.spec, self.heard, self.prefill
        model, weight = prefill.model, spec.weight
        if self.recovered_at > -math.inf:
            weight *= slow_start(now - self.recovered_at)
        return Server(
            spec.name,
            self.in_flight,
            heard.waiting,
            self.ttft,
            self.tpot,
            self.limit,
            self.admits(now),
            weight,
            prefill.pending,
            model.slope,
            model.base,
            heard.others,
            model.overrun,
            spec.context,
            spec.role,
            heard.at,
            self.measured,
        )
