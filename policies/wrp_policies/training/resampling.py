"""Bootstrap: the same prompts drawn again for all that is compared, as weights, so that nothing is fitted anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from .outcomes import Floats

CELLS = 2_000_000
"""Weights held as floats at a time."""


class Resamples:
    """Weights of n prompts in `count` resamples, and first of all in the sample itself, where each weighs 1.

    Groups are drawn, not prompts: who asks the same thing twice does not know twice as much. What is computed under
    these weights is an array [count + 1] whose first entry is the figure and the rest its spread; two such arrays of
    the same resamples are paired, so their difference has an interval of its own.
    """

    def __init__(self, groups: Sequence[str], count: int, rng: np.random.Generator, cells: int = CELLS) -> None:
        number: dict[str, int] = {}
        of = np.array([number.setdefault(group, len(number)) for group in groups], np.intp)
        self._cells = cells
        self._weights = np.ones((count + 1, len(of)), np.uint8)
        even = np.full(len(number), 1.0 / max(1, len(number)))
        for row in range(1, count + 1):
            drawn = rng.multinomial(len(number), even)
            self._weights[row] = np.minimum(drawn, 255)[of]

    @classmethod
    def none(cls, count: int) -> Resamples:
        """The sample of `count` prompts alone."""
        return cls([""] * count, 0, np.random.default_rng(0))

    def __len__(self) -> int:
        return len(self._weights)

    def chunks(self) -> Iterator[Floats]:
        """All weights in order, float64[some, n] at a time."""
        step = max(1, self._cells // max(1, self._weights.shape[1]))
        for start in range(0, len(self._weights), step):
            yield self._weights[start : start + step].astype(np.float64)

    def means(self, values: Floats) -> Floats:
        """Weighted means of the columns of float64[n, c], as float64[count + 1, c]."""
        return np.concatenate([weights @ values / weights.sum(axis=1)[:, None] for weights in self.chunks()])


def interval(draws: Floats, level: float = 0.95) -> tuple[float, float] | None:
    """The percentile interval of what `Resamples` gave; of those resamples alone where the figure is defined, None
    where that is none. A bound may be infinite."""
    spread = draws[1:][~np.isnan(draws[1:])]
    if not len(spread):
        return None
    ranked: npt.NDArray[np.float64] = np.sort(spread)
    tail = (1.0 - level) / 2
    low, high = (ranked[round(share * (len(ranked) - 1))] for share in (tail, 1.0 - tail))
    return float(low), float(high)
