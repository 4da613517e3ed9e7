"""Stay where more than half is warm."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts, prompt, warm_pool
from wrp_policies.balancing import Preble
from wrp_policies.types import Server

RNG = random.Random(0)
ASKED = facts(prompt_tokens=1_000, prefix=prompt(1, blocks=10))


def order(held: dict[str, int], **pending: int) -> str:
    """The names in order, for servers with so many tokens to compute each."""
    servers = [Server(name, pending=tokens) for name, tokens in pending.items()]
    return "".join(Preble().order(ASKED, warm_pool(held, *servers), 0.0, RNG))


@pytest.mark.parametrize(("held", "expected"), [(0, "cab"), (500, "cab"), (600, "bca")])
def test_more_than_half(held: int, expected: str) -> None:
    """Half of the prompt is not enough; with more, no queue is too long."""
    assert order({"b": held}, a=2_000, b=90_000, c=1_000) == expected


def test_among_equally_warm_the_one_with_the_least_to_do() -> None:
    """The others follow by what they would take, what is warm there counted in."""
    assert order({"a": 900, "b": 900, "c": 800}, a=9_000, b=8_000, c=500, d=400) == "bacd"


def test_cold_goes_by_what_is_to_be_computed() -> None:
    """The prompt's own tokens included: 400 warm ones outweigh 300 waiting."""
    assert order({"b": 400}, a=0, b=300) == "ba"
    assert order({"b": 400}, a=0, b=500) == "ab"


def test_a_full_holder_does_not_count() -> None:
    """The longest prefix is that of those with room."""
    servers = [Server("a", in_flight=2, limit=2), Server("b", pending=100), Server("c")]
    assert Preble().order(ASKED, warm_pool({"a": 900}, *servers), 0.0, RNG) == ("c", "b")


def test_equals_come_in_turn() -> None:
    """Two that hold all of it and wait alike share the work."""
    servers = [Server("a"), Server("b"), Server("c")]
    pools = [warm_pool({"a": 900, "b": 900}, *servers, turn=turn) for turn in range(3)]
    assert [Preble().order(ASKED, pool, 0.0, RNG)[0] for pool in pools] == ["a", "b", "a"]
