"""A weighed sum."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest

from tests.policies.makers import facts, pool, two_pools
from wrp_policies import NoCapablePool, SelectionSpec, Server
from wrp_policies.selection import MultiFactor
from wrp_policies.selection.multi_factor import Weights, load_of, shares

POOLS = {"small": 0.6, "large": 0.9}


def first(weights: Weights, **asked: object) -> str:
    return MultiFactor(POOLS, weights).select(facts(**asked), two_pools(), 1.0, random.Random(1)).pools[0]


@pytest.mark.parametrize(
    ("weights", "chosen"),
    [
        (Weights(quality=1, cost=0, latency=0, load=0), "large"),
        (Weights(quality=1, cost=0.2, latency=0, load=0), "large"),
        (Weights(quality=1, cost=0.5, latency=0, load=0), "small"),
        (Weights(quality=0, cost=0, latency=1, load=0), "small"),
        (Weights(quality=0, cost=0, latency=0, load=1), "large"),
        (Weights(quality=0, cost=0, latency=0, load=0), "small"),
    ],
)
def test_each_factor_at_its_weight(weights: Weights, chosen: str) -> None:
    """Small is a tenth of the price, large is better and has an idle server; where nothing counts, or nothing differs
    (both have a server without a measured first token), the order written does."""
    assert first(weights) == chosen


def test_why_names_every_factor() -> None:
    """With its sign, as it counts for the pool that is first."""
    choice = MultiFactor(POOLS).select(facts(), two_pools(), 1.0, random.Random(1))
    assert choice.why == "multi_factor: large with quality +0.90, cost -0.50, latency -0.00, load -0.00"
    assert choice.pools == ("large", "small")


def test_allowed_length_counts() -> None:
    """Two pools differ in the price of answers alone; who may not answer at length costs alike."""
    pools = (pool("a", price_in=1.0, price_out=0.0), pool("b", price_in=0.5, price_out=50.0))
    policy = MultiFactor({"a": 0.5, "b": 0.5})
    assert policy.select(facts(), pools, 1.0, random.Random(1)).pools[0] == "a"
    assert policy.select(facts(max_tokens=0), pools, 1.0, random.Random(1)).pools[0] == "b"


def test_shares_of_the_most() -> None:
    """Zeros where there is none."""
    assert shares(np.array([1.0, 4.0])).tolist() == [0.25, 1.0]
    assert shares(np.zeros(2)).tolist() == [0.0, 0.0]


def test_load_is_that_of_the_idlest_server() -> None:
    """Ours and others', for its weight; of a pool that is down there is none."""
    busy, half = Server("a", in_flight=3, running=2), Server("b", in_flight=1, weight=0.5)
    assert load_of(pool("p", of=(busy, half))) == 2.0
    assert load_of(pool("p", of=(Server("a", up=False),))) == 0.0


def test_refusals() -> None:
    """A quality beyond 1, a request that no pool can serve."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "multi_factor", "pools": {"a": 2}}, type=SelectionSpec)
    with pytest.raises(NoCapablePool):
        first(Weights(), tools=1)
