"""What every policy promises, whichever it is: this battery walks both unions."""

from __future__ import annotations

import random
import sys
from copy import deepcopy

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import makers
from wrp_policies import BalancingSpec, Planner, Pool, SelectionSpec, Server, pools_of
from wrp_policies.filters import usable

SELECTION_KINDS = makers.kinds(SelectionSpec)
BALANCING_KINDS = makers.kinds(BalancingSpec)
PAIRS = [(s, b) for s in SELECTION_KINDS for b in BALANCING_KINDS]

SERVERS = st.lists(
    st.builds(
        Server,
        name=st.text(min_size=1, max_size=4),
        in_flight=st.integers(0, 50),
        waiting=st.integers(0, 50),
        ttft=st.floats(0, 60),
        limit=st.integers(0, 60),
        up=st.booleans(),
        weight=st.floats(0.01, 1),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda server: server.name,
).filter(lambda servers: any(server.up for server in servers))


def planner(selection_kind: str, balancing_kind: str) -> Planner:
    """Both examples, composed."""
    spec = makers.selection(selection_kind)
    return Planner(spec.build(), {name: makers.balancing(balancing_kind).build() for name in pools_of(spec)}, "test")


def size_of(policy: object) -> int:
    """Bytes of a policy and of all that it holds, counted once each."""
    seen: dict[int, object] = {}
    todo = [policy]
    while todo:
        one = todo.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen[id(one)] = one
        names = [n for cls in type(one).__mro__ for n in getattr(cls, "__slots__", ())]
        todo += [getattr(one, n) for n in names if hasattr(one, n)]
        todo += list(getattr(one, "__dict__", {}).values())
        if isinstance(one, dict):
            todo += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            todo += list(one)
    return sum(sys.getsizeof(one) for one in seen.values())


def test_every_kind_has_an_example() -> None:
    """A policy without an example in makers.py would slip through this battery."""
    assert set(makers.SELECTIONS) == set(SELECTION_KINDS)
    assert set(makers.BALANCINGS) == set(BALANCING_KINDS)


@pytest.mark.parametrize("kind", SELECTION_KINDS)
def test_same_inputs_and_seed_same_choice(kind: str) -> None:
    """A choice depends on its arguments alone."""
    policy, pools = makers.selection(kind).build(), makers.two_pools()
    for seed in range(50):
        one = policy.select(makers.facts(), pools, 1.0, random.Random(seed))
        assert one == policy.select(makers.facts(), pools, 1.0, random.Random(seed))


@pytest.mark.parametrize("kind", SELECTION_KINDS)
def test_choice_is_out_of_the_pools_given(kind: str) -> None:
    """Whatever subset of pools is there, the answer names some of them, each once, with a propensity in (0, 1]."""
    policy = makers.selection(kind).build()
    both = makers.two_pools()
    for pools in (both, both[:1], both[1:]):
        for seed in range(50):
            choice = policy.select(makers.facts(), pools, 1.0, random.Random(seed))
            assert choice.pools
            assert set(choice.pools) <= {pool.name for pool in pools}
            assert len(set(choice.pools)) == len(choice.pools)
            assert 0.0 < choice.propensity <= 1.0
            assert choice.why


@pytest.mark.parametrize("kind", SELECTION_KINDS)
def test_propensity_is_the_frequency(kind: str) -> None:
    """Each first choice is drawn as often as it says (within five standard deviations of 20,000 draws)."""
    policy, pools, rng = makers.selection(kind).build(), makers.two_pools(), random.Random(11)
    draws = 20_000
    seen: dict[str, int] = {}
    says: dict[str, float] = {}
    for _ in range(draws):
        choice = policy.select(makers.facts(), pools, 1.0, rng)
        seen[choice.pools[0]] = seen.get(choice.pools[0], 0) + 1
        says[choice.pools[0]] = choice.propensity
    for name, count in seen.items():
        deviation = (draws * says[name] * (1 - says[name])) ** 0.5
        assert abs(count - draws * says[name]) <= 5 * deviation


@pytest.mark.parametrize("kind", SELECTION_KINDS)
def test_pools_of_names_every_pool(kind: str) -> None:
    """The configuration check learns of every pool a spec may use, nested or not."""
    assert set(pools_of(makers.selection(kind))) == {"small", "large"}


@pytest.mark.parametrize("kind", BALANCING_KINDS)
@given(servers=SERVERS, turn=st.integers(0, 1000), seed=st.integers(0, 1000))
def test_order_names_every_usable_server_once(kind: str, servers: list[Server], turn: int, seed: int) -> None:
    """Those with room; where none has, those that are up. The same again for the same seed."""
    pool = Pool("p", "m", tuple(servers), turn=turn)
    policy = makers.balancing(kind).build()
    order = policy.order(makers.facts(), pool, 1.0, random.Random(seed))
    expected = [s.name for s in servers if s.has_room()] or [s.name for s in servers if s.up]
    assert sorted(order) == sorted(expected)
    assert order == policy.order(makers.facts(), pool, 1.0, random.Random(seed))


@pytest.mark.parametrize(("selection", "balancing"), PAIRS)
def test_inputs_are_untouched(selection: str, balancing: str) -> None:
    """Planning and learning change neither facts nor pools."""
    facts, pools = makers.facts(tools=0), makers.two_pools()
    before = deepcopy((facts, pools))
    policies = planner(selection, balancing)
    plan = policies.plan(facts, pools, 1.0, random.Random(1))
    policies.learn(facts, plan, makers.outcome("small", "s0"))
    assert (facts, pools) == before


@pytest.mark.parametrize(("selection", "balancing"), PAIRS)
def test_state_survives_a_round_trip(selection: str, balancing: str) -> None:
    """A fresh planner that takes up another's state plans as that one does."""
    taught, fresh = planner(selection, balancing), planner(selection, balancing)
    pools, rng = makers.two_pools(), random.Random(3)
    for _ in range(200):
        plan = taught.plan(makers.facts(), pools, 1.0, rng)
        first = plan.attempts[0]
        taught.learn(makers.facts(), plan, makers.outcome(first.pool, first.server, quality=rng.random()))
    fresh.restore(taught.state())
    assert fresh.state() == taught.state()
    for seed in range(20):
        one = taught.plan(makers.facts(), pools, 2.0, random.Random(seed))
        assert one == fresh.plan(makers.facts(), pools, 2.0, random.Random(seed))


@pytest.mark.parametrize(("selection", "balancing"), PAIRS)
def test_memory_stops_growing(selection: str, balancing: str) -> None:
    """After ten thousand requests of ten thousand sessions a policy is not bigger than after a thousand."""
    policies, pools, rng = planner(selection, balancing), makers.two_pools(), random.Random(5)
    sizes = []
    for number in range(10_000):
        facts = makers.facts(id=str(number), session=f"session-{number}", tenant=f"tenant-{number}")
        plan = policies.plan(facts, pools, float(number), rng)
        policies.learn(facts, plan, makers.outcome(plan.attempts[0].pool, plan.attempts[0].server))
        if number in (999, 9_999):
            sizes.append((size_of(policies), len(policies.state())))
    assert sizes[1] <= sizes[0]


@pytest.mark.parametrize("kind", [*SELECTION_KINDS, *BALANCING_KINDS])
def test_spec_refuses_unknown_keys(kind: str) -> None:
    """A misspelt key is an error, not a default."""
    union, example = (
        (SelectionSpec, makers.SELECTIONS[kind])
        if kind in makers.SELECTIONS
        else (BalancingSpec, makers.BALANCINGS[kind])
    )
    with pytest.raises(msgspec.ValidationError, match="unknown field `wieght`"):
        msgspec.convert({"kind": kind, "wieght": 1, **example}, type=union)


@pytest.mark.parametrize(("selection", "balancing"), PAIRS)
def test_plans_name_only_servers_that_are_up(selection: str, balancing: str) -> None:
    """Every attempt of a plan can be sent as it stands, and none is there twice."""
    pools, rng = makers.two_pools(), random.Random(8)
    up = {(pool.name, server.name) for pool in usable(pools) for server in pool.servers if server.up}
    for spare in range(6):
        plan = planner(selection, balancing).plan(makers.facts(), pools, 1.0, rng, spare=spare)
        pairs = [(attempt.pool, attempt.server) for attempt in plan.attempts]
        assert set(pairs) <= up
        assert len(set(pairs)) == len(pairs) <= 1 + spare
        assert 0.0 < plan.propensity <= 1.0
