"""When a log has something to say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.policies.offpolicy.makers import LOGGING, MEANS, TARGET, drawn, on_policy
from wrp_policies.offpolicy import Logged, logged, overlap


def arms(log: Logged, **changed: Any) -> Logged:
    """The same log with names, or as somebody else wrote it."""
    given: dict[str, Any] = {"logging": log.logging, "arms": ("small", "large", "new")} | changed
    likely = given.pop("propensities", log.propensities)
    return logged(log.actions, likely, log.rewards, given.pop("target", log.target), **given)


def test_a_log_speaks_for_itself() -> None:
    """All rows count, each as much."""
    found = overlap(on_policy(200))
    assert found.verdict == "enough"
    assert found.why == "As much as 200 rows speak for the candidate."
    assert (found.n, found.ess, found.max_weight) == (200, pytest.approx(200), pytest.approx(1.0))
    assert found.max_share == pytest.approx(1 / 200)
    assert (found.unsupported, found.thin) == (0.0, 0.0)


@pytest.mark.parametrize(("n", "verdict"), [(15, "none"), (80, "weak"), (1000, "enough")])
def test_few_rows(n: int, verdict: str) -> None:
    """Say little, and how many more it takes is said."""
    found = overlap(drawn(n, np.array([0.5, 0.5]), np.array([0.4, 0.6]), np.array([0.5, 0.5])))
    assert found.verdict == verdict
    assert ("times as long" in found.why) == (verdict == "weak")


def test_what_was_never_taken() -> None:
    """A tenth of the candidate's choices, by name, with what to do."""
    log = drawn(2000, np.array([0.5, 0.5, 0.0]), np.array([0.4, 0.5, 0.1]), MEANS)
    for found in (overlap(arms(log)), overlap(arms(log, logging=None))):
        assert found.verdict == "none"
        assert found.unsupported == pytest.approx(0.1)
        assert found.why.startswith(
            "10.0% of what the candidate would choose (new) was never taken in this log: give it"
        )


def test_a_little_that_was_never_taken() -> None:
    """One in a hundred is no ground for silence, but for a warning."""
    found = overlap(drawn(2000, np.array([0.5, 0.5, 0.0]), np.array([0.49, 0.5, 0.01]), MEANS))
    assert found.verdict == "weak"
    assert "(2) was never taken" in found.why


def test_what_was_impossible_where_it_would_be_chosen() -> None:
    """The arm was taken often, but never there: only the logged distribution can tell."""
    n = 2000
    there = np.arange(n) % 2 == 0
    logging = np.where(there[:, None], [1.0, 0.0], [0.5, 0.5])
    target = np.where(there[:, None], [0.5, 0.5], [0.5, 0.5])
    actions = np.where(there, 0, np.arange(n) // 2 % 2)
    log = logged(actions, logging[np.arange(n), actions], np.ones(n), target, logging=logging)
    assert overlap(log).unsupported == pytest.approx(0.25)
    assert overlap(log).verdict == "none"


def test_what_was_hardly_taken() -> None:
    """Three rows of an arm that the candidate takes in a third of all cases."""
    actions = np.array([0] * 997 + [1] * 3)
    likely = np.where(actions == 0, 0.997, 0.003)
    found = overlap(logged(actions, likely, np.ones(1000), np.tile([0.7, 0.3], (1000, 1)), arms=("old", "new")))
    assert found.verdict == "none"
    assert found.thin == pytest.approx(0.3)
    assert "30.0% of what the candidate would choose (new) was hardly ever taken" in found.why


def test_rewards_that_never_came_support_nothing() -> None:
    """An arm of which nobody told anything was as good as never taken; so was everything where nothing came."""
    log = drawn(2000, LOGGING, TARGET, MEANS)
    found = overlap(log.about(np.where(log.actions == 2, np.nan, log.rewards)))
    assert (found.verdict, found.unsupported) == ("none", pytest.approx(0.6))
    nothing = overlap(log.about(np.full(2000, np.nan)))
    assert (nothing.verdict, nothing.n) == ("none", 0)
    assert nothing.why == "No row has a reward: nothing is known of any answer."


def test_propensities_that_cannot_be() -> None:
    """Weights that do not average what they must are told, not believed."""
    log = drawn(4000, LOGGING, TARGET, MEANS)
    found = overlap(arms(log, logging=None, propensities=np.where(log.actions == 0, 0.3, log.propensities)))
    assert found.verdict == "none"
    assert found.why.startswith("Weights of small average 0.2")
    assert "where 0.100 must come out" in found.why


@pytest.mark.parametrize("told", [True, False])
def test_chance_alone_is_no_wrong_propensity(told: bool) -> None:
    """Of 300 logs that were drawn as they say, none is accused."""
    for seed in range(300):
        log = drawn(600, LOGGING, TARGET, MEANS, seed)
        assert overlap(arms(log, logging=log.logging if told else None)).verdict == "enough"


def test_few_rows_of_an_arm_that_all_are_of() -> None:
    """Said so, where no arm is to blame."""
    log = logged([0] * 12, [0.5] * 12, [1.0] * 12, [[0.5, 0.5]] * 6 + [[1.0, 0.0]] * 6, logging=[[0.5, 0.5]] * 12)
    found = overlap(logged([0] * 12, [1.0] * 12, [1.0] * 12, [[1.0]] * 12))
    assert found.why.startswith("Only as much as 12.0 rows speak for the candidate: a log 9 times as long would do")
    assert overlap(log).verdict == "none"


def test_who_it_is_compared_with_needs_overlap_too() -> None:
    """Of two policies one cannot be judged: nor can the difference."""
    log = drawn(2000, np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.5, 0.0]), MEANS)
    known, never = np.tile([1.0, 0.0, 0.0], (2000, 1)), np.tile([0.5, 0.0, 0.5], (2000, 1))
    for other, verdict in ((known, "enough"), (never, "none")):
        found = overlap(logged(log.actions, log.propensities, log.rewards, log.target, against=other))
        assert found.verdict == verdict
    assert found.why.startswith("Of the policy to compare with: 50.0% of what it would choose (2) was never taken")


def test_no_rows() -> None:
    """Nothing."""
    found = overlap(logged([], [], [], np.zeros((0, 2)), logging=np.zeros((0, 2))))
    assert (found.verdict, found.n, found.max_share) == ("none", 0, 0.0)
