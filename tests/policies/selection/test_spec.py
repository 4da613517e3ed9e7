"""Configurations of selection policies."""

from __future__ import annotations

import msgspec
import pytest

from tests.policies.makers import facts, outcome
from wrp_policies import Plan, Static
from wrp_policies.selection.spec import Looking, Spec
from wrp_signals.materials import Materials


class Plain(Spec, frozen=True, tag="plain"):
    """A kind with nothing to it."""

    size: int = 1


class Seeing(Looking, frozen=True, tag="seeing"):
    """A kind that looks at what was asked."""


def test_read_by_kind() -> None:
    """The tag is the key `kind`; a key that nobody knows is refused, and so is a tier that there is not."""
    assert msgspec.convert({"kind": "plain", "size": 2}, type=Plain) == Plain(2)
    assert msgspec.convert({"kind": "seeing", "pools": ["a"]}, type=Seeing).tier == "auto"
    with pytest.raises(msgspec.ValidationError, match="unknown field `sise`"):
        msgspec.convert({"kind": "plain", "sise": 2}, type=Plain)
    with pytest.raises(msgspec.ValidationError, match="Invalid enum value 'best'"):
        msgspec.convert({"kind": "seeing", "tier": "best"}, type=Seeing)


def test_simple_ones_hear_and_forget() -> None:
    """The spec is the policy; nothing is kept, and what another kind left behind is no error."""
    spec = Static(("p",))
    assert spec.build(Materials.none()) is spec
    assert spec.tiers == frozenset()
    spec.learn(facts(), Plan((), why=""), outcome("p", "s"))
    spec.judged(facts(), Plan((), why=""), outcome("p", "s"), 0.5)
    spec.restore(b"what another kind of policy learned")
    assert spec.state() == b""
