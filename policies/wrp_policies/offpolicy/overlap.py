"""Whether a log has anything to say about a candidate: how many of its rows, and how much of what it would do."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np

from .evidence import effective
from .logged import Floats, Logged
from .missing import multiplied

Verdict = Literal["enough", "weak", "none"]

FEW, ENOUGH = 20.0, 100.0
"""Effective rows: with fewer than FEW nothing is concluded, from ENOUGH on intervals are what they say."""

UNSEEN, LITTLE = 0.02, 0.002
"""Share of the candidate's choices that the log never took: above UNSEEN no conclusion, above LITTLE a weak one."""

THIN, THINNED = 5.0, 0.1
"""An arm with fewer effective rows than THIN is thin; above THINNED of the candidate's choices on thin arms, nothing is
concluded."""

STRANGE, SEEN = 5.0, 50
"""Standard errors by which an arm's weights may miss what they must average to, where it has SEEN rows or more."""


class Overlap(msgspec.Struct, frozen=True, gc=False):
    """`n` known rows worth `ess`; `max_share` of all weight is on one row. `unsupported` of the candidate's choices
    were never taken in the log, `thin` of them were hardly. `verdict`, and what to do about it (`why`)."""

    verdict: Verdict
    why: str
    n: int
    ess: float
    max_weight: float
    max_share: float
    unsupported: float
    thin: float


def overlap(log: Logged) -> Overlap:
    """No conclusion may be drawn where the verdict is `none`, whatever the estimates look like.

    It is that of the candidate, unless nothing can be said of the policy that it is compared with.
    """
    found, other = _overlap(log), log.instead()
    if other is not None and found.verdict != "none":
        theirs = _overlap(other)
        if theirs.verdict == "none":
            why = f"Of the policy to compare with: {theirs.why.replace('the candidate', 'it')}"
            return msgspec.structs.replace(found, verdict="none", why=why)
    return found


def _overlap(log: Logged) -> Overlap:
    weights = multiplied(log, log.weights)
    total, most, ess = float(weights.sum()), float(weights.max(initial=0.0)), effective(weights)
    arms = len(log.arms)
    sums, squares = (np.bincount(log.actions, terms, arms) for terms in (weights, weights * weights))
    rows = np.divide(sums * sums, squares, out=np.zeros(arms), where=squares > 0.0)
    mass = log.target.mean(axis=0) if len(log) else np.zeros(arms)
    missed = _missed(log, mass, rows)
    hardly = np.where((rows > 0.0) & (rows < THIN), mass - missed, 0.0)
    verdict, why = _judged(log, ess, mass, missed, hardly)
    share = most / total if total > 0.0 else 0.0
    known = int(log.known.sum())
    return Overlap(verdict, why, known, ess, most, share, float(missed.sum()), float(hardly.sum()))


def _missed(log: Logged, mass: Floats, rows: Floats) -> Floats:
    """float64[K]: of the candidate's choices, how many are of each arm where the log never took it."""
    never = np.where(rows > 0.0, 0.0, mass)
    if log.logging is None or not len(log):
        return never
    impossible: Floats = np.where(log.logging > 0.0, 0.0, log.target).mean(axis=0)
    return np.maximum(never, impossible)


def _judged(log: Logged, ess: float, mass: Floats, missed: Floats, hardly: Floats) -> tuple[Verdict, str]:
    """The first rule that is broken, gravest first."""
    if not log.known.any():
        return "none", "No row has a reward: nothing is known of any answer."
    unseen, thin = float(missed.sum()), float(hardly.sum())
    if unseen > UNSEEN:
        return "none", (
            f"{unseen:.1%} of what the candidate would choose ({_most(log, missed)}) was never taken in this log: give "
            "it a share of the traffic (a floor of exploration, a canary), or judge a candidate without it."
        )
    if thin > THINNED:
        return "none", (
            f"{thin:.1%} of what the candidate would choose ({_most(log, hardly)}) was hardly ever taken in this log: "
            "give it more of the traffic, or wait."
        )
    wrong = _strange(log, mass, missed)
    if wrong:
        return "none", wrong
    more = f"a log {max(2, math.ceil(ENOUGH / max(ess, 1.0)))} times as long would do, or one with more exploration."
    if ess < FEW:
        return "none", f"Only as much as {ess:.1f} rows speak for the candidate: {more}"
    if ess < ENOUGH:
        return "weak", f"As much as {ess:.0f} rows speak for the candidate; intervals are wide: {more}"
    if unseen > LITTLE:
        return "weak", (
            f"{unseen:.1%} of what the candidate would choose ({_most(log, missed)}) was never taken in this log: the "
            "estimates leave it out."
        )
    return "enough", f"As much as {ess:.0f} rows speak for the candidate."


def _most(log: Logged, share: Floats) -> str:
    """The arms that matter most, up to three."""
    order = [int(arm) for arm in np.argsort(-share)[:3] if share[arm] > 0.0]
    return ", ".join(log.arms[arm] for arm in order)


def _strange(log: Logged, mass: Floats, missed: Floats) -> str:
    """Weights of an arm's rows must average the candidate's choices of it; where they do not, propensities are wrong.

    Compared row by row, so that a candidate that depends on the request is no noise; not for arms that the log could
    not always take, whose weights need not add up.
    """
    n, arms, weights = len(log), len(log.arms), log.weights
    mean, square, crossed = (
        np.bincount(log.actions, terms, arms) / n
        for terms in (weights, weights * weights, weights * log.of_action(log.target))
    )
    aims = (log.target * log.target).mean(axis=0)
    off = mean - mass
    variance = np.maximum(square - 2.0 * crossed + aims - off * off, _noise(log))
    taken = np.bincount(log.actions, minlength=arms)
    wrong = (np.abs(off) > STRANGE * np.sqrt(variance / n) + 1e-9) & (taken >= SEEN) & (missed <= 0.0)
    if not wrong.any():
        return ""
    arm = int(np.argmax(np.where(wrong, np.abs(off), 0.0)))
    return (
        f"Weights of {log.arms[arm]} average {mean[arm]:.3f} where {mass[arm]:.3f} must come out: the logged "
        "propensities are not those that arms were drawn with, or what the candidate would do was hardly ever tried "
        "where it would."
    )


def _noise(log: Logged) -> Floats:
    """float64[K]: variance of what is compared if the log drew as it says; 0 where it does not say."""
    if log.logging is None:
        return np.zeros(len(log.arms))
    chance = np.maximum(log.logging, 1e-12)
    noise: Floats = (log.target * log.target * (1.0 - chance) / chance).mean(axis=0)
    return noise
