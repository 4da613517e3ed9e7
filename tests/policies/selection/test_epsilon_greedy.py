"""A shrinking share at random."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import outcome, two_pools
from tests.policies.selection.learning import PLAN, asked, built, live, select


def test_finds_out_who_is_right_about_what() -> None:
    """After 300 requests four in five go right; a tenth is still drawn at random."""
    assert sum(live(built(kind="epsilon_greedy"), 600)[300:]) >= 240


def test_the_share_shrinks_to_the_floors() -> None:
    """Half of `epsilon` after `half` judged answers, and so on; the other pool never has less than its floor."""
    policy = built(kind="epsilon_greedy", epsilon=0.4, half=100, floor=0.0)
    assert select(policy).chances == pytest.approx({"small": 0.8, "large": 0.2})
    for _ in range(100):
        policy.judged(asked("math"), PLAN, outcome("large", "s"), 1.0)
    assert select(policy).chances == pytest.approx({"large": 0.9, "small": 0.1})
    low = built(kind="epsilon_greedy", epsilon=0, floor=0.01)
    assert select(low).chances == pytest.approx({"small": 0.99, "large": 0.01})


def test_says_how_much_is_left_to_chance() -> None:
    """In the sentence that explains the choice."""
    assert select(built(kind="epsilon_greedy")).why.startswith("epsilon_greedy, 0.5 at random: ")


def test_one_pool_is_no_choice() -> None:
    """It answers for certain, whatever was learned."""
    choice = built(kind="epsilon_greedy").select(asked("math"), two_pools()[:1], 1.0, random.Random(1))
    assert (choice.pools, choice.chances) == (("small",), {})
