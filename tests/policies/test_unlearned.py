"""Policies that keep nothing but what they can work out again."""

from __future__ import annotations

from tests.policies.makers import facts, outcome
from wrp_policies import Plan
from wrp_policies.unlearned import Unlearned


def test_hears_and_forgets() -> None:
    """No state, and what another kind left behind is no error."""
    policy = Unlearned()
    policy.placed(facts(), "s", 0.0)
    policy.learn(facts(), Plan((), why=""), outcome("p", "s"))
    policy.restore(b"what another kind of policy learned")
    assert policy.state() == b""
