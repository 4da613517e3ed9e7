"""Configurations of policies that are other objects."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from tests.policies.makers import BALANCINGS, balancing, facts, outcome
from wrp_policies import LeastLoad, Plan
from wrp_policies.balancing import BalancingSpec, ConsistentHash
from wrp_policies.balancing.spec import Simple, Spec

BUILT = {str(m.__struct_config__.tag): m for m in get_args(BalancingSpec) if not issubclass(m, Simple)}


class Plain(Spec, frozen=True, tag="plain"):
    """A kind with nothing to it."""

    size: int = 1


def test_read_by_kind() -> None:
    """The tag is the key `kind`; a key that nobody knows is refused."""
    assert msgspec.convert({"kind": "plain", "size": 2}, type=Plain) == Plain(2)
    with pytest.raises(msgspec.ValidationError, match="unknown field `sise`"):
        msgspec.convert({"kind": "plain", "sise": 2}, type=Plain)
    with pytest.raises(msgspec.ValidationError, match="Invalid value"):
        msgspec.convert({"kind": "other"}, type=Plain)


@pytest.mark.parametrize("kind", BALANCINGS)
def test_prefixes_are_for_those_who_want_them(kind: str) -> None:
    """Unless a kind says so, nobody hashes prompts for it, and nobody keeps who holds what."""
    beginnings = {"consistent_hash"}
    caches = {"prefix", "min_ttft", "preble", "lmetric", "dualmap", "lora", "adaptive", "context_length"}
    caches |= {"disaggregated"}  # its halves do
    expected = "caches" if kind in caches else "beginnings" if kind in beginnings else "nothing"
    assert balancing(kind).wants() == expected


def test_what_is_wanted_may_depend_on_the_configuration() -> None:
    """A hash of the session needs no prompt."""
    assert Plain().wants() == "nothing"
    assert ConsistentHash(by="session").wants() == "nothing"


@pytest.mark.parametrize("kind", BUILT)
def test_each_pool_has_its_own(kind: str) -> None:
    """What is built twice is two objects: what one learns is not the other's."""
    spec = balancing(kind)
    assert spec.build() is not spec.build()


@pytest.mark.parametrize("kind", sorted(set(BALANCINGS) - set(BUILT)))
def test_simple_ones_are_their_own_policy(kind: str) -> None:
    """There is nothing to build that two pools could mix up."""
    spec = balancing(kind)
    assert spec.build() is spec


def test_simple_ones_hear_and_forget() -> None:
    """Nothing is kept, and what another kind left behind is no error."""
    spec = LeastLoad()
    spec.placed(facts(), "s", 0.0)
    spec.learn(facts(), Plan((), why=""), outcome("p", "s"))
    spec.restore(b"what another kind of policy learned")
    assert spec.state() == b""
