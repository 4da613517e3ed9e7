"""Configurations of policies that are other objects."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from tests.policies.makers import BALANCINGS, balancing
from wrp_policies.balancing import BalancingSpec
from wrp_policies.balancing.spec import Spec
from wrp_policies.stateless import Stateless

LEARNED = {str(m.__struct_config__.tag): m for m in get_args(BalancingSpec) if issubclass(m, Spec)}


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


def test_prefixes_are_for_those_who_want_them() -> None:
    """Unless a kind says so, nobody hashes prompts for it."""
    assert not Plain().wants_prefix
    assert not Stateless.wants_prefix


@pytest.mark.parametrize("kind", LEARNED)
def test_each_pool_has_its_own(kind: str) -> None:
    """What is built twice is two objects: what one learns is not the other's."""
    spec = balancing(kind)
    assert spec.build() is not spec.build()


def test_every_kind_is_the_one_or_the_other() -> None:
    """A spec that builds, or a policy that is its own spec."""
    assert {kind for kind in BALANCINGS if isinstance(balancing(kind), Stateless)} == set(BALANCINGS) - set(LEARNED)
