"""How chance is shared out among pools: pure functions from values to probabilities, and draws. It values nothing."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def floored(shares: Sequence[float], floor: float) -> list[float]:
    """A distribution in which each has at least `floor`, or an equal share where there are too many for that: the
    floors, and what is left of 1 by `shares`, which sum to 1."""
    least = min(floor, 1.0 / len(shares))
    rest = 1.0 - least * len(shares)
    return [least + rest * share for share in shares]


def greedy(best: int, count: int, floor: float) -> list[float]:
    """The same where all of that goes to one of `count`."""
    least = min(floor, 1.0 / count)
    chances = [least] * count
    chances[best] = 1.0 - least * (count - 1)
    return chances


def inverse_gap(values: Sequence[float], gamma: float) -> list[float]:
    """Each other arm gets 1 / (K + gamma * how much worse it looks), the best the rest (Abe and Long 1999; SquareCB,
    Foster and Rakhlin 2020): the closer, the oftener, and every propensity in closed form."""
    best = max(range(len(values)), key=values.__getitem__)
    shares = [1.0 / (len(values) + gamma * (values[best] - value)) for value in values]
    shares[best] = 0.0
    shares[best] = 1.0 - sum(shares)
    return shares


def wins(means: Floats, spreads: Floats, normals: Floats) -> list[float]:
    """How often each is the best when all values are drawn from their normals: `normals` float64[draws, arms] are the
    draws, the same for every request, so that the shares follow from means and spreads alone."""
    best = (means + spreads * normals).argmax(1)
    shares: list[float] = (np.bincount(best, minlength=len(means)) / len(normals)).tolist()
    return shares  # numpy's own numbers have no form in the decision log


def normals(draws: int, arms: int) -> Floats:
    """float64[draws, arms] of standard normals, always the same; half of them are the others' mirror images."""
    half = np.random.default_rng(draws).standard_normal(((draws + 1) // 2, arms))
    return np.concatenate([half, -half])[:draws]


def drawn(chances: Sequence[float], rng: random.Random) -> int:
    """A place, as likely as `chances` say; never one whose chance is 0."""
    upto = list(accumulate(chances))
    place = bisect_right(upto, rng.random() * upto[-1])
    if place < len(upto):
        return place
    return max(range(len(chances)), key=chances.__getitem__)  # rounding alone leads past the end
