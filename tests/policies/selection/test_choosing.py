"""What all do that value pools."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.policies.makers import facts, outcome, pool, two_pools
from wrp_policies import NoCapablePool, Plan
from wrp_policies.learning.reward import Objective
from wrp_policies.learning.sight import Arms, Sight
from wrp_policies.selection.choosing import Choosing, Weighed
from wrp_signals.facts import Facts


class Fixed(Choosing):
    """The last is worth most, the first is drawn now and then."""

    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        values = np.arange(len(seen.arms), dtype=float) - seen.taken
        return Weighed(values, np.full(len(values), 0.5), [0.25, *[0.0] * (len(values) - 2), 0.75], "fixed")


def made(**objective: float) -> Fixed:
    return Fixed(Arms(("small", "large", "gone"), Objective(**objective)))


def test_one_is_drawn_as_weighed() -> None:
    """As often as its chance says; the others follow by what they are worth."""
    rng, policy = random.Random(1), made()
    drawn = [policy.select(facts(), two_pools(), 0.0, rng) for _ in range(400)]
    assert {one.pools for one in drawn} == {("large", "small"), ("small", "large")}
    assert all(one.chances == {"small": 0.25, "large": 0.75} for one in drawn)
    assert all(one.propensity == one.chances[one.pools[0]] for one in drawn)
    assert 70 < sum(one.pools[0] == "small" for one in drawn) < 130
    assert policy.tiers == frozenset()


def test_nothing_is_weighed_where_there_is_no_choice() -> None:
    """One pool is taken as it is; with none able, the request is refused as everywhere."""
    only = made().select(facts(), (pool("large"),), 0.0, random.Random(1))
    assert (only.pools, only.why, only.chances) == (("large",), "only large is capable", {})
    with pytest.raises(NoCapablePool):
        made().select(facts(tools=1), two_pools(), 0.0, random.Random(1))


def test_it_learns_how_long_answers_are() -> None:
    """So that what a pool costs follows its answers."""
    policy = made(cost=1.0)
    before = policy._look(facts(), two_pools(), 0.0).costs[1]
    for _ in range(100):
        policy.learn(facts(), Plan((), why=""), outcome("large", "s", tokens_out=5000))
    assert policy._look(facts(), two_pools(), 0.0).costs[1] > 5 * before


class Unweighed(Choosing):
    """Without a `_weigh`."""


def test_how_is_its_own() -> None:
    """A class that does not say what pools are worth cannot be built."""
    with pytest.raises(TypeError, match="_weigh"):
        Unweighed(Arms(("small",), Objective()))  # type: ignore[abstract]
