"""Pools to choose from."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from tests.policies.makers import facts, pool, two_pools
from wrp_policies import NoCapablePool
from wrp_policies.learning.arms import USUAL
from wrp_policies.learning.reward import Objective
from wrp_policies.learning.sight import Arms, Sight

ARMS = ("small", "gone", "large")


def seen(price: float = 0.0, **worth: float) -> Sight:
    """Two of three pools, by default with a worth of money alone."""
    objective = Objective(**(worth or {"cost": 1.0}))
    return Arms(ARMS, objective).look(facts(), two_pools(), price)


def test_who_is_here_and_what_they_cost() -> None:
    """In the order written; arms are places among all; the price of a budget comes on top."""
    found = seen(price=100.0)
    assert (found.names, found.arms) == (["small", "large"], [0, 2])
    costs = [(100 * 0.1 + USUAL * 0.2) / 1e6, (100 * 1.0 + USUAL * 2.0) / 1e6]
    assert found.costs.tolist() == pytest.approx(costs)
    assert found.taken.tolist() == pytest.approx([200.0 * one for one in costs])


def test_time_counts_where_it_is_worth_something() -> None:
    """One that has first tokens measured takes longer than one of which nothing is known."""
    found = seen(latency=1.0)
    assert found.taken.tolist() == pytest.approx([0.0, 0.0])
    slow = (pool("small", of=(two_pools()[0].servers[0],)),)
    assert Arms(ARMS, Objective(latency=1.0)).look(facts(), slow).taken[0] == pytest.approx(0.03)


def test_nothing_to_choose() -> None:
    """One pool, or no money: the cheapest first, and why."""
    alone = Arms(ARMS, Objective()).look(facts(), two_pools()[:1]).settled()
    assert alone is not None
    assert (alone.pools, alone.why, alone.chances) == (("small",), "only small is capable", {})
    broke = seen(price=math.inf).settled()
    assert broke is not None
    assert (broke.pools, broke.propensity) == (("small", "large"), 1.0)
    assert broke.why == "budget spent: small is the cheapest"
    assert seen().settled() is None


def test_the_first_is_drawn_and_the_others_follow_by_value() -> None:
    """Chances of 0 are left out; a certain choice has none."""
    found = Sight(tuple(map(pool, "abcd")), [0, 1, 2, 3], np.zeros(4), np.zeros(4), 0.0)
    values, rng = np.array([0.1, 0.9, 0.5, 0.5]), random.Random(1)
    choice = found.choice(values, np.full(4, 0.25), [1.0, 0.0, 0.0, 0.0], "because", rng)
    assert choice.pools == ("a", "b", "c", "d")
    assert (choice.propensity, choice.chances) == (1.0, {})
    assert choice.why == "because: a at 1, quality 0.25 for $0"
    mixed = found.choice(values, np.full(4, 0.25), [0.0, 0.5, 0.5, 0.0], "because", rng)
    assert mixed.chances == {"b": 0.5, "c": 0.5}
    assert mixed.propensity == 0.5


def test_why_names_the_price() -> None:
    """Where a budget has one."""
    why = seen(price=7.0).choice(np.zeros(2), np.full(2, 0.5), [1.0, 0.0], "x", random.Random(1)).why
    assert why.endswith("at a price of 7 a US$")


def test_nobody_can() -> None:
    """As all policies refuse it."""
    with pytest.raises(NoCapablePool):
        Arms(ARMS, Objective()).look(facts(tools=1), two_pools())
