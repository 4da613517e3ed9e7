"""Servers in turn."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts
from wrp_policies import RoundRobin
from wrp_policies.types import Pool, Server

RNG = random.Random(0)


@pytest.mark.parametrize(("turn", "order"), [(0, "abc"), (1, "bca"), (2, "cab"), (3, "abc"), (1_000_001, "cab")])
def test_round_robin_follows_the_turn(turn: int, order: str) -> None:
    """The dispatch count decides who is first; the others follow in a circle."""
    servers = tuple(Server(name) for name in "abc")
    assert RoundRobin().order(facts(), Pool("p", "m", servers, turn=turn), 0.0, RNG) == tuple(order)


def test_round_robin_passes_over_the_unusable() -> None:
    """A server that is down takes no turn."""
    servers = (Server("a"), Server("b", up=False), Server("c"))
    assert RoundRobin().order(facts(), Pool("p", "m", servers, turn=1), 0.0, RNG) == ("c", "a")
