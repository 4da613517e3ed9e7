"""How much better answers are with a past one before the prompt, learned from how they were judged. It looks at
likeness only as a first guess."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import msgspec

from wrp_policies.learning.context import bucket

from .shelf import Kept

PLACES = 16
"""That the names of categories are hashed to; one more is for all together."""

BINS = 8
"""Of similarity, from 0 to 1."""

FADE = 0.98
"""What an answer with an example is still worth after one more: some fifty count."""

STRENGTH = 4.0
"""Judged answers that a first guess is worth."""

BOLD = 0.3
"""How much better than the guess an example may be that was never tried: in its favour, less with each try."""

DECAY = 0.5
"""What a further example adds, beside what it would alone."""

STEP, BAND, MOST = 0.02, 0.15, 0.5
"""How far the bar moves with a judged answer, how close to it that was to be, and how far from 0 the bar may go."""


class Learned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Discounted counts and gains by place and bin, and the bar."""

    counts: tuple[tuple[float, ...], ...]
    gains: tuple[tuple[float, ...], ...]
    bar: float


class Utility:
    """Gains in quality: of an example (its own discounted mean), drawn towards those of examples as like in the same
    category, and these towards those as like in all. The `bar` is what an example has to promise to be chosen; it falls
    while examples near to it are worth more than nothing, and rises else (the global threshold of IC-Cache, SOSP'25,
    as Robbins and Monro 1951 look for a root)."""

    __slots__ = ("_counts", "_gains", "bar")

    def __init__(self) -> None:
        self._counts = [[0.0] * BINS for _ in range(PLACES + 1)]
        self._gains = [[0.0] * BINS for _ in range(PLACES + 1)]
        self.bar = 0.0

    def guesses(self, category: str) -> list[float]:
        """Of examples of which only their likeness is known, by its bin."""
        place = bucket(category, PLACES)
        own, all_ = zip(self._counts[place], self._gains[place], strict=True), self._common()
        return [
            (gain + STRENGTH * common) / (count + STRENGTH) for (count, gain), common in zip(own, all_, strict=True)
        ]

    def _common(self) -> list[float]:
        """The same of all categories."""
        pairs = zip(self._counts[PLACES], self._gains[PLACES], strict=True)
        return [gain / (count + STRENGTH) for count, gain in pairs]

    def of(self, found: Sequence[tuple[Kept, float]], category: str, bold: float = BOLD) -> list[float]:
        """What each promises, and what it may be worth beyond that: examples and how like they are. One that nobody has
        judged promises less."""
        guesses = self.guesses(category)
        return [
            (kept.gain + STRENGTH * kept.standing * guesses[_bin(near)] + bold) / (kept.count + STRENGTH)
            for kept, near in found
        ]

    def note(self, category: str, near: float, promised: float, gain: float) -> None:
        """An answer with examples, the nearest of which was so like, was better by `gain` than expected without."""
        cell = _bin(near)
        for place in (bucket(category, PLACES), PLACES):
            self._counts[place][cell] = FADE * self._counts[place][cell] + 1.0
            self._gains[place][cell] = FADE * self._gains[place][cell] + gain
        if abs(promised - self.bar) < BAND:
            self.bar = max(-MOST, min(MOST, self.bar - STEP * gain))

    def state(self) -> Learned:
        return Learned(tuple(map(tuple, self._counts)), tuple(map(tuple, self._gains)), self.bar)

    def restore(self, state: Learned) -> None:
        """Raises ValueError for what is not a `state`."""
        rows = [*state.counts, *state.gains]
        shaped = len(state.counts) == len(state.gains) == PLACES + 1 and all([len(row) == BINS for row in rows])
        if not shaped or not all([isfinite(number) for row in rows for number in (*row, state.bar)]):
            raise ValueError(f"these are not {PLACES + 1} times {BINS} finite numbers")
        self._counts, self._gains = [list(row) for row in state.counts], [list(row) for row in state.gains]
        self.bar = max(-MOST, min(MOST, state.bar))


def judged_with(together: Sequence[Kept], promises: Sequence[float], gain: float) -> None:
    """An answer with these, the first chosen first, was better by `gain`. Each is told what the others leave of that,
    by what they promise, and counts as far as it was to add something: the steps of a least-squares fit."""
    shares = [DECAY**place for place in range(len(together))]
    rest = gain - sum([share * promise for share, promise in zip(shares, promises, strict=True)])
    for kept, share, promise in zip(together, shares, promises, strict=True):
        kept.count = FADE * kept.count + share * share
        kept.gain = FADE * kept.gain + share * (rest + share * promise)


def _bin(near: float) -> int:
    return max(0, min(BINS - 1, int(near * BINS)))
