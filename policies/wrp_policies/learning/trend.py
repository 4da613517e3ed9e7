"""What is said of a prompt that looks like none that was learned from: how models' scores go with length, and no more.

Trees answer whatever they are asked; of a prompt beyond all that they saw they know nothing, and say it all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wrp_signals.surface import NAMES

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.float32]

SLACK, LEAST, FEWEST = 0.25, 0.01, 3
"""A number counts as one that was never seen from so much of its range (and LEAST) beyond the range on, and a prompt as
unlike all others from so many of these on. Of held-out prompts of four sets of outcomes one in two thousand is, at
most; where 200 prompts were learned from, one in a hundred."""

HOLD = 50.0
"""Prompts that say that length tells nothing."""

LENGTH = NAMES.index("characters")


@dataclass(frozen=True, slots=True, eq=False)
class Trend:
    """`low` and `high`: float32[looks], between which every number of how prompts look was. `middle` is the mean of
    their lengths (logarithms), `means` and `slopes` float64[models] what scores were there, and how they go with it."""

    low: Rows
    high: Rows
    middle: float
    means: Floats
    slopes: Floats

    def unlike(self, looks: Rows) -> npt.NDArray[np.bool_]:
        """bool[n] of float32[n, looks]: who looks like none of them. One bool of one row."""
        slack = (self.high - self.low) * np.float32(SLACK) + np.float32(LEAST)
        beyond = (looks < self.low - slack) | (looks > self.high + slack)
        return np.asarray(beyond.sum(-1) >= FEWEST)

    def estimate(self, looks: Rows) -> Floats:
        """float64[n, models], by length alone."""
        away = np.asarray(looks[..., LENGTH], np.float64) - self.middle
        return np.clip(self.means + away[..., None] * self.slopes, 0.0, 1.0)


def trend_of(looks: Rows, scores: Floats) -> Trend:
    """From float32[n, looks] and scores float64[n, models], nan where nobody knows."""
    lengths = looks[:, LENGTH].astype(np.float64)
    middle = float(lengths.mean())
    means, slopes = lines_of(lengths - middle, scores)
    return Trend(looks.min(0), looks.max(0), middle, means, slopes)


def lines_of(away: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Means and slopes float64[models], by least squares, of each model's scores on what is so far from the middle."""
    known = ~np.isnan(scores)
    counts = np.maximum(1, known.sum(0))
    means = np.where(known, scores, 0.0).sum(0) / counts
    rest = np.where(known, scores - means, 0.0)
    spread = float(away.var())
    squares = (known * (away**2)[:, None]).sum(0)
    slopes = (away[:, None] * rest).sum(0) / np.maximum(squares + HOLD * spread, 1e-12)
    return means, slopes
