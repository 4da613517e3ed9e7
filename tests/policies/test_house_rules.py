"""What every policy promises, whichever it is: this battery walks both unions."""

from __future__ import annotations

import math
import random
import sys
from collections import deque
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import makers
from wrp_policies import BalancingSpec, Planner, Pool, Pools, SelectionSpec, Server, pools_of
from wrp_policies.filters import usable
from wrp_signals.facts import Facts

SELECTION_KINDS = makers.kinds(SelectionSpec)
BALANCING_KINDS = makers.kinds(BalancingSpec)
EACH = [(s, "round_robin") for s in SELECTION_KINDS] + [("static", b) for b in BALANCING_KINDS]

DRAWN: dict[str, st.SearchStrategy[Any]] = {
    "name": st.text(min_size=1, max_size=4),
    "in_flight": st.integers(0, 50),
    "waiting": st.integers(0, 50),
    "ttft": st.floats(0, 60),
    "tpot": st.floats(0, 1),
    "limit": st.integers(0, 60),
    "up": st.booleans(),
    "weight": st.floats(0.01, 1),
    "pending": st.integers(0, 10**6),
    "prefill": st.floats(0, 0.01),
    "base": st.floats(0, 5),
    "running": st.integers(0, 50),
    "overrun": st.floats(0, 5),
    "context": st.just(0),  # one that does not hold a request is not usable: tests of `context_length` have these
    "role": st.just(""),  # those that have one are tested where they mean something
    "heard": st.floats(-60, 60) | st.just(math.inf),
    "measured": st.floats(-60, 1) | st.just(-math.inf),
}

SERVERS = st.lists(st.builds(Server, **DRAWN), min_size=1, max_size=12, unique_by=lambda server: server.name).filter(
    lambda servers: any(server.up for server in servers)
)

FACTS = st.builds(
    makers.facts,
    asked_model=st.sampled_from(["auto", "law", "sql-1", "sql-2"]),
    session=st.text(max_size=3),
    tenant=st.text(max_size=3),
    prompt_tokens=st.integers(0, 10_000),
    prefix=st.lists(st.integers(0, 2**63 - 1), max_size=40).map(tuple),
)


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    """A pool and what is held there; by one, too, that is not in it (any more)."""
    servers = draw(SERVERS)
    held = st.dictionaries(st.sampled_from([*(server.name for server in servers), "a ghost"]), st.integers(1, 9_000))
    return Pool(
        "p",
        "m",
        tuple(servers),
        turn=draw(st.integers(0, 1000)),
        warm=makers.Warm(draw(held)),
        adapters=makers.ADAPTERS,
    )


def usable_names(pool: Pool) -> list[str]:
    """Those with room; where none has, those that are up."""
    return [s.name for s in pool.servers if s.has_room()] or [s.name for s in pool.servers if s.up]


def planner(selection_kind: str, balancing_kind: str) -> Planner:
    """Both examples, composed."""
    balancing = {name: makers.balancing(balancing_kind).build() for name in pools_of(makers.selection(selection_kind))}
    return Planner(makers.built(selection_kind), balancing, "test")


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
        elif isinstance(one, list | tuple | set | frozenset | deque):
            todo += list(one)
    return sum(sys.getsizeof(one) for one in seen.values())


def test_every_kind_has_an_example() -> None:
    """A policy without an example in makers.py would slip through this battery; so would a field of a server that is
    not drawn."""
    assert set(makers.SELECTIONS) == set(SELECTION_KINDS)
    assert set(makers.BALANCINGS) == set(BALANCING_KINDS)
    assert tuple(DRAWN) == Server.__struct_fields__


@pytest.mark.parametrize("kind", BALANCING_KINDS)
@given(pool=pools(), facts=FACTS, seed=st.integers(0, 1000))
def test_order_names_every_usable_server_once(kind: str, pool: Pool, facts: Facts, seed: int) -> None:
    """And nobody else; the same again for the same seed, and all of them still when many requests were like this."""
    policy = makers.balancing(kind).build()
    order = policy.order(facts, pool, 1.0, random.Random(seed))
    assert sorted(order) == sorted(usable_names(pool))
    assert order == policy.order(facts, pool, 1.0, random.Random(seed))
    for _ in range(25):
        policy.placed(facts, order[0], 1.0)
    assert sorted(policy.order(facts, pool, 2.0, random.Random(seed))) == sorted(order)


@pytest.mark.parametrize("kind", BALANCING_KINDS)
@pytest.mark.parametrize("count", [1, 2, 64])
@pytest.mark.parametrize("limit", [0, 1, 4])
def test_order_of_pools_of_any_size(kind: str, count: int, limit: int) -> None:
    """With weights below 1, with some servers full (4), with all of them (1), with one server that is down."""
    policy, rng = makers.balancing(kind).build(), random.Random(7)
    for number in range(40):
        servers = [
            Server(f"s{i}", in_flight=rng.randrange(1, 6), limit=limit, up=i != 1, weight=rng.uniform(0.05, 1))
            for i in range(count)
        ]
        warm = makers.Warm({f"s{i}": rng.randrange(1, 4_000) for i in range(0, count, 3)})
        pool, facts = makers.pool("p", of=tuple(servers), turn=number, warm=warm), makers.random_facts(rng, number)
        order = policy.order(facts, pool, 1.0, rng)
        assert sorted(order) == sorted(usable_names(pool))
        policy.placed(facts, order[0], 1.0)


@pytest.mark.parametrize("kind", BALANCING_KINDS)
def test_asking_changes_nothing(kind: str) -> None:
    """An order that was not followed leaves no trace: only what is placed or learned may."""
    policy, (small, _), rng = makers.balancing(kind).build(), makers.two_pools(), random.Random(2)
    asked = [makers.random_facts(rng, number) for number in range(60)]
    for facts in asked:
        policy.placed(facts, "s0", 1.0)
    before = [policy.order(facts, small, 1.0, random.Random(1)) for facts in asked]
    state = policy.state()
    for number in range(100):
        policy.order(makers.random_facts(rng, number), small, 1.0, rng)
    assert before == [policy.order(facts, small, 1.0, random.Random(1)) for facts in asked]
    assert state == policy.state()


@pytest.mark.parametrize(("selection", "balancing"), EACH)
def test_inputs_are_untouched(selection: str, balancing: str) -> None:
    """Planning, placing and learning change neither facts nor pools."""
    facts, pools = makers.random_facts(random.Random(1), number=1), makers.two_pools()
    before = deepcopy((facts, pools))
    policies = planner(selection, balancing)
    plan = policies.plan(facts, pools, 1.0, random.Random(1))
    policies.placed(facts, plan.attempts[0], 1.0)
    policies.learn(facts, plan, makers.outcome("small", "s0"))
    assert (facts, pools) == before


def live(policies: Planner, pools: Pools, rng: random.Random, number: int) -> None:
    """One request from plan to outcome, and to what somebody says of it, if anybody does."""
    facts = makers.random_facts(rng, number)
    plan = policies.plan(facts, pools, float(number), rng)
    first = plan.attempts[0]
    policies.placed(facts, first, float(number))
    outcome = makers.outcome(first.pool, first.server)
    policies.learn(facts, plan, outcome)
    if number % 3:
        policies.judged(facts, plan, outcome, rng.random())


@pytest.mark.parametrize(("selection", "balancing"), EACH)
def test_state_survives_a_round_trip(selection: str, balancing: str) -> None:
    """A fresh planner that takes up another's state plans as that one does, and goes on as that one does."""
    taught, fresh = planner(selection, balancing), planner(selection, balancing)
    pools, rng = makers.two_pools(), random.Random(3)
    for number in range(300):
        live(taught, pools, rng, number)
    fresh.restore(taught.state())
    assert fresh.state() == taught.state()
    for number in range(300, 400):
        facts = makers.random_facts(rng, number)
        one = taught.plan(facts, pools, 2.0, random.Random(number))
        assert one == fresh.plan(facts, pools, 2.0, random.Random(number))
        for policies in (taught, fresh):
            live(policies, pools, random.Random(number), number)
    assert fresh.state() == taught.state()


@pytest.mark.parametrize(("selection", "balancing"), EACH)
def test_memory_stops_growing(selection: str, balancing: str) -> None:
    """After ten thousand more requests of other sessions, with other beginnings, a policy is as big as after three
    thousand (a fifth aside: what is remembered to save time comes and goes)."""
    policies, pools, rng = planner(selection, balancing), makers.two_pools(), random.Random(5)
    sizes: list[tuple[int, int]] = []
    for number in range(13_000):
        live(policies, pools, rng, number)
        if number % 100 == 0 and not 3_000 < number < 10_000:
            sizes.append((size_of(policies), len(policies.state())))
    for before, after in zip(zip(*sizes[:30], strict=True), zip(*sizes[30:], strict=True), strict=True):
        assert max(after) <= 1.2 * max(before)


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


@pytest.mark.parametrize(("selection", "balancing"), EACH)
def test_plans_name_only_servers_that_are_up(selection: str, balancing: str) -> None:
    """Every attempt of a plan can be sent as it stands, and none is there twice. A cascade has spares in each pool."""
    pools, rng = makers.two_pools(), random.Random(8)
    up = {(pool.name, server.name) for pool in usable(pools) for server in pool.servers if server.up}
    for spare in range(6):
        plan = planner(selection, balancing).plan(makers.facts(), pools, 1.0, rng, spare=spare)
        pairs = [(attempt.pool, attempt.server) for attempt in plan.attempts]
        assert set(pairs) <= up
        stages = len(pools) if any(attempt.accept_at for attempt in plan.attempts) else 1
        assert len(set(pairs)) == len(pairs) <= stages * (1 + spare)
        assert 0.0 < plan.propensity <= 1.0
