"""A conversation's own server."""

from __future__ import annotations

import random

import msgspec
import pytest

from tests.policies.makers import facts, pool, warm_pool
from wrp_policies.balancing import BalancingSpec, Session
from wrp_policies.types import Server

RNG = random.Random(0)


def test_a_session_stays_whatever_the_load() -> None:
    """Its server is first at every turn, in every router, idle or not; the order of the others is its own, too."""
    order = Session().build().order(facts(session="s-1"), pool("a", servers=8), 0.0, RNG)
    busy = tuple(Server(f"a{i}", in_flight=90 if f"a{i}" == order[0] else 1) for i in range(8))
    for turn in range(8):
        assert Session().build().order(facts(session="s-1"), pool("a", of=busy, turn=turn), 5.0, RNG) == order


@pytest.mark.parametrize("lost", [{"up": False}, {"in_flight": 2, "limit": 2}])
def test_down_or_full_it_is_passed_over_and_returned_to(lost: dict[str, int]) -> None:
    """The next one of the session's own order steps in, and steps back."""
    policy, idle = Session().build(), pool("a", servers=4)
    first, *others = policy.order(facts(session="s-1"), idle, 0.0, RNG)
    hurt = tuple(Server(s.name, **(lost if s.name == first else {})) for s in idle.servers)
    assert policy.order(facts(session="s-1"), pool("a", of=hurt), 0.0, RNG) == tuple(others)
    assert policy.order(facts(session="s-1"), idle, 0.0, RNG) == (first, *others)


def test_without_a_session_the_idlest() -> None:
    """In turn among equals."""
    policy, servers = Session().build(), (Server("a", in_flight=1), Server("b"), Server("c"))
    assert policy.order(facts(), warm_pool({}, *servers), 0.0, RNG) == ("b", "c", "a")
    assert policy.order(facts(), warm_pool({}, *servers, turn=2), 0.0, RNG) == ("c", "b", "a")


def test_by_tenant() -> None:
    """All sessions of a tenant have the same server."""
    policy, servers = Session(by="tenant").build(), pool("a", servers=16)
    firsts = {policy.order(facts(session=f"s-{i}", tenant="acme"), servers, 0.0, RNG)[0] for i in range(20)}
    assert len(firsts) == 1


def test_pools_do_not_mix() -> None:
    """Nothing is learned, so one object may serve two pools: each gets its own names, all of them."""
    policy = Session().build()
    for name in "abab":
        order = policy.order(facts(session="s-1"), pool(name, servers=3), 0.0, RNG)
        assert sorted(order) == [f"{name}0", f"{name}1", f"{name}2"]


def test_it_wants_nothing_of_prompts() -> None:
    """Nobody hashes them for it."""
    assert Session().wants() == "nothing"


def test_not_by_prefix() -> None:
    """A prompt's beginning grows with the conversation: `consistent_hash` is for that."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "session", "by": "prefix"}, type=BalancingSpec)
