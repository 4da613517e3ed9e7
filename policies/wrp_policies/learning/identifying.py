"""Which of a few arms is the best, and how sure that is: counts and means, no contexts. It draws nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

STEPS = 40
"""Halvings when proportions are worked out."""

TIED = 1e-3
"""Differences below this are taken for this: two equal arms would ask for infinitely many answers."""


def confidence(values: Sequence[float], counts: Sequence[float], variance: float) -> float:
    """By how much what was seen is likelier if the best is the best than if any other one is: the least generalised
    likelihood ratio, in nats (Chernoff 1959; Garivier and Kaufmann 2016, for normal rewards of this variance)."""
    best = _best(values)
    ratios = [
        counts[best] * count / (counts[best] + count) * (values[best] - value) ** 2 / (2.0 * variance) if count else 0.0
        for place, (value, count) in enumerate(zip(values, counts, strict=True))
        if place != best
    ]
    return min(ratios, default=math.inf) if counts[best] else 0.0


def bar(count: float, arms: int, delta: float) -> float:
    """What `confidence` must reach after `count` answers for the best to be it but for a share `delta` of the time, as
    used in practice (Garivier and Kaufmann 2016, section 6), over all other arms."""
    return math.log((arms - 1) * (1.0 + math.log(max(1.0, count))) / delta) if arms > 1 else 0.0


def proportions(values: Sequence[float], variance: float) -> list[float]:
    """The shares of answers by which the best arm is known soonest (Garivier and Kaufmann 2016, theorem 5): w_a =
    x_a w_best, where all x_a c_a / (1 + x_a) are equal and the squares of x_a sum to 1; c_a is the squared gap over
    twice the variance."""
    best = _best(values)
    costs = np.array(
        [max(TIED, values[best] - value) ** 2 / (2.0 * variance) for at, value in enumerate(values) if at != best]
    )
    if not len(costs):
        return [1.0]
    low, high = 0.0, float(costs.min())
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if np.sum((middle / (costs - middle)) ** 2) < 1.0:
            low = middle
        else:
            high = middle
    others = low / (costs - low)
    share = 1.0 / (1.0 + float(others.sum()))
    found = [float(one) for one in others * share]
    found.insert(best, share)
    return found


def _best(values: Sequence[float]) -> int:
    return max(range(len(values)), key=values.__getitem__)
