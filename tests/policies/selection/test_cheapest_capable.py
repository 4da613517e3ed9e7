"""The cheapest that can."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts, pool
from wrp_policies import CheapestCapable, NoCapablePool

RNG = random.Random(0)


def test_cost_is_prompt_and_expected_answer() -> None:
    """Which is cheaper depends on the length of the answer: the one asked for, or the default."""
    pools = (pool("reads", price_in=1.0, price_out=10.0), pool("writes", price_in=5.0, price_out=1.0))
    spec = CheapestCapable(pools=("writes", "reads"), default_output=1000)
    assert spec.select(facts(), pools, 0.0, RNG).pools == ("writes", "reads")
    choice = spec.select(facts(max_tokens=10), pools, 0.0, RNG)
    assert choice.pools == ("reads", "writes")
    assert choice.why == "cheapest of 2 capable: reads at $0.0002"


def test_incapable_pools_are_left_out() -> None:
    """However cheap they are, and even as spares."""
    pools = (pool("cheap", context=50), pool("dear", price_in=9.0))
    assert CheapestCapable(pools=("cheap", "dear")).select(facts(), pools, 0.0, RNG).pools == ("dear",)


def test_equal_costs_keep_the_configured_order() -> None:
    """Free pools are taken as they were written."""
    pools = (pool("a"), pool("b"), pool("c"))
    assert CheapestCapable(pools=("c", "a", "b")).select(facts(), pools, 0.0, RNG).pools == ("c", "a", "b")


def test_none_capable_is_an_error() -> None:
    """It does not send a request where it cannot be served."""
    with pytest.raises(NoCapablePool, match="a has no vision"):
        CheapestCapable(pools=("a",)).select(facts(images=1), (pool("a"), pool("other")), 0.0, RNG)


def test_absurd_token_limits_do_not_overflow() -> None:
    """A number too large for a float is a long answer, not a crash."""
    choice = CheapestCapable(pools=("a",)).select(facts(max_tokens=10**400), (pool("a", price_out=1.0),), 0.0, RNG)
    assert choice.pools == ("a",)
