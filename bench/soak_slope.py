"""Whether something grows: the slope of what was measured beside a count, with an interval that may be believed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

BLOCKS = 20
"""Neighbouring samples of memory are much alike; means of so many blocks of them hardly are."""

TWO_SIDED = 2.101
"""Student's t for 95 % and BLOCKS - 2 degrees of freedom."""


class Slope(msgspec.Struct, frozen=True):
    """Growth for each unit of the count, the ends of its 95 % interval, and how far blocks lie from the line (their
    standard deviation)."""

    each: float
    least: float
    most: float
    scatter: float

    @property
    def flat(self) -> bool:
        """Whether there may be no growth at all: the interval reaches 0 or below."""
        return self.least <= 0.0


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
