"""The best of some classes and the one after it. Knows nothing of where scores come from."""

from __future__ import annotations

from math import exp
from typing import NamedTuple


class Ranking(NamedTuple):
    """Numbers of the best class and of the second, which is the best where there is one class only; what the second's
    probability is; and how sure the best is, 0 to 1, nan where scores were."""

    best: int
    second: int
    chance: float
    score: float


def ranked(scores: list[float]) -> Ranking:
    """By their softmax: the score is the probability of the best. Lists beat arrays up to a hundred classes."""
    top = max(scores)
    best = scores.index(top) if top == top else 0
    second = best
    behind = float("-inf")
    total = 0.0
    for number, score in enumerate(scores):
        total += exp(score - top)
        if behind < score and number != best:
            second, behind = number, score
    return Ranking(best, second, exp(behind - top) / total, 1.0 / total)
