"""Thompson sampling with propensities."""

from __future__ import annotations

import pytest

from tests.policies.makers import outcome
from tests.policies.selection.learning import PLAN, asked, built, live, select


def test_finds_out_who_is_right_about_what() -> None:
    """After 200 requests nine in ten go right."""
    assert sum(live(built(kind="lints"), 400)[200:]) >= 180


def test_chances_follow_doubt() -> None:
    """Nothing known: equal but for the draws; much known: nearly all to the best, the rest its floor."""
    policy = built(kind="lints", floor=0.02, samples=256)
    assert select(policy).chances["large"] == pytest.approx(0.5, abs=0.1)
    for number in range(600):
        policy.judged(asked("math"), PLAN, outcome(("small", "large")[number % 2], "s"), float(number % 2))
    assert select(policy).chances == pytest.approx({"large": 0.98, "small": 0.02})


def test_chances_do_not_depend_on_chance() -> None:
    """The draws of the posterior are the same for all: who replays a log finds the propensities that are in it."""
    policy = built(kind="lints")
    live(policy, 50)
    assert {tuple(sorted(select(policy, seed=seed).chances.items())) for seed in range(20)} == {
        tuple(sorted(select(policy).chances.items()))
    }


def test_no_spread_is_greedy() -> None:
    """And then the floor alone is left to chance."""
    policy = built(kind="lints", spread=0, floor=0)
    live(policy, 100)
    assert select(policy).chances == {}
