"""All at once."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tests.policies.offpolicy.makers import LOGGING, MEANS, TARGET, TRUTH, drawn
from wrp_policies.offpolicy import ESTIMATORS, Judgement, judge, logged, value
from wrp_policies.offpolicy.judging import seen


def test_everything_is_there() -> None:
    """Current policy, every estimator of the candidate, every change; the same as asked for one by one."""
    log = drawn(3000, LOGGING, TARGET, MEANS)
    features = np.random.default_rng(0).normal(size=(3000, 3))
    found = judge(log, features)
    assert set(found.candidate) == set(found.change) == set(ESTIMATORS)
    assert found.candidate["dr"] == value(seen(log, features), "dr")
    assert found.current.value == pytest.approx(log.rewards.mean())
    for kind in ESTIMATORS:
        assert found.candidate[kind].low <= TRUTH <= found.candidate[kind].high
        assert found.change[kind].value == pytest.approx(found.candidate[kind].value - found.current.value)
    assert (found.overlap.verdict, found.warnings) == ("enough", ())


def test_it_can_be_written_down() -> None:
    """As JSON; what is not known is null."""
    found = judge(drawn(1, LOGGING, TARGET, MEANS))
    read = msgspec.json.decode(msgspec.json.encode(found))
    assert read["overlap"]["verdict"] == "none"
    assert read["candidate"]["ips"]["low"] is None


def test_what_follows() -> None:
    """Higher, lower, or nobody can say; by more than a margin where one is given."""
    good, bad = drawn(5000, LOGGING, TARGET, MEANS), drawn(5000, LOGGING, TARGET, MEANS[::-1].copy())
    assert judge(good).conclusion() == "higher"
    assert judge(bad).conclusion() == "lower"
    assert judge(good).conclusion(margin=0.5) == "undecided"
    assert judge(drawn(5000, LOGGING, LOGGING, MEANS)).conclusion("snips") == "undecided"


def test_no_conclusion_without_overlap() -> None:
    """However far apart the numbers are."""
    found = judge(drawn(400, np.array([0.97, 0.02, 0.01]), np.array([0.0, 0.0, 1.0]), np.array([0.0, 0.0, 1.0])))
    assert found.change["snips"].value > 0.5
    assert found.conclusion("snips") == found.conclusion() == "none"


def test_what_a_canary_would_replace() -> None:
    """The current policy is the one that is given, and the change is from there."""
    log = drawn(8000, np.array([0.8, 0.2]), np.array([0.0, 1.0]), np.array([0.4, 0.6]))
    found = judge(
        logged(log.actions, log.propensities, log.rewards, log.target, against=np.tile([1.0, 0.0], (8000, 1)))
    )
    assert found.current.value == pytest.approx(0.4, abs=0.02)
    assert found.change["dr"].low < 0.2 < found.change["dr"].high


def test_warnings_come_along() -> None:
    """Of rewards that one arm has less often."""
    log = drawn(3000, LOGGING, TARGET, MEANS)
    hidden = (log.actions == 0) & (np.arange(3000) % 2 == 0)
    found: Judgement = judge(log.about(np.where(hidden, np.nan, log.rewards)))
    assert any("of 0's rows" in warning for warning in found.warnings)
