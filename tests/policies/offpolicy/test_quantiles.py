"""Percentiles of somebody else's seconds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.policies.offpolicy.makers import drawn, on_policy
from wrp_policies.offpolicy import Logged, logged, percentile

HALF, SLOW = np.array([0.5, 0.5]), np.array([0.0, 1.0])


def timed(n: int, seed: int = 0) -> Logged:
    """Arm 1 takes a second longer; the candidate takes it always, who was logged half of the time."""
    log = drawn(n, HALF, SLOW, HALF, seed)
    return log.about(np.random.default_rng(seed + 1000).random(n) + log.actions)


def test_on_policy_it_is_the_samples() -> None:
    """The smallest value that so many are at most; and no change at all."""
    log = on_policy(101).about(np.random.default_rng(0).permutation(101).astype(float))
    found = percentile(log, 0.5)
    assert found.candidate.value == found.current.value == 50.0
    assert (found.change.value, found.change.low, found.change.high) == (0.0, 0.0, 0.0)


def test_it_is_the_candidates() -> None:
    """Its 95th percentile, that of who was logged, and how far they are apart."""
    found = percentile(timed(4000), 0.95)
    assert found.candidate.value == pytest.approx(1.95, abs=0.02)
    assert found.current.value == pytest.approx(1.90, abs=0.02)
    assert found.change.low < 0.05 < found.change.high


def test_intervals_hold() -> None:
    """Of 100 logs the median's interval holds the truth in 88 or more."""
    held = 0
    for seed in range(100):
        found = percentile(timed(300, seed), 0.5).candidate
        held += found.low <= 1.5 <= found.high
    assert 88 <= held <= 100


def test_groups_are_drawn_together() -> None:
    """Ten equal rows each are as sure as one."""
    log = timed(40)
    many = np.repeat(np.arange(40), 10)
    wide = logged(log.actions[many], log.propensities[many], log.rewards[many], log.target[many], groups=many)
    alone = logged(log.actions[many], log.propensities[many], log.rewards[many], log.target[many])
    grouped, single = percentile(wide, 0.5).candidate, percentile(alone, 0.5).candidate
    assert grouped.high - grouped.low > 2 * (single.high - single.low)


def test_compared_with_another_policy() -> None:
    """Than who never takes the slow arm, the candidate is a second later."""
    log = timed(4000)
    quick = logged(log.actions, log.propensities, log.rewards, log.target, against=np.tile([1.0, 0.0], (4000, 1)))
    found = percentile(quick, 0.5)
    assert found.current.value == pytest.approx(0.5, abs=0.03)
    assert found.change.low < 1.0 < found.change.high


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_known(rows: int) -> None:
    """No value, no end; not for the change either."""
    found = percentile(timed(10).until(rows), 0.95)
    for one in (found.candidate, found.current, found.change):
        assert math.isnan(one.value)
        assert (one.low, one.high) == (-math.inf, math.inf)


def test_missing_rows_are_left_out() -> None:
    """Others of their arm stand for them."""
    log = timed(4000)
    gone = log.about(np.where((log.actions == 1) & (np.arange(4000) % 3 > 0), np.nan, log.rewards))
    assert percentile(gone, 0.5).current.value == pytest.approx(percentile(log, 0.5).current.value, abs=0.05)
