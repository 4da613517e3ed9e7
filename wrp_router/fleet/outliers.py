"""Who answers, but much slower than the others of its pool: outlier detection by latency. It judges and ejects nobody:
whether a pool can spare the server is for the pool to say."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from statistics import median, median_high

from .prefill import TtftModel
from .spec import OutlierSpec

LEAST_SERVERS = 3
"""Of two servers that differ nobody can say which is off; of three, two agree."""

IN_A_ROW = 3
"""Windows in which a server has to be slow: a stall of the engine falls into one, or two."""

IDLER = 1.5
"""Whoever does less than the median of its peers by this factor, though requests wait there, is slow. Whoever does as
much may be busy: the queue there may be one that we made."""

HARDLY = 0.02
"""Seconds to a first token below which servers do not differ: another network path makes nobody an outlier."""

QUIET = 1.1
"""A prompt is as good as alone where what is to be computed before its first token takes at most so many times as long
as the prompt itself."""

KEPT = 64
"""Observations of a window that count: the newest."""

FRESH = 120.0
"""Seconds for which what a window said of a server counts among its peers."""


class Span:
    """What the last window said of one server, which was over `at`: what three in four first tokens took at least, and
    the middle of all, in multiples of what was to be expected; the same of `quiet` ones, which were alone there (0:
    too few). `computed` and `written` are tokens a second."""

    __slots__ = ("at", "computed", "least", "middle", "quiet", "quiet_least", "written")

    def __init__(
        self, firsts: Sequence[float], quiet: Sequence[float], computed: float, written: float, at: float
    ) -> None:
        self.least, self.middle = _least(firsts), median(firsts)
        self.quiet_least, self.quiet = (_least(quiet), median(quiet)) if quiet else (0.0, 0.0)
        self.computed = computed
        self.written = written
        self.at = at


class Speed:
    """What was seen of one server since its window began. `slow` windows came in a row, up to the `last`; `ejected`
    says that it was taken out for it, `why` what its trial said since, if that was slow again."""

    __slots__ = ("_computed", "_firsts", "_since", "_written", "ejected", "last", "seen", "slow", "why")

    def __init__(self) -> None:
        self.ejected = False
        self.begin(0.0)

    def begin(self, now: float) -> None:
        """All anew: what was seen so far is of another time."""
        self.last: Span | None = None
        self.slow = 0
        self.why = ""
        self._open(now)

    def _open(self, now: float) -> None:
        self._since = now
        self.seen = 0
        self._firsts: deque[tuple[int, int, float]] = deque(maxlen=KEPT)
        self._computed = 0
        self._written = 0

    def first(self, ahead: int, own: int, seconds: float) -> None:
        """A first token came after so long, when so many tokens had to be computed before it, its `own` included."""
        self.seen += 1
        self._firsts.append((ahead, own, seconds))
        self._computed += own

    def wrote(self, tokens: int) -> None:
        """An answer of so many tokens ended."""
        self._written += tokens

    def close(self, base: float, slope: float, least: int, now: float) -> Span:
        """The window is over, and the next begins; first tokens are compared with this line."""
        firsts, quiet = [], []
        for ahead, own, seconds in self._firsts:
            expected = max(HARDLY, base + slope * ahead)
            firsts.append(seconds / expected)
            if expected <= QUIET * max(HARDLY, base + slope * own):
                quiet.append(seconds / expected)
        took = max(now - self._since, 1e-9)
        if len(quiet) < least:
            quiet = []
        self.last = Span(firsts, quiet, self._computed / took, self._written / took, now)
        self._open(now)
        return self.last


class Outliers:
    """Looks through the servers of one pool now and then, at `due`."""

    __slots__ = ("_base", "_slope", "_typical", "due", "spec")

    def __init__(self, spec: OutlierSpec) -> None:
        self.spec = spec
        self.due = 0.0
        self._base = self._slope = 0.0
        self._typical = 1.0

    def look(self, servers: Sequence[tuple[Speed, TtftModel]], now: float) -> list[tuple[int, str]]:
        """Closes the windows that are full. By place in `servers`: who was slow so often that it is no accident, and
        why; and who was not slow (an empty text)."""
        self.due = now + self.spec.every
        known = [(place, speed) for place, (speed, line) in enumerate(servers) if line.slope]
        if len(known) < LEAST_SERVERS:
            return []
        # the higher of two middles: who is in the minority can be an outlier, who is one of two halves cannot
        self._base = median_high([servers[place][1].base for place, _ in known])
        self._slope = median_high([servers[place][1].slope for place, _ in known])
        over = [(place, speed) for place, speed in known if speed.seen >= self.spec.samples]
        spans = [speed.close(self._base, self._slope, self.spec.samples, now) for _, speed in over]
        peers = [speed.last for _, speed in known if speed.last is not None and speed.last.at > now - FRESH]
        if len(peers) < LEAST_SERVERS:
            return []
        self._typical = max(1.0, median_high([span.middle for span in peers]))
        told = []
        for (place, speed), span in zip(over, spans, strict=True):
            why = self._verdict(span, peers)
            if why is not None:
                speed.slow = speed.slow + 1 if why else 0
                if not why or speed.slow >= IN_A_ROW:
                    told.append((place, why))
        return told

    def _verdict(self, own: Span, peers: Sequence[Span]) -> str | None:
        """Why this window is one of a slow server; empty if it is not, None if nobody can say."""
        bar = self.spec.factor * self._typical
        if own.quiet_least > bar:
            return said(own.quiet / self._typical)
        if own.quiet_least or own.least <= bar:
            return ""
        computed, written = [span.computed for span in peers], [span.written for span in peers]
        idle = _less(own.computed, computed) and _less(own.written, written)
        return said(own.middle / self._typical) if idle else None

    def tried(self, speed: Speed, ahead: int, seconds: float) -> None:
        """The one request that finds out whether a server that was ejected is still slow has its first token."""
        times = seconds / (max(HARDLY, self._base + self._slope * ahead) * self._typical)
        speed.why = said(times) if speed.ejected and times > self.spec.factor else ""


def said(times: float) -> str:
    """In one line, for whoever looks after the servers."""
    return f"slow: ttft {times:.1f}x the pool's median"


def _less(own: float, peers: Sequence[float]) -> bool:
    return own * IDLER <= median(peers)


def _least(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 4]
