"""The soonest first token."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts, prompt, warm_pool
from wrp_policies.balancing import MinTtft
from wrp_policies.types import Server

RNG = random.Random(0)
ASKED = facts(prompt_tokens=1_000, prefix=prompt(1, blocks=10))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"pending": 100}, {"pending": 99}),
        ({"pending": 801}, {"pending": 1_400}),  # b holds 600 of the prompt
        ({"base": 0.2}, {"base": 0.1}),
        ({"prefill": 0.002}, {"prefill": 0.001, "pending": 900}),
        ({"weight": 0.5, "pending": 500}, {"pending": 900}),
        ({"in_flight": 3}, {"in_flight": 2}),
    ],
)
def test_b_is_sooner(a: dict[str, float], b: dict[str, float]) -> None:
    """By queue, warmth, what comes on top, speed and weight; equals by load."""
    made = [Server("a", **{"prefill": 0.001, **a}), Server("b", **{"prefill": 0.001, **b})]
    held = {"b": 600} if b.get("pending") == 1_400 else {}
    assert MinTtft().order(ASKED, warm_pool(held, *made), 0.0, RNG) == ("b", "a")


def test_requests_alone_do_not_matter() -> None:
    """Ninety requests that are past their prefill are no wait."""
    servers = [Server("a", in_flight=90), Server("b", pending=10)]
    assert MinTtft().order(ASKED, warm_pool({}, *servers), 0.0, RNG) == ("a", "b")


def test_equals_come_in_turn() -> None:
    """An idle pool of which nothing is known has more than one door."""
    pools = [warm_pool({}, Server("a"), Server("b"), Server("c"), turn=turn) for turn in range(3)]
    assert ["".join(MinTtft().order(ASKED, pool, 0.0, RNG)) for pool in pools] == ["abc", "bca", "cab"]
