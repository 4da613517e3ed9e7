"""Shares of traffic."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tests.policies.makers import facts, pool
from wrp_policies import SelectionSpec, Weighted

ABC = (pool("a"), pool("b"), pool("c"))


class Pinned(random.Random):
    """Chance that always comes out the same."""

    def __init__(self, value: float) -> None:
        super().__init__(0)
        self.value = value

    def random(self) -> float:
        return self.value


def test_shares_are_the_weights() -> None:
    """Chi-square over 30,000 draws stays under its 0.999 quantile for two degrees of freedom (13.8)."""
    rng, draws = random.Random(42), 30_000
    seen = {"a": 0, "b": 0, "c": 0}
    for _ in range(draws):
        seen[Weighted(pools={"a": 6, "b": 3, "c": 1}).select(facts(), ABC, 0.0, rng).pools[0]] += 1
    expected = {"a": 0.6 * draws, "b": 0.3 * draws, "c": 0.1 * draws}
    assert sum((seen[k] - expected[k]) ** 2 / expected[k] for k in seen) < 13.8


def test_spares_follow_by_weight() -> None:
    """The first is drawn; the others come heaviest first, equals by name."""
    choice = Weighted(pools={"c": 1, "b": 1, "a": 8}).select(facts(), ABC, 0.0, Pinned(0.95))
    assert choice.pools == ("c", "a", "b")
    assert choice.propensity == pytest.approx(0.1)
    assert choice.why == "weighted: c at 0.1"


def test_shares_are_over_the_pools_that_are_there() -> None:
    """With a pool gone the others share all of the traffic, and the propensity says so."""
    choice = Weighted(pools={"a": 9, "b": 1}).select(facts(), (pool("b"),), 0.0, Pinned(0.0))
    assert (choice.pools, choice.propensity) == (("b",), 1.0)


def test_weight_zero_is_a_spare() -> None:
    """Never drawn first, even at the end of the scale; first only where nothing else is left."""
    spec = Weighted(pools={"a": 0, "b": 2, "c": 1})
    for value in (0.0, 0.5, 0.999999, 1.0):
        assert spec.select(facts(), ABC, 0.0, Pinned(value)).pools[0] != "a"
    choice = spec.select(facts(), (pool("a"),), 0.0, Pinned(0.3))
    assert (choice.pools, choice.propensity) == (("a",), 1.0)


@pytest.mark.parametrize("pools", [{}, {"a": 0}, {"a": -1}, {"a": float("nan")}, {"a": float("inf")}, {"a": "1"}])
def test_senseless_weights_are_refused(pools: dict[str, Any]) -> None:
    """None, nothing above zero, negative, not a number, infinite, not even a number."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "weighted", "pools": pools}, type=SelectionSpec)
