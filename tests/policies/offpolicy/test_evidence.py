"""What estimators are made of."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.offpolicy.makers import on_policy, unmodelled
from wrp_policies.offpolicy import logged
from wrp_policies.offpolicy.evidence import PRESUMED, effective, presumed


@pytest.mark.parametrize(
    ("weights", "rows"), [([], 0.0), ([0.0, 0.0], 0.0), ([2.0], 1.0), ([3.0] * 5, 5.0), ([1.0, 0.0], 1.0)]
)
def test_effective_rows(weights: list[float], rows: float) -> None:
    """As many as carry equal weight."""
    assert effective(np.array(weights)) == pytest.approx(rows)


def test_one_heavy_row_is_hardly_more_than_one() -> None:
    """However many light ones there are beside it."""
    assert effective(np.array([1000.0] + [1.0] * 99)) < 1.3


def test_what_is_kept_of_a_log() -> None:
    """Expected rewards of the candidate, and what was left of those that came."""
    log = on_policy(5)
    seen = unmodelled(log, 0.25)
    assert seen.expected == pytest.approx(np.full(5, 0.25))
    assert seen.residuals == pytest.approx(log.rewards - 0.25)
    assert seen.weights == pytest.approx(np.ones(5))
    assert seen.ess == pytest.approx(5.0)


def test_few_rows_without_errors_are_not_believed() -> None:
    """Some variance is presumed, the less the more rows there are; none where they show as much themselves."""
    log = on_policy(100)
    errors = np.where(np.arange(100) < 50, 1.0, 0.0)
    few, more = (presumed(log, np.where(np.arange(100) >= first, 1.0, 0.0), errors) for first in (95, 50))
    assert few == pytest.approx(PRESUMED / (PRESUMED + 5) * 0.05 * 0.5)
    assert more == pytest.approx(PRESUMED / (PRESUMED + 50) * 0.5 * 0.5)
    assert presumed(log, np.where(errors > 0, 1.0, 0.0), errors) == 0.0
    assert presumed(log.about([np.nan] * 100), np.zeros(100), np.full(100, np.nan)) == 0.0


def test_a_rival() -> None:
    """Is looked at in the same way."""
    log = on_policy(9)
    assert unmodelled(log).rival is None
    rival = unmodelled(logged(log.actions, log.propensities, log.rewards, log.target, against=log.target)).rival
    assert rival is not None
    assert rival.ess == pytest.approx(9.0)
