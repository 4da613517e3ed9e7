"""Whether something grows: the slope of what was measured beside a count, with an interval that may be believed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

BLOCKS = 20
"""Neighbouring samples of memory are much alike; means of so many blocks of them hardly are."""

TWO_SIDED = 2.101
"""Student's t for 95 % and BLOCKS - 2 degrees of freedom."""

NOTHING = 1.0
"""Bytes a request that are no growth. What is kept of each is a pointer at least, which has 8; and a resident set,
which goes up by pages and arenas and hardly ever down, is never without a slope: one step of 100 KB in a million
requests is enough."""


class Slope(msgspec.Struct, frozen=True):
    """Growth for each unit of the count, the ends of its 95 % interval, and how far blocks lie from the line (their
    standard deviation)."""

    each: float
    least: float
    most: float
    scatter: float

    @property
    def flat(self) -> bool:
        """Whether there may be no growth at all, as the interval reaches 0 or below; or none that could be of each
        request, as all of it is below NOTHING."""
        return self.least <= 0.0 or self.most < NOTHING


def slope(counts: Sequence[float], values: Sequence[float], after: float) -> Slope:
    """The line of least squares through the means of blocks of what was measured from the count `after` on. Raises
    ValueError where there are too few measurements for BLOCKS blocks."""
    chosen = [(count, value) for count, value in zip(counts, values, strict=True) if count >= after]
    if len(chosen) < BLOCKS:
        raise ValueError(f"{len(chosen)} measurements after the warm-up; {BLOCKS} are needed")
    blocks = np.array_split(np.array(chosen, float), BLOCKS)
    x, y = (np.array([block[:, at].mean() for block in blocks]) for at in (0, 1))
    across = x - x.mean()
    each = float(across @ (y - y.mean()) / (across @ across))
    residuals = y - y.mean() - each * across
    variance = float(residuals @ residuals) / (BLOCKS - 2)
    error = TWO_SIDED * float(np.sqrt(variance / (across @ across)))
    return Slope(each, each - error, each + error, float(np.sqrt(variance)))
