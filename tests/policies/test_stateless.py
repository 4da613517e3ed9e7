"""Policies that learn nothing."""

from __future__ import annotations

from tests.policies.makers import facts, outcome
from wrp_policies import LeastLoad, Plan


def test_spec_is_the_policy() -> None:
    """Nothing is built, nothing is kept, and what another kind left behind is no error."""
    spec = LeastLoad()
    assert spec.build() is spec
    spec.placed(facts(), "s", 0.0)
    spec.learn(facts(), Plan((), why=""), outcome("p", "s"))
    spec.restore(b"what another kind of policy learned")
    assert spec.state() == b""
