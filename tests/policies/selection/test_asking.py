"""What policies have in common that ask other models before one answers."""

from __future__ import annotations

import random

import pytest

from tests.policies import makers
from tests.policies.selection.asked import pools
from wrp_policies import Planner, RoundRobin
from wrp_policies.consulting.types import Consulting
from wrp_policies.selection import CONSULTING, Fusion, MultiRound, Static
from wrp_policies.selection.asking import Asker
from wrp_policies.types import Ended, Plan, Server, Verifying
from wrp_signals.materials import Materials

ASKER = Asker(("large", "small"), "fusion", 30.0, b"")
POLICIES = [
    Fusion(("small", "large"), "large").build(Materials.none()),
    MultiRound("router", {"small": "a", "large": "b"}, "large").build(Materials.none()),
]


def test_who_answers() -> None:
    """The first that is there; the others stand in for it. It hears nothing and learns nothing."""
    choice = ASKER.select(makers.facts(), pools(), 1.0, random.Random(0))
    assert (choice.pools, choice.why, choice.propensity) == (("large", "small"), "fusion", 1.0)
    plan, outcome = Plan((), ""), makers.outcome("large", "l0", ended=Ended.DONE)
    ASKER.learn(makers.facts(), plan, outcome)
    ASKER.judged(makers.facts(), plan, outcome, 0.5)
    assert (ASKER.state(), ASKER.tiers) == (b"", frozenset())


@pytest.mark.parametrize(("left", "why"), [(1.0, "would take 2.00 s"), (2.5, "")])
def test_who_would_be_too_slow(left: float, why: str) -> None:
    """By what first tokens took there lately."""
    assert ASKER.too_slow(makers.facts(), makers.pool("a", of=(Server("a0", ttft=2.0),)), left) == why


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: type(policy).__name__)
def test_the_planner_knows_them(policy: Asker) -> None:
    """By what they can do."""
    assert isinstance(policy, Consulting)
    assert not isinstance(policy, Verifying)
    planner = Planner(policy, {name: RoundRobin() for name in ("small", "large")}, "x")
    assert planner.consulting is policy
    assert Planner(Static(("small",)), {"small": RoundRobin()}, "static").consulting is None


def test_the_kinds_that_ask() -> None:
    """For whoever reads a log."""
    assert sorted(CONSULTING) == ["fusion", "multi_round"]
