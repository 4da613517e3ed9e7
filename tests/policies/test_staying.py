"""Conversations that stay."""

from __future__ import annotations

import random

from tests.policies.makers import facts, two_pools
from wrp_policies import Choice, Planner, RoundRobin, Weighted
from wrp_policies.staying import stayed

DRAWN = Choice(("small", "large"), "drawn", 0.3, {"small": 0.3, "large": 0.7}, shadow="large")


def test_its_pool_comes_first_and_by_no_chance() -> None:
    """What would have been the first is a spare; what a shadow would have done is still told."""
    choice = stayed(DRAWN, "large")
    assert (choice.pools, choice.propensity, choice.chances, choice.shadow) == (("large", "small"), 1.0, {}, "large")
    assert choice.why == "stays with large, which called the tools"
    assert stayed(DRAWN, "small").chances == {}


def test_nothing_changes() -> None:
    """Where it is first anyway, or cannot serve the request."""
    first = Choice(("small", "large"), "the cheapest")
    assert stayed(first, "small") is first
    assert stayed(first, "gone") is first
    assert stayed(Choice((), "nobody"), "small").pools == ()


def test_a_cascade_goes_on_from_there() -> None:
    """A pool that has to pass a bar still has to; the last one answers, and the others are its spares."""
    climb = Choice(("a", "b", "c"), "cascade", bars={"a": 0.5, "b": 0.5})
    assert (stayed(climb, "b").pools, stayed(climb, "b").bars) == (("b", "c"), {"b": 0.5})
    assert (stayed(climb, "c").pools, stayed(climb, "c").bars) == (("c", "a", "b"), {})


def test_planned() -> None:
    """All requests of a tool loop, and no others."""
    both = {name: RoundRobin() for name in ("small", "large")}
    planner, rng = Planner(Weighted({"small": 1, "large": 1}), both, "weighted"), random.Random(1)
    bound = facts(served="large", bound="tools")
    plans = [planner.plan(bound, two_pools(), 0.0, rng) for _ in range(50)]
    assert {plan.attempts[0].pool for plan in plans} == {"large"}
    assert {plan.propensity for plan in plans} == {1.0}
    free = [planner.plan(facts(served="large"), two_pools(), 0.0, rng) for _ in range(50)]
    assert {plan.attempts[0].pool for plan in free} == {"small", "large"}
