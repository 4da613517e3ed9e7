"""Quantiles of lengths in tokens, over a fading past, in bounded memory. It keeps counts, never a length itself."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate
from math import log2

PER_OCTAVE = 4
BINS = 20 * PER_OCTAVE
"""Four bins for every doubling, up to a million tokens: a quantile is right to within 9 %."""

MEMORY = 400
"""Lengths after which an old one has lost two thirds of its weight."""

FRESH = 32
"""Quantiles are taken again after every 32nd part of the lengths heard: they cost more than the counting."""

_GROWTH = 1.0 / (1.0 - 1.0 / MEMORY)
_MOST = 1e12


class Lengths:
    """A histogram with logarithmic bins whose newest entry weighs most. `middles` are the binary logarithms of its
    quantiles at `marks`, as of when they were last taken."""

    __slots__ = ("_bins", "_due", "_unit", "heard", "marks", "middles")

    def __init__(self, marks: tuple[float, ...]) -> None:
        self.marks = marks
        self.middles = (0.0,) * len(marks)
        self.heard = 0
        self._bins = array("d", bytes(8 * BINS))
        self._unit = 1.0
        self._due = 1

    def add(self, tokens: int) -> None:
        """One length, at least 1."""
        self._bins[min(int(PER_OCTAVE * log2(tokens)), BINS - 1)] += self._unit
        self._unit *= _GROWTH
        self.heard += 1
        if self._unit > _MOST:
            self._bins = array("d", [weight / self._unit for weight in self._bins])
            self._unit = 1.0
        self._due -= 1
        if self._due <= 0:
            self._due = 1 + min(self.heard, MEMORY) // FRESH
            self.middles = self.quantiles()

    def quantiles(self) -> tuple[float, ...]:
        """The binary logarithms of the quantiles now, spread evenly within their bins."""
        sums = list(accumulate(self._bins))
        found = []
        for mark in self.marks:
            wanted = mark * sums[-1]
            place = bisect_left(sums, wanted) if wanted else 0
            within = (wanted - (sums[place] - self._bins[place])) / self._bins[place] if self._bins[place] else 0.0
            found.append((place + within) / PER_OCTAVE)
        return tuple(found)

    def kept(self) -> tuple[int, int, dict[int, float], tuple[float, ...]]:
        """How many were heard, when quantiles are due, the shares of the bins that hold something, the quantiles."""
        shares = {place: weight / self._unit for place, weight in enumerate(self._bins) if weight > 1e-9 * self._unit}
        return self.heard, self._due, shares, self.middles

    @classmethod
    def again(
        cls, marks: tuple[float, ...], heard: int, due: int, shares: dict[int, float], middles: tuple[float, ...]
    ) -> Lengths:
        """From what `kept` gave."""
        lengths = cls(marks)
        lengths.heard, lengths._due, lengths.middles = heard, due, middles
        for place, weight in shares.items():
            lengths._bins[place] = weight
        return lengths
