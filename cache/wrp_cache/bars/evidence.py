"""What probes have shown at each similarity, and how wrong hits could be at most. It decides nothing."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EDGES = (
    -1.0, 0.50, 0.54, 0.58, 0.62, 0.66, 0.70, 0.72, 0.74, 0.76, 0.78, 0.80, 0.82, 0.84, 0.86, 0.88, 0.90,
    0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99, 0.995,
)  # fmt: skip
"""Where the bins of similarity begin, finer where there are more hits."""

BINS = len(EDGES)
_INNER = EDGES[1:]
_NOBODY: Floats = 1.0 / (1.0 + np.exp(14.0 * (np.asarray(EDGES) - 0.75)))
"""Wrong answers that are expected where nobody knows anything: 20 % at 0.85, 6 % at 0.95."""

_WEIGHT = 10.0
_CAUTION = 10.0
_SEVERAL = 3
_MOST = 2.0
ASKED, RIGHT, WRONG = range(3)


def bin_of(similarity: float) -> int:
    """The bin that a cosine similarity falls into; NaN falls into the lowest."""
    return bisect_right(_INNER, similarity) if similarity == similarity else 0


class Counts:
    """Of one tenant in one category, by bin: how often a neighbour was there, and was found right or wrong.

    What was found in a bin fades by half with every `memory` findings in it, and with `half_life` seconds. `alarm` (of
    what is served), `worse` and `better` (of all bins) are Shiryaev-Roberts statistics: while the rate of wrong
    answers is what it is compared with, one reaches a value V after V findings on average at the earliest; after a
    change, soon.
    """

    __slots__ = ("alarm", "better", "stamp", "table", "touched", "worse")

    def __init__(self, now: float) -> None:
        self.table: Floats = np.zeros((3, BINS))
        self.alarm = self.worse = self.better = 0.0
        self.stamp = self.touched = now

    def ask(self, at: int) -> None:
        self.table[ASKED, at] += 1.0

    def find(self, at: int, right: bool, memory: float) -> None:
        keep = 0.5 ** (1.0 / memory)
        table = self.table
        table[RIGHT, at] = table[RIGHT, at] * keep + right
        table[WRONG, at] = table[WRONG, at] * keep + (not right)

    def fade(self, now: float, half_life: float) -> None:
        """Forget with time; steps shorter than a hundredth of the half-life wait."""
        past = now - self.stamp
        if past > half_life / 100.0:
            self.table *= 0.5 ** (past / half_life)
            self.stamp = now

    def watch(self, at: int, right: bool, epsilon: float, served: bool) -> None:
        """One more finding in a bin, before that is counted: has the bin become worse than it was, or better, and are
        those that are served worse than epsilon?"""
        wrong, found = float(self.table[WRONG, at]), float(self.table[RIGHT:, at].sum())
        self.worse = (self.worse + 1.0) * _ratio(right, max(epsilon, (wrong + 1.0) / (found + _CAUTION)), 2.5)
        usual = (wrong - 1.0) / (found + 1.0)
        if usual > 2.0 * epsilon:
            self.better = (self.better + 1.0) * _ratio(right, usual, 1 / 3)
        if served:
            self.alarm = (self.alarm + 1.0) * _ratio(right, epsilon, 5.0)

    def start_over(self) -> None:
        """What was found no longer holds; most is forgotten, of what was wrong less unless all got better."""
        self.table[RIGHT] *= 0.1
        self.table[WRONG] *= 0.3 if self.better < self.worse else 0.1
        self.alarm = self.worse = self.better = 0.0

    def take_in(self, other: Counts, most: float, memory: float) -> None:
        """What somebody else counted, as if found here, and no more than so many findings of it."""
        mass = other.mass
        fresh = other.table * (min(1.0, most / mass) if mass > 0.0 else 0.0)
        self.table[RIGHT:] *= 0.5 ** (fresh[RIGHT:].sum(axis=0) / memory)
        self.table += fresh

    @property
    def mass(self) -> float:
        """The findings that count."""
        return float(self.table[RIGHT:].sum())


def _ratio(right: bool, rate: float, higher: float) -> float:
    """The likelihood ratio of a rate `higher` times as high."""
    other = higher * rate if higher < 1.0 else max(rate, min(0.6, higher * rate))
    return (1.0 - other) / (1.0 - rate) if right else other / rate


def blended(own: Sequence[Counts], others: Sequence[Counts], share: float) -> Floats:
    """One table of the tenant's own counts and those of others, each of which may be at most `share` of the findings:
    nobody's answers are moved far by what somebody else asks."""
    table: Floats = sum((counts.table for counts in own), np.zeros((3, BINS)))
    if others:
        tables = np.array([counts.table for counts in others])
        masses = tables[:, RIGHT:].sum(axis=(1, 2))
        cap = _cap(float(table[RIGHT:].sum()), masses.tolist(), share)
        table += np.tensordot(np.minimum(1.0, cap / np.maximum(masses, 1e-300)), tables, 1)
    return table


def _cap(own: float, masses: Sequence[float], share: float) -> float:
    """The largest c with c <= share x (own + sum of min(mass, c)); 0 where there is none."""
    below = own + sum(masses)
    rest = sorted([mass for mass in masses if mass > 1e-9 * below], reverse=True)  # dust would pass for a tenant
    for above, mass in enumerate(rest):
        # with `above` masses capped at c, the total is below + above * c
        room = 1.0 - share * above
        cap = math.inf if room <= 0.0 else share * below / room
        if cap >= mass:
            return cap
        below -= mass
    room = 1.0 - share * len(rest)
    return share * own / room if room > 0.0 else 0.0  # only by rounding is there none


class Rates:
    """How much is wrong, by bin: `local` in each, and `limit` in all from it on, if those are served as often as they
    are asked about.

    The findings of each bin are weighted by how often it is asked about (they may be probed unequally), which leaves
    as many independent findings as Kish's formula says. The limit is the gamma quantile of a Poisson count (Garwood
    1936; Wilson and Hilferty's cube root), with `lean` >= 0 pseudo-events at the `expected` rates: a gamma prior, as in
    empirical Bayes of rates (Clayton and Kaldor 1987).
    """

    __slots__ = ("_events", "_exposure", "local")

    def __init__(self, table: Floats, expected: Floats, lean: float) -> None:
        found = table[RIGHT] + table[WRONG] + 1.0  # one pseudo-finding at the expected rate
        self.local: Floats = (table[WRONG] + expected) / found
        asked = table[ASKED] + 1e-9
        total = _from_top(asked)
        heard = total * total / _from_top(asked * asked / found)
        foreseen = np.maximum(_from_top(asked * expected) / total, 1e-4)
        self._events = _from_top(asked * self.local) / total * heard + max(1.0, lean)
        self._exposure = heard + lean / foreseen

    def limit(self, z: float) -> Floats:
        """The upper limit, as many standard deviations of a normal distribution away as `z` says."""
        events = self._events
        upper: Floats = events * (1.0 - 1.0 / (9.0 * events) + z / (3.0 * np.sqrt(events))) ** 3 / self._exposure
        return upper


def shared(own: Floats, others: Sequence[Floats]) -> tuple[Floats, float]:
    """What other categories let expect: wrong answers' rate in each bin, and the pseudo-events that it is worth.

    The latter is the shape of the gamma distribution of the categories' ratios of wrong answers to those expected, by
    the method of moments and with one standard error to be on the safe side: where categories (the own among them)
    differ as much as chance has it, one may lean on the others; where they differ more, less; with less than three
    that say something, not at all.
    """
    pooled = np.sum(others, axis=0) if others else np.zeros((3, BINS))
    expected = (pooled[WRONG] + _WEIGHT * _NOBODY) / (pooled[RIGHT] + pooled[WRONG] + _WEIGHT)
    tables = [own, *others]
    foreseen = [float(((table[RIGHT] + table[WRONG]) * expected).sum()) for table in tables]
    if sum(e >= 1.0 for e in foreseen[1:]) < _SEVERAL:
        return expected, 0.0
    squares = sum(e * e for e in foreseen)
    spread = sum((float(table[WRONG].sum()) - e) ** 2 - e for table, e in zip(tables, foreseen, strict=True)) / squares
    return expected, min(_MOST, 1.0 / (max(0.0, spread) + math.sqrt(2.0 / squares)))


def _from_top(values: Floats) -> Floats:
    return np.cumsum(values[::-1])[::-1]
