"""Rewards that never came."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.offpolicy.makers import LOGGING, MEANS, TARGET, drawn
from wrp_policies.offpolicy import logged
from wrp_policies.offpolicy.missing import completed, multiplied, shares, warnings

EVERY = np.tile([1.0, 0.0, 0.0], (4, 1))
LOG = logged([0, 0, 1, 1], [0.5] * 4, [1.0, 0.0, 1.0, np.nan], EVERY)


def test_who_told() -> None:
    """Of each arm; nan where nobody was asked."""
    assert shares(LOG)[:2].tolist() == [1.0, 0.5]
    assert np.isnan(shares(LOG)[2])


def test_who_stands_for_whom() -> None:
    """A known row of an arm of which half came counts twice, an unknown one not at all."""
    assert multiplied(LOG, np.ones(4)).tolist() == [1.0, 1.0, 2.0, 0.0]


def test_the_mean_is_that_of_each_arms_known_rows() -> None:
    """Weighted by how often the arms were taken, not by how often they were told of."""
    terms = np.array([1.0, 0.0, 1.0, np.nan])
    assert completed(LOG, terms).mean() == pytest.approx(np.mean([0.5, 0.5, 1.0, 1.0]))


def test_nothing_changes_where_all_is_known() -> None:
    """The same array."""
    log = LOG.about([1.0, 2.0, 3.0, 4.0])
    assert completed(log, log.rewards) is log.rewards
    assert warnings(log) == ()


def test_an_arm_that_never_tells() -> None:
    """Counts as nothing, and is no division by zero."""
    log = LOG.about([1.0, 0.0, np.nan, np.nan])
    assert completed(log, log.rewards).tolist() == [1.0, 0.0, 0.0, 0.0]


def test_arms_that_are_told_of_less_are_named() -> None:
    """Where the difference is none of chance; equal shares are no news."""
    log = drawn(3000, LOGGING, TARGET, MEANS)
    rng = np.random.default_rng(1)
    seldom = log.about(np.where(rng.random(3000) < np.where(log.actions == 0, 0.9, 0.5), log.rewards, np.nan))
    found = warnings(seldom)
    assert len(found) == 3
    assert "90% of 0's rows" in found[0].replace("89%", "90%").replace("91%", "90%")
    assert warnings(log.about(np.where(rng.random(3000) < 0.7, log.rewards, np.nan))) == ()


def test_no_rows_no_warnings() -> None:
    """Nor where an arm was never taken."""
    assert warnings(LOG.until(0)) == ()
    assert warnings(LOG) == ()
