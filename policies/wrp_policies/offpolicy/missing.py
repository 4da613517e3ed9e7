"""Rewards that never came: others of the same arm stand for them. It assumes that who tells depends on the arm alone.

More exactly: given the arm, whether a reward came must not depend on what it would have been, nor (for estimators
without a model) on what the request was. Where people only complain, that does not hold, and nothing here mends it.
"""

from __future__ import annotations

import math

import numpy as np

from .logged import Floats, Logged

DIFFERS = 5.0
"""Standard errors by which an arm's share of missing rewards must differ from the others' to be worth a warning."""

WORTH = 0.02
"""And by how much."""


def shares(log: Logged) -> Floats:
    """float64[K]: of how many of each arm's rows the reward came; nan for arms that were never taken."""
    arms = len(log.arms)
    taken = np.bincount(log.actions, minlength=arms)
    came = np.bincount(log.actions[log.known], minlength=arms)
    with np.errstate(invalid="ignore"):
        return np.where(taken > 0, came / np.maximum(taken, 1), np.nan)


def multiplied(log: Logged, weights: Floats) -> Floats:
    """float64[n]: `weights` by how many rows of its arm each known one stands for; 0 where the reward never came."""
    known = log.known
    return weights if known.all() else np.where(known, weights / np.where(known, shares(log)[log.actions], 1.0), 0.0)


def completed(log: Logged, terms: Floats) -> Floats:
    """float64[n]: `terms` of known rows, so that their average is that of all rows.

    Every known row stands for as many of its arm as share its fate, and every row has its arm's mean in common. The
    average is that of rows weighted by one over the share that came; its variance is what it should be with shares
    that were themselves counted (post-stratification). Arms of which nothing came count as 0: see `overlap`.
    """
    known = log.known
    if known.all():
        return terms
    arms = len(log.arms)
    came = np.bincount(log.actions[known], minlength=arms)
    means = np.bincount(log.actions[known], terms[known], minlength=arms) / np.maximum(came, 1)
    stands = multiplied(log, np.ones(len(log)))
    return np.where(known, terms, 0.0) * stands + means[log.actions] * (1.0 - stands)


def warnings(log: Logged) -> tuple[str, ...]:
    """For every arm that is told of clearly less or more often than all together."""
    known = log.known
    if known.all() or not len(log):
        return ()
    everywhere = float(known.mean())
    found = []
    for arm, share in enumerate(shares(log)):
        rows = int((log.actions == arm).sum())
        error = math.sqrt(max(everywhere * (1.0 - everywhere), 1e-12) / rows) if rows else math.inf
        if abs(share - everywhere) > max(WORTH, DIFFERS * error):
            found.append(
                f"rewards came for {share:.0%} of {log.arms[arm]}'s rows, for {everywhere:.0%} of all: estimates hold "
                "only if who answers does not depend on how good the answer was"
            )
    return tuple(found)
