"""Looking often."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wrp_policies.offpolicy.evidence import Scores
from wrp_policies.offpolicy.intervals import interval
from wrp_policies.offpolicy.sequence import always


def test_all_looks_hold_together() -> None:
    """Of 200 sequences that are looked at forty times, 95 % are never wrong; of plain ones a quarter are."""
    wrong = plain = 0
    for seed in range(200):
        scores = np.random.default_rng(seed).normal(size=2000)
        looks = range(50, 2001, 50)
        wrong += any(not low <= 0.0 <= high for low, high in (always(Scores(scores[:n]), 0.95, 1000) for n in looks))
        plain += any(not low <= 0.0 <= high for low, high in (interval(scores[:n], 0.95) for n in looks))
    assert wrong <= 10
    assert plain > 50


def test_the_price_of_looking() -> None:
    """Where it is tightest it is less than twice as wide as an interval for one look."""
    scores = np.random.default_rng(0).normal(size=10_000)
    low, high = always(Scores(scores), 0.95, 10_000)
    once = interval(scores, 0.95)
    assert 1.3 < (high - low) / (once[1] - once[0]) < 1.7


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_compare(rows: int) -> None:
    """No ends."""
    assert always(Scores(np.ones(rows)), 0.95, 100) == (-math.inf, math.inf)


def test_what_is_not_in_the_rows_widens_it() -> None:
    """Bias by itself, presumed variance by its root; and equal rows of groups count once."""
    scores = np.random.default_rng(0).normal(size=100)
    low, high = always(Scores(scores), 0.95, 100)
    assert always(Scores(scores, bias=0.5), 0.95, 100) == pytest.approx((low - 0.5, high + 0.5))
    wide = always(Scores(scores, spare=3.0 * scores.var()), 0.95, 100)
    assert (wide[1] - wide[0]) / (high - low) == pytest.approx(2.0, rel=0.01)
    grouped = always(Scores(np.repeat(scores, 3)), 0.95, 100, np.repeat(np.arange(100), 3))
    assert grouped == pytest.approx((low, high))
