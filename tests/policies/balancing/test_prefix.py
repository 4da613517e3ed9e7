"""The longest cached prefix, unless the pool is out of balance."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts, prompt, warm_pool
from wrp_policies.balancing import Prefix
from wrp_policies.types import Server

RNG = random.Random(0)
ASKED = facts(prompt_tokens=1_000, prefix=prompt(1, blocks=10))


def order(policy: Prefix, held: dict[str, int], **loads: int) -> str:
    """The names in order, for servers with so many requests each."""
    servers = [Server(name, in_flight=load) for name, load in loads.items()]
    return "".join(policy.order(ASKED, warm_pool(held, *servers), 0.0, RNG))


def test_who_holds_most_is_first() -> None:
    """The others follow by what they hold, then by load."""
    assert order(Prefix(), {"b": 400, "c": 900}, a=3, b=2, c=8, d=1) == "cbda"


def test_equal_holders_go_by_load() -> None:
    """A prefix that two have is on the idler one."""
    assert order(Prefix(), {"a": 900, "b": 900}, a=3, b=2, c=0) == "bac"


@pytest.mark.parametrize(("held", "first"), [(0, "a"), (200, "a"), (300, "b")])
def test_little_is_not_worth_it(held: int, first: str) -> None:
    """Below the share `match` of the prompt the idlest is first; at it the holder is."""
    assert order(Prefix(match=0.3), {"b": held}, a=0, b=1)[0] == first


def test_any_match_will_do_at_zero() -> None:
    """But what nobody holds is no match."""
    assert order(Prefix(match=0.0), {"b": 100}, a=0, b=1) == "ba"
    assert order(Prefix(match=0.0), {}, a=0, b=1) == "ab"


@pytest.mark.parametrize(
    ("loads", "first"),
    [
        ((10, 0), "a"),
        ((11, 0), "b"),
        ((12, 5), "a"),
        ((30, 20), "a"),
        ((31, 20), "b"),
        ((45, 30), "a"),
        ((46, 30), "b"),
    ],
)
def test_the_gate(loads: tuple[int, int], first: str) -> None:
    """Warm but over the idlest by more than ten requests and by more than half: balance goes before."""
    assert order(Prefix(imbalance=10, ratio=1.5), {"a": 900}, a=loads[0], b=loads[1])[0] == first


def test_a_full_holder_does_not_count() -> None:
    """What only a server without room holds is held by nobody."""
    servers = [Server("a", in_flight=2, limit=2), Server("b", in_flight=1), Server("c")]
    assert Prefix().order(ASKED, warm_pool({"a": 900}, *servers), 0.0, RNG) == ("c", "b")


def test_equals_come_in_turn() -> None:
    """Idle and cold: the turn decides."""
    pools = [warm_pool({}, Server("a"), Server("b"), turn=turn) for turn in range(4)]
    assert [Prefix().order(ASKED, pool, 0.0, RNG)[0] for pool in pools] == ["a", "b", "a", "b"]
