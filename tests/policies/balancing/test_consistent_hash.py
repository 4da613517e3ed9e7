"""A key's own server, bounded by load."""

from __future__ import annotations

import math
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts, pool, prompt, warm_pool
from wrp_policies.balancing import BalancingSpec, ConsistentHash
from wrp_policies.balancing.loads import loads_on
from wrp_policies.types import Server

RNG = random.Random(0)
FACTS = facts(prefix=(1, 2, 3))


@given(loads=st.lists(st.integers(0, 40), min_size=1, max_size=20), bound=st.floats(1.01, 3), key=st.integers(0, 2**63))
def test_nobody_is_over_the_bound(loads: list[int], bound: float, key: int) -> None:
    """With the request counted in, the one named first has at most ceil(bound * mean): there always is one."""
    servers = tuple(Server(f"s{i}", in_flight=load) for i, load in enumerate(loads))
    first = ConsistentHash(bound=bound).build().order(facts(prefix=(key,)), pool("p", of=servers), 0.0, RNG)[0]
    assert loads[int(first[1:])] + 1 <= math.ceil(bound * (sum(loads) + 1) / len(loads))


@given(
    servers=st.lists(st.tuples(st.integers(0, 40), st.floats(0.01, 1)), min_size=1, max_size=12),
    key=st.integers(0, 2**63),
)
def test_relative_to_weight_too(servers: list[tuple[int, float]], key: int) -> None:
    """The first had less than ceil(bound * mean) for its weight."""
    made = [Server(f"s{i}", in_flight=load, weight=weight) for i, (load, weight) in enumerate(servers)]
    loads = loads_on(made)
    first = ConsistentHash().build().order(facts(prefix=(key,)), pool("p", of=tuple(made)), 0.0, RNG)[0]
    assert loads[int(first[1:])] < math.ceil(1.25 * (sum(loads) + 1) / len(loads))


def test_a_key_that_all_send_is_spread_by_the_bound() -> None:
    """A thousand requests of one key that never end: nobody has more than the bound, and those who have are its own."""
    policy, loads = ConsistentHash(bound=1.25).build(), {f"p{i}": 0 for i in range(8)}
    own = policy.order(FACTS, pool("p", servers=8), 0.0, RNG)
    for number in range(1, 1_001):
        now = tuple(Server(name, in_flight=load) for name, load in loads.items())
        loads[policy.order(FACTS, pool("p", of=now), 0.0, RNG)[0]] += 1
        assert max(loads.values()) <= math.ceil(1.25 * number / 8)
    filled = [loads[name] for name in own]
    assert filled == sorted(filled, reverse=True)


def test_under_the_bound_a_key_stays() -> None:
    """However idle the others are; over it the next ones of its own order follow, those over the bound last."""
    policy = ConsistentHash(bound=2.0).build()
    own = policy.order(FACTS, pool("p", servers=6), 0.0, RNG)
    light = tuple(Server(name, in_flight=2 if name == own[0] else 1) for name in own)
    heavy = tuple(Server(name, in_flight=20 if name in own[:2] else 0) for name in own)
    assert policy.order(FACTS, pool("p", of=light, turn=3), 0.0, RNG) == own
    assert policy.order(FACTS, pool("p", of=heavy, turn=3), 0.0, RNG) == own[2:] + own[:2]


def test_the_request_itself_is_counted() -> None:
    """Of two servers, at twice the mean: one request and this one are not over it."""
    own = ConsistentHash(bound=2.0).build().order(FACTS, pool("p", servers=2), 0.0, RNG)
    busy = tuple(Server(name, in_flight=1 if name == own[0] else 0) for name in ("p0", "p1"))
    assert ConsistentHash(bound=2.0).build().order(FACTS, pool("p", of=busy), 0.0, RNG) == own


def test_who_joins_takes_only_its_own_keys() -> None:
    """With all idle every other key stays where it was."""
    policy, nine, ten = ConsistentHash().build(), pool("p", servers=9), pool("p", servers=10)
    moved = 0
    for seed in range(1_000):
        before = ConsistentHash().build().order(facts(prefix=prompt(seed)), nine, 0.0, RNG)[0]
        after = policy.order(facts(prefix=prompt(seed)), ten, 0.0, RNG)[0]
        assert after in (before, "p9")
        moved += after == "p9"
    assert moved == pytest.approx(100, abs=5 * (1_000 * 0.1 * 0.9) ** 0.5)


def test_what_makes_the_key() -> None:
    """Of a prefix the first `depth` blocks, or the name of the session or tenant."""
    servers = pool("p", servers=16)
    shallow, deep = ConsistentHash(depth=2).build(), ConsistentHash(depth=3).build()
    one, other = facts(prefix=(1, 2, 3)), facts(prefix=(1, 2, 99))
    assert shallow.order(one, servers, 0.0, RNG) == shallow.order(other, servers, 0.0, RNG)
    assert deep.order(one, servers, 0.0, RNG) != deep.order(other, servers, 0.0, RNG)
    named = ConsistentHash(by="session").build()
    talk = [facts(session="s", prefix=prompt(seed)) for seed in range(9)]
    assert len({named.order(one, servers, 0.0, RNG) for one in talk}) == 1


def test_without_a_key_the_idlest() -> None:
    """In turn among equals."""
    servers = (Server("a", in_flight=1), Server("b"), Server("c"))
    assert ConsistentHash().build().order(facts(), warm_pool({}, *servers, turn=2), 0.0, RNG) == ("c", "b", "a")


@pytest.mark.parametrize("wrong", [{"bound": 1.0}, {"depth": 0}, {"by": "colour"}])
def test_what_is_refused(wrong: dict[str, float]) -> None:
    """A bound that somebody must be over, a key of nothing."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "consistent_hash", **wrong}, type=BalancingSpec)
