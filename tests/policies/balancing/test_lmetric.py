"""Tokens times batch."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts, prompt, warm_pool
from wrp_policies.balancing import LMetric
from wrp_policies.types import Server

RNG = random.Random(0)
ASKED = facts(prompt_tokens=1_000, prefix=prompt(1, blocks=10))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (Server("a", pending=2_000, in_flight=1), Server("b", pending=1_900, in_flight=1)),
        (Server("a", in_flight=3), Server("b", in_flight=2)),
        (Server("a", pending=1_000, in_flight=2), Server("b", pending=1_900, in_flight=1)),  # 6000 : 5800
        (Server("a", pending=1_000, running=2), Server("b", pending=1_900, running=1)),
        (Server("a", prefill=0.003), Server("b", prefill=0.001, pending=1_900)),
        (Server("a", in_flight=1, weight=0.5), Server("b", in_flight=1)),
    ],
)
def test_b_is_less(a: Server, b: Server) -> None:
    """(pending + uncached) * (requests + 1), by the seconds a token takes there."""
    assert LMetric().order(ASKED, warm_pool({}, a, b), 0.0, RNG) == ("b", "a")


def test_warm_tokens_are_not_computed() -> None:
    """Twice the batch is worth it for a prompt that is held there; what comes on top of a first token is not asked."""
    servers = [Server("a", in_flight=1), Server("b", in_flight=3, base=5.0)]
    assert LMetric().order(ASKED, warm_pool({"b": 600}, *servers), 0.0, RNG) == ("b", "a")
    assert LMetric().order(ASKED, warm_pool({"b": 400}, *servers), 0.0, RNG) == ("a", "b")


def test_equals_come_in_turn() -> None:
    """Idle and cold: the turn decides."""
    pools = [warm_pool({}, Server("a"), Server("b"), turn=turn) for turn in range(4)]
    assert [LMetric().order(ASKED, pool, 0.0, RNG)[0] for pool in pools] == ["a", "b", "a", "b"]
