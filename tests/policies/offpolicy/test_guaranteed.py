"""An interval that holds without any "for enough rows"."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.offpolicy.makers import LOGGING, MEANS, TARGET, TRUTH, drawn, unmodelled
from wrp_policies.offpolicy import BadLog, guaranteed, logged, value


@pytest.mark.parametrize("n", [0, 1, 2, 20, 500])
def test_it_holds(n: int) -> None:
    """For any number of rows, always between 0 and 1; in 100 logs not one is wrong."""
    for seed in range(100):
        found = guaranteed(drawn(n, LOGGING, TARGET, MEANS, seed))
        assert 0.0 <= found.low <= TRUTH <= found.high <= 1.0
    assert found.n == n


def test_it_is_wider_than_what_assumes_more() -> None:
    """And narrows with the root of the rows."""
    few, many = (drawn(n, LOGGING, TARGET, MEANS) for n in (2000, 200_000))
    widths = [guaranteed(log).high - guaranteed(log).low for log in (few, many)]
    plain = value(unmodelled(few), "ips")
    assert plain.high - plain.low < widths[0]
    assert widths[1] < widths[0] / 5


def test_missing_rewards_are_the_worst_and_the_best() -> None:
    """Nobody has to assume that they are like the others."""
    log = drawn(5000, LOGGING, TARGET, MEANS)
    bad_ones_hidden = log.about(np.where((log.rewards == 0.0) & (np.arange(5000) % 2 == 0), np.nan, log.rewards))
    found, whole = guaranteed(bad_ones_hidden), guaranteed(log)
    assert found.low <= TRUTH <= found.high
    assert found.high - found.low > whole.high - whole.low


def test_what_it_is_not_for() -> None:
    """Rewards without bounds, and rows that belong together."""
    log = drawn(10, LOGGING, TARGET, MEANS)
    with pytest.raises(BadLog):
        guaranteed(log.about(np.full(10, 1.5)))
    with pytest.raises(BadLog):
        guaranteed(logged(log.actions, log.propensities, log.rewards, log.target, groups=range(10)))
