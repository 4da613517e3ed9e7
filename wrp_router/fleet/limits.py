"""How many requests a server gets at once, found from how long first tokens take: a gradient, as in Envoy's adaptive
concurrency and Netflix's concurrency-limits. It counts nothing and enforces nothing."""

from __future__ import annotations

import math

from .prefill import TtftModel
from .spec import LimitSpec

FIRST = 16
"""Requests at once with which it begins, as far as the bounds allow."""

SAMPLES = 20
LEAST_SPAN = 1.0
"""First tokens, and seconds, that make up a window."""

LEAST, MOST = 0.5, 1.0
"""Bounds of the gradient. Envoy's upper one is 2; but whoever lets twice as many prompts in at once makes the very
queue that is measured then, and the limit swings between the two."""

FORGETS = 1.02
"""How much slower than the best that it was a server may be after each window: what is so for good becomes the best
within a few dozen."""


class Limiter:
    """The limit of one server. A prompt's own length is no congestion: what counts is how much later its first token
    comes than it would on an idle server, by the line of `TtftModel` where it was lowest, to what prompts take there in
    the mean:

        gradient = (alone + slack) / (alone + median of the waits)
        limit    = gradient * (limit + sqrt(limit))

    Envoy adds the root whatever the gradient is, and so never falls below four; here a server that can do one thing at
    a time gets one. Where prompts were seen not to wait for each other (`TtftModel.flat`), none takes less alone than
    they all took then: of those that wait for a slot now a line by tokens would say that they compute nothing.
    """

    __slots__ = ("_alone", "_base", "_flat", "_limit", "_most", "_own", "_since", "_slope", "_waits", "spec")

    def __init__(self, spec: LimitSpec) -> None:
        self.spec = spec
        self._limit = float(min(max(FIRST, spec.min), spec.max))
        self._base = self._slope = self._flat = 0.0  # the best line, and what all take where there is none
        self._begin(-math.inf)

    def _begin(self, now: float) -> None:
        self._since = now
        self._waits: list[float] = []
        self._alone = 0.0
        self._own = 0
        self._most = 0

    @property
    def limit(self) -> int:
        return int(self._limit)

    def under(self, spec: LimitSpec) -> None:
        """Other bounds, after a reload."""
        self.spec = spec
        self._limit = min(max(self._limit, float(spec.min)), float(spec.max))

    def first(self, line: TtftModel, own: int, seconds: float, in_flight: int, taken: float, now: float) -> bool:
        """A first token came after so many seconds, of a prompt of which `own` tokens had to be computed, that was sent
        at `taken`; or did not come within them. Whether that ended a window, so that the limit may be another.

        What was sent under an older limit says nothing of this one.
        """
        if taken < self._since or not line.slope:
            return False
        if self._since == -math.inf:
            self._since = taken
        if line.flat and (not self._flat or line.flat < self._flat):
            self._flat = line.flat
        if not self._slope:
            self._base, self._slope = line.base, line.slope
        alone = max(self._flat, self._base + self._slope * own)
        self._waits.append(max(0.0, seconds - alone))
        self._alone += alone
        self._own += own
        self._most = max(self._most, in_flight)
        if len(self._waits) < SAMPLES or now < self._since + LEAST_SPAN:
            return False
        self._close(line)
        self._begin(now)
        return True

    def _close(self, line: TtftModel) -> None:
        count = len(self._waits)
        alone, wait = self._alone / count, sorted(self._waits)[count // 2]
        gradient = max(LEAST, min(MOST, alone * (1.0 + self.spec.slack) / (alone + wait)))
        limit = gradient * (self._limit + math.sqrt(self._limit))
        if limit < self._limit or self._most >= self.limit:  # one that is not used is not known to be borne
            self._limit = max(float(self.spec.min), min(float(self.spec.max), limit))
        self._remember(line, self._own / count)

    def _remember(self, line: TtftModel, own: float) -> None:
        """Which line is the best, at prompts as they are."""
        best, here = self._base + self._slope * own, line.base + line.slope * own
        if here < best * FORGETS:
            self._base, self._slope = line.base, line.slope
        else:
            self._base *= FORGETS
            self._slope *= FORGETS
        self._flat *= FORGETS if line.flat else 1 / FORGETS

    def hold(self, least: int) -> None:
        """Not below so many, in this window: they have been promised."""
        self._limit = max(self._limit, min(float(least), float(self.spec.max)))
