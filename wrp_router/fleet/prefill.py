"""What a server still has to compute, and how fast it does: prompt tokens in, seconds to the first token out."""

from __future__ import annotations

import math

from wrp_policies.balancing.costs import UNMEASURED

from .load import MOST_TOKENS

FORGETS = 0.98
"""Weight of an observation after the next one: the last fifty or so decide."""

ENOUGH = 8
"""Observations before anything is believed."""

LEAST, LONGEST = 1e-6, 600.0
"""Seconds to a first token below which a clock was wrong, and beyond which something else was the matter."""

DEVIATIONS, NEAR, FAR = 3.0, 0.5, 3.0
"""An observation counts as off by at most so many times what others are off by, and this is never less nor more than
such multiples of what was expected."""


LEVEL = 0.1
"""The share of a first token's time that goes with the tokens before it, on average, below which they do not matter."""


class TtftModel:
    """TTFT = base + slope * tokens to be computed before it, its own included: weighted least squares, the past
    fading (vision paper of WRP, arXiv:2603.21354, opportunity 12).

    `slope` and `base` are in seconds and never negative; 0 until enough is known. What is far off (a stall, the first
    requests after a start) is cut to what others deviate by, so that an accident does not turn the line; if it
    goes on, deviations are the rule, and the line follows within fifty observations or so (Huber's M-estimator with
    a moving scale). Where prompts plainly do not wait for each other, `flat` is what they all take, else 0; the line
    then goes through the origin, so that who has more is still thought to be busier. Four in five first tokens come at
    most `overrun` seconds later than the line says.
    """

    __slots__ = ("_first", "_missed", "_n", "_off", "_x", "_xx", "_xy", "_y", "base", "flat", "overrun", "slope")

    def __init__(self) -> None:
        self._first: list[tuple[int, float]] = []
        self._off = 0.0
        self._n = self._x = self._y = self._xx = self._xy = 0.0
        self._missed = 0.0
        self.slope = 0.0
        self.base = 0.0
        self.flat = 0.0
        self.overrun = 0.0

    @property
    def rate(self) -> float:
        """Seconds for a prompt token, measured or not: for whoever compares servers, and needs no truth."""
        return self.slope or UNMEASURED

    def learn(self, tokens: int, seconds: float) -> None:
        """One first token came after `seconds`, when so many tokens had to be computed before it."""
        if not (LEAST <= seconds <= LONGEST and 1 <= tokens <= MOST_TOKENS):  # true for NaN, too
            return
        if self.slope:
            line = self.base + self.slope * tokens
            likely = self._likely(line, seconds)
            self._follow(seconds - line, abs(likely - line))
            self._add(tokens, likely, self._y / (self._n * line))
            self._fit()
            return
        self._first.append((tokens, seconds))
        if len(self._first) == ENOUGH:
            self._begin()

    def _follow(self, miss: float, likely: float) -> None:
        """Follows the upper quintile of what the line misses, in steps of a tenth of what it misses on average,
        accidents cut."""
        self._missed = missed = self._missed + 0.1 * (likely - self._missed)
        overrun = self.overrun + 0.1 * missed * ((miss > self.overrun) - 0.2)
        self.overrun = overrun if overrun > 0.0 else 0.0

    def _begin(self) -> None:
        """The line through the first few; those that met an engine that still warmed up took long, so weigh little."""
        usual = sorted([seconds for _, seconds in self._first])[ENOUGH // 2]
        for tokens, seconds in self._first:
            self._add(tokens, seconds, usual / seconds)
        self._first.clear()
        self._fit()

    def _likely(self, line: float, seconds: float) -> float:
        """The observation, cut where it is further from the line than others are."""
        far = DEVIATIONS * self._off
        far = NEAR if far < NEAR else min(far, FAR)
        off = seconds / line - 1.0
        if abs(off) > far:
            off = far if off > 0.0 else -far
        self._off += (abs(off) - self._off) * 0.05
        return line * (1.0 + off)

    def _add(self, tokens: int, seconds: float, weight: float) -> None:
        """What was to take long weighs less, for it varies by more: one over how many times the mean that was."""
        x = weight * tokens
        self._n = self._n * FORGETS + weight
        self._x = self._x * FORGETS + x
        self._y = self._y * FORGETS + weight * seconds
        self._xx = self._xx * FORGETS + x * tokens
        self._xy = self._xy * FORGETS + x * seconds

    def _fit(self) -> None:
        n, xx, xy = self._n, self._xx, self._xy
        mean_x, mean_y = self._x / n, self._y / n
        spread = xx / n - mean_x * mean_x
        told = spread > 0.01 * mean_x * mean_x
        slope = (xy / n - mean_x * mean_y) / spread if told else 0.0
        self.flat = mean_y if told and slope * mean_x < LEVEL * mean_y else 0.0
        if not 0.0 < slope < math.inf or mean_y < slope * mean_x:  # tokens that all look alike, or a line from below
            slope = xy / xx
        self.slope = slope
        self.base = max(0.0, mean_y - slope * mean_x)


class Prefill:
    """`ours` are tokens that we sent and that are not computed yet; `pending` has what others have there, too, as last
    reported."""

    __slots__ = ("_others", "model", "ours")

    def __init__(self) -> None:
        self.ours = 0
        self._others = 0
        self.model = TtftModel()

    @property
    def pending(self) -> int:
        """All that has to be computed before what comes next."""
        return self.ours + self._others

    def reported(self, tokens: int) -> None:
        """So many are waiting there in all, says the engine or another router; ours are among them."""
        self._others = max(0, min(tokens, MOST_TOKENS) - self.ours)

    def presume(self, tokens: float) -> None:
        """So many are others', for all that is known."""
        self._others = int(min(tokens, MOST_TOKENS))
