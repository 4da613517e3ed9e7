"""Which arm is the best, and how sure that is."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.learning.identifying import bar, confidence, proportions


def test_confidence_by_hand() -> None:
    """Two arms, 100 each, 0.2 apart at a variance of 0.25: 50 * 0.04 / 0.5 = 4 nats; the closest rival counts."""
    assert confidence([0.7, 0.5], [100, 100], 0.25) == pytest.approx(4.0)
    assert confidence([0.7, 0.5, 0.6], [100, 100, 100], 0.25) == pytest.approx(1.0)


def test_nothing_is_known_of_who_was_never_asked() -> None:
    """Neither as the best nor as a rival; and one alone is the best."""
    assert confidence([0.7, 0.5], [100, 0], 0.25) == 0.0
    assert confidence([0.7, 0.5], [0, 100], 0.25) == 0.0
    assert confidence([0.7], [3], 0.25) == math.inf
    assert bar(3, 1, 0.05) == 0.0


def test_the_bar_rises_slowly() -> None:
    """With the number of answers, of arms, and with how sure one wants to be."""
    assert bar(1, 2, 0.05) == pytest.approx(math.log(20))
    assert bar(100, 2, 0.05) < bar(10_000, 2, 0.05) < bar(10_000, 5, 0.05) < bar(10_000, 5, 0.001)


def test_two_arms_get_halves() -> None:
    """However far apart they are."""
    assert proportions([0.9, 0.1], 0.25) == pytest.approx([0.5, 0.5], abs=1e-3)
    assert proportions([0.9], 0.25) == [1.0]


@given(values=st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_proportions_are_shares_that_balance_the_evidence(values: list[float]) -> None:
    """They sum to one, and against each rival they gather evidence equally fast: none could be cut for another."""
    shares = proportions(values, 0.25)
    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) >= 0.0
    best = max(range(len(values)), key=values.__getitem__)
    rates = [
        shares[best] * share / (shares[best] + share) * max(1e-3, values[best] - value) ** 2
        for at, (share, value) in enumerate(zip(shares, values, strict=True))
        if at != best
    ]
    assert max(rates) == pytest.approx(min(rates), rel=1e-6, abs=1e-12)


def test_wrong_no_oftener_than_delta() -> None:
    """Two coins of 0.5 and 0.6, asked in turn until it is certain but for 10 %: of 200 such trials at most 30 are wrong
    (the bound allows 20, chance a little more)."""
    rng, wrong = random.Random(1), 0
    for _ in range(200):
        sums, count = [0.0, 0.0], 0.0
        while count < 5000:
            count += 1.0
            sums = [sums[0] + (rng.random() < 0.5), sums[1] + (rng.random() < 0.6)]
            values = [one / count for one in sums]
            if count >= 5 and confidence(values, [count, count], 0.25) > bar(2 * count, 2, 0.1):
                break
        wrong += values[0] > values[1]
    assert wrong <= 30
