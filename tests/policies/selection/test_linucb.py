"""Upper confidence bounds."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts, outcome, two_pools
from tests.policies.selection.learning import PLAN, asked, built, live, select


def test_finds_out_who_is_right_about_what() -> None:
    """Of both categories, with feedback that comes late: after 200 requests nine in ten go right."""
    policy = built(kind="linucb")
    assert sum(live(policy, 400)[200:]) >= 180


def test_follows_when_models_are_swapped() -> None:
    """Within 200 requests of a swap it is right again."""
    policy = built(kind="linucb")
    live(policy, 400)
    assert sum(live(policy, 400, flip=True)[200:]) >= 170


def test_floors_are_the_chances() -> None:
    """The other pool has the floor, none without one, and an equal share where it is more than that."""
    assert select(built(kind="linucb", floor=0.02)).chances == {"small": 0.98, "large": 0.02}
    assert select(built(kind="linucb", floor=0)).chances == {}
    assert select(built(kind="linucb", floor=0.5)).chances == {"small": 0.5, "large": 0.5}


def test_what_is_not_known_is_tried() -> None:
    """One pool is known to be good in nine of ten, the other not at all: with enough optimism that one is next."""
    for alpha, first in ((0.0, "small"), (1.0, "large")):
        policy = built(kind="linucb", alpha=alpha, floor=0)
        for number in range(200):
            policy.judged(asked("math"), PLAN, outcome("small", "s"), float(number % 10 > 0))
        assert select(policy).pools[0] == first


def test_by_gaps() -> None:
    """SquareCB: the further behind, the rarer; more so with a larger gamma."""
    shares = []
    for gamma in (10.0, 1000.0):
        policy = built(kind="linucb", choose="inverse_gap", gamma=gamma, floor=0)
        live(policy, 200)
        shares.append(select(policy).chances["small"])
    assert shares[0] > shares[1] > 0.0
    assert shares[1] < 0.01


@pytest.mark.parametrize("objective", [{"cost": 100.0}, {"latency": 100.0}])
def test_money_and_time_decide_where_they_are_worth_more(objective: dict[str, float]) -> None:
    """Than any quality: though large is right about math, small is cheaper; and sooner, as measured."""
    policy = built(kind="linucb", objective=objective)
    for _ in range(50):
        policy.judged(asked("math"), PLAN, outcome("large", "s"), 1.0)
        policy.judged(asked("math"), PLAN, outcome("small", "s"), 0.0)
    small, large = two_pools()
    slow = (type(large.servers[0])("l", ttft=60.0),)
    pools = (small, type(large)("large", "m", slow, price_in=90.0, price_out=90.0, context=9_000))
    assert policy.select(asked("math"), pools, 1.0, random.Random(2)).pools[0] == "small"


def test_a_budget_holds() -> None:
    """Once it is spent the cheapest answers, whatever was learned, without floors; the next window is free again."""
    policy = built(kind="linucb", budget=1.0, budget_window=100.0, objective={"quality": 1.0})
    for _ in range(50):
        policy.judged(facts(), PLAN, outcome("large", "s"), 1.0)
    assert select(policy, now=1.0).pools[0] == "large"
    policy.learn(facts(), PLAN, outcome("large", "s", cost=100.0))
    broke = select(policy, now=50.0)
    assert (broke.pools, broke.chances) == (("small", "large"), {})
    assert "budget spent" in broke.why
    assert "budget spent" not in select(policy, now=200.0).why


def test_why_has_the_numbers() -> None:
    """Who, how likely, how good, at what price."""
    assert select(built(kind="linucb", floor=0)).why == "linucb: small at 1, quality 0.50 for $7e-05"
