"""An interval that may be looked at after every row: it holds at all looks at once, not only at a planned one."""

from __future__ import annotations

import math

from .evidence import Scores
from .intervals import normal, spread, student
from .logged import Index


def always(scores: Scores, level: float, tightest: int, groups: Index | None = None) -> tuple[float, float]:
    """Ends of an asymptotic confidence sequence (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, theorem 2.2).

    The mean of what `scores` are drawn from is between all ends that are ever computed, in `level` of all cases,
    however often one looks and whenever one stops. It is narrowest for about `tightest` draws (rows, or groups), where
    it is some half wider than an interval that is looked at once. Few rows make it wider, as they do `interval`.
    """
    found = spread(scores.values, groups, scores.spare)
    if not math.isfinite(found.error):
        return -math.inf, math.inf
    draws = len(scores.values) if groups is None else len(set(groups.tolist()))
    doubt = 1.0 - level
    mixing = (-2.0 * math.log(doubt) + math.log(-2.0 * math.log(doubt)) + 1.0) / tightest
    grown = draws * mixing + 1.0
    errors = math.sqrt(2.0 * grown / (draws * mixing) * math.log(math.sqrt(grown) / doubt))
    half = found.error * errors * student(level, found.freedom) / normal(level) + scores.bias
    return found.mean - half, found.mean + half
