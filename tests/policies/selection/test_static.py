"""Pools in the order written."""

from __future__ import annotations

import random

import msgspec
import pytest

from tests.policies.makers import facts, pool
from wrp_policies import SelectionSpec, Static


def test_order_is_the_configured_one() -> None:
    """Not the fleet's order; pools that are not there are passed over."""
    pools = (pool("a"), pool("b"), pool("c"))
    choice = Static(pools=("c", "gone", "a")).select(facts(), pools, 0.0, random.Random(1))
    assert (choice.pools, choice.propensity) == (("c", "a"), 1.0)


def test_needs_a_pool() -> None:
    """A route to nowhere is a mistake in the configuration."""
    with pytest.raises(msgspec.ValidationError, match="length >= 1"):
        msgspec.convert({"kind": "static", "pools": []}, type=SelectionSpec)
