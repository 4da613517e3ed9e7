"""A threshold for a target, with a proof that it holds; or how much more data the proof would take.

False positives: how many of n negatives may pass is settled by n alone, before a score is seen; so the bound holds for
the threshold that was picked, not only for one fixed beforehand (the Neyman-Pearson umbrella: Tong, Feng, Li 2018).
Precision: the candidates depend on scores, never on labels, and share the doubt among them (Bonferroni). Both count on
data like what will come: other prompts, or another share of positives, and the bound says nothing.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
import numpy.typing as npt

from .metrics import Bools, Floats, precision, recall

DOUBT = 0.05
"""How often a bound may be wrong."""

CANDIDATES = 20
"""Thresholds that are tried for a precision: those which let 1/20, 2/20, … of all lines through."""

DIGITS = 6
SCALE = 1_000_000
"""Thresholds and rates are written with six decimals."""


class Picked(msgspec.Struct, frozen=True):
    """A threshold (score >= threshold says yes) and what it gives on these lines. `bound` is the Clopper-Pearson bound,
    at 95 % confidence, on the rate that was asked for: the upper one for false positives, the lower for precision."""

    threshold: float
    positives: int
    negatives: int
    fpr: float
    recall: float
    precision: float
    bound: float


class TooFew(Exception):
    """The data cannot support the target. The message says how many lines would."""


def for_fpr(scores: Floats, labels: Bools, target: float) -> Picked:
    """The lowest threshold whose false positive rate is at most `target`, 19 times out of 20. Raises TooFew."""
    negatives = np.sort(scores[~labels])[::-1]
    allowed = most_allowed(len(negatives), target)
    if allowed < 0:
        raise TooFew(
            f"{len(negatives)} negatives cannot show a false positive rate of {target:g}: "
            f"at least {fewest(target)} are needed"
        )
    threshold = above(float(negatives[allowed])) if allowed < len(negatives) else 0.0
    if threshold > max(1.0, float(scores.max())):
        raise TooFew(
            f"no threshold keeps a false positive rate of {target:g}: {allowed + 1} of {len(negatives)} negatives have "
            f"the highest score there is, {negatives[allowed]:g}"
        )
    passed = int((negatives >= threshold).sum())
    return _picked(scores, labels, threshold, upper(passed, len(negatives)))


def for_precision(scores: Floats, labels: Bools, target: float) -> Picked:
    """The lowest candidate threshold above which a share of at least `target` is positive, 19 times out of 20. Raises
    TooFew."""
    order = np.sort(scores)[::-1]
    ranks = (
        {math.ceil(len(order) * step / CANDIDATES) - 1 for step in range(1, CANDIDATES + 1)} if len(order) else set()
    )
    doubt = DOUBT / CANDIDATES
    for rank in sorted(ranks, reverse=True):
        threshold = below(float(order[rank]))
        found = scores >= threshold
        right, wrong = int(labels[found].sum()), int((~labels[found]).sum())
        if at_most(wrong, right + wrong, 1.0 - target) <= doubt:
            return _picked(scores, labels, threshold, 1.0 - upper(wrong, right + wrong, doubt))
    best = max((float(labels[scores >= at].mean()) for at in order[sorted(ranks)]), default=0.0)
    raise TooFew(
        f"{len(order)} lines cannot show a precision of {target:g}: the best threshold has {best:.3f}, and even "
        f"without a mistake {fewest(1.0 - target, doubt)} finds are needed"
    )


def _picked(scores: Floats, labels: Bools, threshold: float, bound: float) -> Picked:
    found = scores >= threshold
    positives = int(labels.sum())
    rates = (
        float(found[~labels].mean()) if positives < len(labels) else 0.0,
        recall(found, labels) if positives else 0.0,
        precision(found, labels) if found.any() else 1.0,
        bound,
    )
    return Picked(threshold, positives, len(labels) - positives, *(round(rate, DIGITS) for rate in rates))


def most_allowed(n: int, rate: float, doubt: float = DOUBT) -> int:
    """The most of n that may pass where the rate shall be shown to be at most `rate`; -1 where none may be enough."""
    low, high = -1, n - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if at_most(middle, n, rate) <= doubt else (low, middle - 1)
    return low


def fewest(rate: float, doubt: float = DOUBT) -> int:
    """How many must be seen, none of them passing, to show that a rate is at most this. Raises ValueError for a rate
    that is not between 0 and 1."""
    if not 0.0 < rate < 1.0:
        raise ValueError(f"{rate} is no rate that data could show")
    return math.ceil(math.log(doubt) / math.log1p(-rate))


def upper(k: int, n: int, doubt: float = DOUBT) -> float:
    """The Clopper-Pearson upper bound on a rate of which k in n were seen; 1 where nothing was."""
    low, high = (k / n, 1.0) if n else (1.0, 1.0)
    for _ in range(50 if k < n else 0):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(k, n, middle) > doubt else (low, middle)
    return high


def at_most(k: int, n: int, rate: float) -> float:
    """The chance of at most k in n: the binomial distribution function."""
    if k < 0 or (rate >= 1.0 and k < n):
        return 0.0
    if k >= n or rate <= 0.0:
        return 1.0
    steps = np.arange(1, k + 1, dtype=np.float64)
    logs: npt.NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(np.log((n + 1 - steps) / steps))])
    logs += np.arange(k + 1) * math.log(rate) + (n - np.arange(k + 1)) * math.log1p(-rate)
    return min(1.0, float(np.exp(logs).sum()))


def above(score: float) -> float:
    """The lowest number of six decimals that is larger."""
    return (math.floor(score * SCALE) + 1) / SCALE


def below(score: float) -> float:
    """The largest number of six decimals that is not larger."""
    return math.floor(score * SCALE) / SCALE
