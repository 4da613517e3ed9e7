"""What may be made of a log, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from wrp_policies.offpolicy import BadLog, Logged, logged

HALF = [[0.5, 0.5], [0.5, 0.5]]


def made(**changed: Any) -> Logged:
    given: dict[str, Any] = {"actions": [0, 1], "propensities": [0.5, 0.25], "rewards": [1.0, np.nan], "target": HALF}
    given |= changed
    return logged(given.pop("actions"), given.pop("propensities"), given.pop("rewards"), given.pop("target"), **given)


def test_weights_are_ratios() -> None:
    """The candidate's chance of what was done, by that of who did it."""
    log = made()
    assert log.weights.tolist() == [1.0, 2.0]
    assert log.known.tolist() == [True, False]
    assert (len(log), log.arms) == (2, ("0", "1"))


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"actions": [0, 2]}, "actions: every one must be a whole number from 0 to 1"),
        ({"actions": [0, 0.5]}, "actions"),
        ({"actions": [0, -1]}, "actions"),
        ({"actions": [0]}, r"actions: shape \(1,\)"),
        ({"propensities": [0.5, 0.0]}, r"propensities: row 1 has 0.0: outside \(0, 1\]"),
        ({"propensities": [1.5, 0.5]}, "propensities: row 0"),
        ({"propensities": [np.nan, 0.5]}, "propensities: row 0"),
        ({"rewards": [1.0, np.inf]}, "rewards: row 1 has inf"),
        ({"rewards": [1.0, 2.0, 3.0]}, "rewards: shape"),
        ({"target": [[0.5, 0.5], [0.5, 0.4]]}, r"target: row 1 has 0.9: chances do not add up to 1 \(1 rows"),
        ({"target": [[1.5, -0.5], [0.5, 0.5]]}, "target: row 0"),
        ({"target": [[np.nan, 1.0], [0.5, 0.5]]}, "target: row 0"),
        ({"target": [0.5, 0.5]}, "target: shape"),
        ({"target": np.zeros((2, 0))}, "target: shape"),
        ({"logging": [[1.0], [1.0]]}, "logging: shape"),
        ({"logging": [[0.5, 0.5], [0.5, 0.5]]}, "propensities: row 1 has 0.25: not what logging says"),
        ({"against": [[1.0], [1.0]]}, "against: shape"),
        ({"groups": ["a"]}, "groups: 1 where target has 2"),
        ({"arms": ["small"]}, "arms: 1 names for 2"),
    ],
)
def test_nonsense_is_refused(changed: dict[str, Any], says: str) -> None:
    """With the row that is wrong, and why."""
    with pytest.raises(BadLog, match=says):
        made(**changed)


def test_a_candidate_that_nothing_is_known_of() -> None:
    """All that it would do the log never could: there is no estimate, and the arm is named."""
    always = [[1.0, 0.0], [1.0, 0.0]]
    with pytest.raises(BadLog, match="only ever choose large, which this log never could"):
        made(actions=[0, 0], propensities=[1, 1], target=[[0, 1], [0, 1]], logging=always, arms=("small", "large"))


def test_logs_round() -> None:
    """Chances written with six digits are chances."""
    third = [[0.333333, 0.333333, 0.333333]] * 2
    assert made(propensities=[0.333333, 1.0000001], target=third).propensities.tolist() == [0.333333, 1.0]


def test_groups_are_anything() -> None:
    """They are numbered as they come; arrays will do, too."""
    assert made(groups=["b", "a"]).groups.tolist() == [0, 1]  # type: ignore[union-attr]
    assert made(groups=np.array([7, 7])).groups.tolist() == [0, 0]  # type: ignore[union-attr]


def test_the_same_decisions_judged_by_cost() -> None:
    """All but the rewards stays; their number must fit."""
    log = made(groups=["a", "b"])
    about = log.about([0.001, 0.002])
    assert about.rewards.tolist() == [0.001, 0.002]
    assert about.target is log.target
    with pytest.raises(BadLog):
        log.about([0.001])


def test_what_was_known_then() -> None:
    """The first rows, of every column."""
    early = made(groups=["a", "b"], logging=[[0.5, 0.5], [0.75, 0.25]], against=HALF).until(1)
    assert early.against is not None
    assert len(early.against) == 1
    assert len(early) == len(early.rewards) == len(early.target) == 1
    assert early.logging is not None
    assert early.groups is not None
    assert len(early.logging) == len(early.groups) == 1
    assert made().until(0).groups is None


def test_the_other_policy_in_the_candidates_place() -> None:
    """Where one is given."""
    assert made().instead() is None
    other = made(against=[[1.0, 0.0], [0.5, 0.5]]).instead()
    assert other is not None
    assert other.weights.tolist() == [2.0, 2.0]
    assert other.against is None


def test_a_log_without_rows() -> None:
    """Is one."""
    assert len(logged([], [], [], np.zeros((0, 2)), logging=np.zeros((0, 2)))) == 0
