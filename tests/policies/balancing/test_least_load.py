"""The server with the least to do."""

from __future__ import annotations

import random

from tests.policies.makers import facts, pool
from wrp_policies import LeastLoad
from wrp_policies.types import Server

RNG = random.Random(0)


def test_least_load_counts_ours_and_others_by_weight() -> None:
    """(in_flight + running) / weight, least first."""
    servers = (
        Server("mine", in_flight=4),
        Server("theirs", running=3),
        Server("cold", in_flight=1, weight=0.1),
        Server("idle"),
    )
    order = LeastLoad().order(facts(), pool("p", of=servers), 0.0, RNG)
    assert order == ("idle", "theirs", "mine", "cold")


def test_least_load_breaks_ties_by_ttft_then_name() -> None:
    """Equal loads: the faster one; equal in that too: by name, wherever it stands in the pool."""
    servers = [Server(name, ttft=ttft, measured=0.0) for name, ttft in (("slow", 2.0), ("b", 1.0), ("a", 1.0))]
    assert LeastLoad().order(facts(), pool("p", of=tuple(servers)), 0.0, RNG) == ("a", "b", "slow")
