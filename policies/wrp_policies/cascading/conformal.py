"""Thresholds with a guarantee that holds for any number of samples and any verifier, good or bad.

**What is guaranteed.** Let an accepted answer of the small model be *worse* if the large model's is better, by whatever
measure the samples were judged. With probability at least 1 - delta over the draw of the calibration samples,

    P(worse | accepted) <= alpha,

if requests are drawn as the samples were, independently, and judged alike. It is a statement about accepted answers
(selective risk), stronger than one about all answers; about the mean over requests, not about any one of them; and
about each category by itself: of k categories, k delta may fail. A category with too few samples has the threshold of
all together, whose guarantee is about the mixture of all.

**How.** Learn then test (Angelopoulos, Bates, Candes, Jordan, Lei: "Learn then Test: Calibrating Predictive Algorithms
to Achieve Risk Control", arXiv:2110.01052). Candidates are some ranks of the scores, fixed by the number of samples
alone. Given the score at a rank, the samples strictly above it are independent draws from all that is above it, so that
the number of worse ones among them is binomial: its tail is an exact p-value (Clopper and Pearson 1934) for "the risk
above this score is more than alpha". Each of m candidates is tested at delta / m (Bonferroni), so that with probability
1 - delta no bad one passes, and the loosest that passes is taken. (Testing them in sequence at the full delta would
need candidates that do not depend on the samples: ranks do.)
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, exp, floor, inf, lgamma, log, log1p, nextafter

import numpy as np
import numpy.typing as npt

from .cards import WHOLE, Threshold

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

CANDIDATES = ((500, 5), (5_000, 20), (1 << 62, 60))
"""Up to how many samples how many ranks are tried."""


def calibrated(
    scores: Floats, worse: Bools, categories: Sequence[str], alpha: float, delta: float
) -> dict[str, Threshold]:
    """A threshold for all samples together, and for each category by itself. `scores` float64[n] in [0, 1] are what the
    verifier says of the small model's answers, `worse` bool[n] whether the large model's was better. Raises ValueError
    for numbers that are none of these."""
    if not (0.0 < alpha < 1.0 and 0.0 < delta < 1.0):
        raise ValueError("alpha and delta are shares between 0 and 1")
    if not len(scores) == len(worse) == len(categories):
        raise ValueError("scores, outcomes and categories are of different lengths")
    if not bool(np.all((scores >= 0.0) & (scores <= 1.0))):
        raise ValueError("scores are in [0, 1]")
    found = {WHOLE: threshold(scores, worse, alpha, delta)}
    named = np.asarray(categories, dtype=object)
    for category in sorted(set(categories) - {WHOLE}):
        here = named == category
        own = int(here.sum())
        if least(alpha, delta / candidates(own)) <= own:
            found[category] = threshold(scores[here], worse[here], alpha, delta)
        else:
            found[category] = _shared(found[WHOLE], own)
    return found


def threshold(scores: Floats, worse: Bools, alpha: float, delta: float) -> Threshold:
    """The lowest score from which on answers may be accepted; None where no candidate passes."""
    n = len(scores)
    order = np.argsort(-scores, kind="stable")
    sorted_scores, bad = scores[order], np.concatenate([[0], np.cumsum(worse[order])])
    tried = ranks(n, alpha, delta)
    each = delta / max(1, len(tried))
    for rank in reversed(tried):
        edge = -inf if rank == n else float(sorted_scores[rank])
        above = int(np.searchsorted(-sorted_scores, -edge, side="left"))  # strictly above: ties are not
        k = int(bad[above])
        if above and binomial_tail(k, above, alpha) <= each:
            at = 0.0 if rank == n else min(1.0, nextafter(edge, inf))
            return Threshold(at, n, above, k, upper_bound(k, above, each))
    return Threshold(None, n)


def _shared(whole: Threshold, own: int) -> Threshold:
    return Threshold(whole.at, own, whole.accepted, whole.worse, whole.bound, shared=True)


def candidates(n: int) -> int:
    """How many thresholds are tried on n samples."""
    return next(count for most, count in CANDIDATES if n < most)


def least(alpha: float, delta: float) -> int:
    """So many samples without a worse one are the fewest that say anything."""
    return ceil(log(delta) / log1p(-alpha))


def ranks(n: int, alpha: float, delta: float) -> list[int]:
    """How many answers each candidate accepts, ascending by equal factors from the fewest that could pass to all n. A
    function of n, not of the samples; empty where n is too small."""
    m = candidates(n)
    first = least(alpha, delta / m)
    if first > n:
        return []
    return sorted({n, *[floor(first * (n / first) ** (step / (m - 1))) for step in range(m - 1)]})


def binomial_tail(k: int, n: int, p: float) -> float:
    """P(Bin(n, p) <= k), exactly up to rounding."""
    if k >= n:
        return 1.0
    whole, yes, no = lgamma(n + 1), log(p), log1p(-p)
    terms = [whole - lgamma(i + 1) - lgamma(n - i + 1) + i * yes + (n - i) * no for i in range(k + 1)]
    most = max(terms)
    return min(1.0, exp(most) * sum([exp(term - most) for term in terms]))


def upper_bound(k: int, n: int, delta: float) -> float:
    """The Clopper-Pearson upper bound on a share of which k of n were seen, with confidence 1 - delta."""
    if k >= n:
        return 1.0
    low, high = k / n, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        if middle <= 0.0 or binomial_tail(k, n, middle) > delta:
            low = middle
        else:
            high = middle
    return high
