"""Chance by weight."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from tests.policies.makers import facts, warm_pool
from wrp_policies.balancing import Random
from wrp_policies.types import Server

DRAWS = 20_000


def drawn(*servers: Server) -> list[tuple[str, ...]]:
    """Many orders of these servers."""
    rng, pool = random.Random(6), warm_pool({}, *servers)
    return [Random().order(facts(), pool, 0.0, rng) for _ in range(DRAWS)]


def shares(names: list[str]) -> dict[str, float]:
    """How often each came, relative to all."""
    return {name: count / len(names) for name, count in Counter(names).items()}


@pytest.mark.parametrize("scale", [1.0, 1e-3, 1e-7])
def test_first_as_often_as_its_weight_says(scale: float) -> None:
    """Within five standard deviations, however small the weights are in all."""
    orders = drawn(Server("a", weight=scale), Server("b", weight=0.5 * scale), Server("c", weight=0.1 * scale))
    for name, share in shares([order[0] for order in orders]).items():
        fair = {"a": 1.0, "b": 0.5, "c": 0.1}[name] / 1.6
        assert abs(share - fair) <= 5 * (fair * (1 - fair) / DRAWS) ** 0.5


def test_spares_are_drawn_by_weight_too() -> None:
    """Behind the first stand the others as they would have been drawn next."""
    orders = [
        order for order in drawn(Server("a"), Server("b", weight=0.6), Server("c", weight=0.2)) if order[0] == "a"
    ]
    assert shares([order[1] for order in orders])["b"] == pytest.approx(
        0.75, abs=5 * (0.25 * 0.75 / len(orders)) ** 0.5
    )


def test_load_is_not_looked_at() -> None:
    """A busy server comes first as often as an idle one."""
    assert shares([order[0] for order in drawn(Server("a", in_flight=500), Server("b"))])["a"] == pytest.approx(
        0.5, abs=0.02
    )
