"""An interval that holds for any number of rows and any rewards in [0, 1], and is as wide as that takes."""

from __future__ import annotations

import math

import numpy as np

from .estimators import Estimate
from .evidence import effective
from .logged import BadLog, Floats, Logged
from .missing import multiplied


def guaranteed(log: Logged, level: float = 0.95) -> Estimate:
    """Empirical Bernstein bounds (Maurer and Pontil 2009, theorem 4) of the candidate's mean reward.

    Weights are cut at √(n / ln(4 / (1 - level))), a number that does not depend on what was drawn: what is cut off
    makes the lower bound lower, and the upper one is one minus the lower bound of 1 - reward, so that both hold without
    any assumption but right propensities. Rewards that never came count as 0 for the one and 1 for the other. The value
    is the middle. Raises BadLog for rewards outside of [0, 1] and for groups, whose rows are not drawn one by one.
    """
    rewards = log.rewards[log.known]
    if log.groups is not None or np.any((rewards < 0.0) | (rewards > 1.0)):
        raise BadLog("guaranteed bounds are for single rows with rewards between 0 and 1")
    low = _lower(log.weights, np.where(log.known, log.rewards, 0.0), (1.0 - level) / 2.0)
    high = 1.0 - _lower(log.weights, np.where(log.known, 1.0 - log.rewards, 0.0), (1.0 - level) / 2.0)
    low, high = max(0.0, low), min(1.0, high)
    weights = multiplied(log, log.weights)
    most = float(weights.max(initial=0.0))
    return Estimate("guaranteed", (low + high) / 2.0, low, high, len(log), effective(weights), most, level)


def _lower(weights: Floats, rewards: Floats, doubt: float) -> float:
    """What the mean of weights * rewards is at least, but for `doubt`."""
    n = len(weights)
    if n < 2:
        return 0.0
    log_term = math.log(2.0 / doubt)
    cut = math.sqrt(n / log_term)
    terms = np.minimum(weights, cut) * rewards
    chance = math.sqrt(2.0 * float(terms.var(ddof=1)) * log_term / n)
    return float(terms.mean()) - chance - 7.0 * cut * log_term / (3.0 * (n - 1))
