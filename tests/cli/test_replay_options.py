"""What `wrp replay` may be told."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.cli.judged import options
from wrp_policies.offpolicy import DEFAULT, Kind
from wrp_router.cli.replay_options import ESTIMATORS


def test_estimators_are_those_that_there_are():
    """Written out, so that parsing imports nothing."""
    assert set(ESTIMATORS) == set(get_args(Kind))
    assert options("replay", "--log", "a", "--policy", "b").estimator == DEFAULT


def test_shares():
    """As a share or in percent; what must fall is given with an equals sign, as it begins with a minus."""
    asked = options(
        "replay", "--log", "a", "b", "--canary", "c", "--max-cost-change=-20%", "--max-latency-change", ".1"
    )
    assert asked.log == ["a", "b"]
    assert (asked.max_cost_change, asked.max_latency_change) == pytest.approx((-0.2, 0.1))
