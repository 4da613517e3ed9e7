"""Servers of several context lengths."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts, outcome, prompt
from wrp_policies import NoCapablePool, Plan, Planner, Static, Weighted
from wrp_policies.balancing import Adaptive, ContextLength, LeastLoad, RoundRobin, Session
from wrp_policies.types import Pool, Server

RNG = random.Random(0)
LENGTHS = {"a": 1_000, "b": 1_000, "c": 8_000, "d": 0}


def pool(name: str = "p", lengths: dict[str, int] = LENGTHS, **changes: dict[str, object]) -> Pool:
    """Two short servers, a longer one, and one that takes anything; 1 ms a token."""
    made = [
        Server(one, **{"prefill": 1e-3, "context": length, **changes.get(one, {})})  # type: ignore[arg-type]
        for one, length in lengths.items()
    ]
    return Pool(name, "m", tuple(made))


def order(tokens: int, most: int | None = 0, where: Pool | None = None, **fields: object) -> str:
    spec = ContextLength(**{"then": LeastLoad(), **fields})  # type: ignore[arg-type]
    return "".join(spec.build().order(facts(prompt_tokens=tokens, max_tokens=most), where or pool(), 0.0, RNG))


@pytest.mark.parametrize(
    ("tokens", "most", "expected"),
    [
        (100, 100, "abcd"),
        (900, 10, "abcd"),  # 900 and a tenth
        (920, 0, "cdab"),  # it may be more than a thousand: better not, but not impossible
        (800, 201, "cd"),
        (100, None, "abcd"),  # 512 for an answer that has no limit
        (500, None, "cdab"),
        (8_000, 0, "dc"),
        (8_001, 0, "d"),
    ],
)
def test_the_shortest_that_holds_it(tokens: int, most: int | None, expected: str) -> None:
    """Then the longer ones, for spares; those that just hold it after these, and never one that does not."""
    assert order(tokens, most) == expected


def test_margin_and_output_are_the_operators_to_say() -> None:
    """None, and half as much again."""
    assert order(1_000, margin=0.0)[0] == "a"
    assert order(700, margin=0.5)[0] == "c"
    assert order(500, None, output=100)[0] == "a"


def test_within_a_length_another_policy_chooses() -> None:
    """Each length has an object of its own of it, told of its own servers alone."""
    servers = pool(a={"in_flight": 3}, d={"in_flight": 9})
    assert order(100, where=servers)[:2] == "ba"
    policy = ContextLength(then=RoundRobin()).build()
    orders = [policy.order(facts(), msgspec.structs.replace(pool(), turn=turn), 0.0, RNG)[:2] for turn in range(2)]
    assert orders == [("a", "b"), ("b", "a")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"a": {"pending": 900}, "b": {"pending": 5_000}}, "abcd"),  # one of them is in time
        ({"a": {"pending": 5_000}, "b": {"pending": 5_000}}, "cabd"),
        ({"a": {"pending": 5_000}, "b": {"pending": 5_000}, "c": {"pending": 1}}, "dabc"),
        ({"a": {"pending": 5_000}, "b": {"pending": 5_000}, "c": {"pending": 1}, "d": {"pending": 1}}, "abcd"),
        ({"a": {"pending": 5_000}, "b": {"up": False}, "c": {"up": False}}, "da"),
    ],
)
def test_what_cannot_be_in_time_goes_up_to_an_idle_one(changes: dict[str, dict[str, object]], expected: str) -> None:
    """To the next longer length that has a server with nothing to compute; else it waits where it belongs."""
    assert order(100, where=pool(**changes), slo_ttft=1.0) == expected


def test_long_ones_never_go_down() -> None:
    """However long they wait, and however idle the short ones are."""
    assert order(4_000, where=pool(c={"pending": 900_000}, d={"pending": 900_000}), slo_ttft=1.0) == "cd"


def test_full_servers_are_not_named_while_others_have_room() -> None:
    """A length without room is passed over; where none has any, those that are up are worth waiting for."""
    full = {"limit": 1, "in_flight": 1}
    assert order(100, where=pool(a=full, b=full)) == "cd"
    assert order(100, where=pool(a=full, b=full, c=full, d=full)) == "abcd"


def test_too_long_for_all_is_refused() -> None:
    """In words for the caller, whoever is up; where the only one that holds it is down, nobody is named."""
    short = pool(lengths={"a": 1_000, "b": 2_000}, b={"up": False})
    with pytest.raises(NoCapablePool, match="p holds 2000 tokens, not 2001"):
        order(2_001, where=short)
    assert order(1_900, where=short) == ""


def test_a_pool_that_cannot_is_left_out_of_the_plan() -> None:
    """Of a route's pools; only where none can is the request refused, with what each lacks."""
    pools = (pool("small", {"a": 1_000}), pool("large", {"b": 4_000}))
    balancing = {one.name: ContextLength(then=LeastLoad()).build() for one in pools}
    for selection in (Static(("small", "large")), Weighted({"small": 1000.0, "large": 1.0})):
        plans = Planner(selection, balancing, "test")
        plan = plans.plan(facts(prompt_tokens=2_000), pools, 0.0, random.Random(1))
        assert [attempt.server for attempt in plan.attempts] == ["b"]
        assert plan.propensity == 1.0
        with pytest.raises(NoCapablePool, match="small holds 1000 tokens, not 5000; large holds 4000 tokens, not 5000"):
            plans.plan(facts(prompt_tokens=5_000), pools, 0.0, random.Random(1))


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 500, 1_000, 4_000]), st.booleans(), st.integers(0, 2)), min_size=1, max_size=8
    ),
    st.integers(0, 5_000),
    st.none() | st.integers(0, 1_000),
)
def test_all_that_hold_it_and_nobody_else(made: list[tuple[int, bool, int]], tokens: int, most: int | None) -> None:
    """Every usable server that holds what the request says is named once; where none ever could, it is refused."""
    servers = [Server(f"s{n}", context=c, up=up, limit=2, in_flight=had) for n, (c, up, had) in enumerate(made)]
    asked, least = facts(prompt_tokens=tokens, max_tokens=most), tokens + (most or 0)
    holding = [server for server in servers if not server.context or server.context >= least]
    policy = ContextLength().build()
    if not holding:
        with pytest.raises(NoCapablePool):
            policy.order(asked, Pool("p", "m", tuple(servers)), 0.0, RNG)
        with pytest.raises(NoCapablePool):
            policy.takes(asked, Pool("p", "m", tuple(servers)))
        return
    usable = [one.name for one in holding if one.has_room()] or [one.name for one in holding if one.up]
    assert sorted(policy.order(asked, Pool("p", "m", tuple(servers)), 0.0, RNG)) == sorted(usable)
    assert policy.takes(asked, Pool("p", "m", tuple(servers))) is bool(usable)


def test_each_length_learns_by_itself() -> None:
    """What is placed on a short server is not told to the policy of the long ones; a copy goes on with all of it."""
    policy, copy, long = ContextLength().build(), ContextLength().build(), facts(prompt_tokens=5_000, prefix=prompt(1))
    for _ in range(3):
        policy.order(facts(prefix=prompt(2)), pool(), 0.0, RNG)
        policy.placed(facts(prefix=prompt(2)), "a", 0.0)
        policy.placed(long, "nobody", 0.0)
        policy.learn(long, Plan((), ""), outcome("p", "nobody"))
    policy.order(long, pool(), 0.0, RNG)
    policy.placed(long, "c", 0.0)
    policy.learn(long, Plan((), ""), outcome("p", "c"))
    learned = msgspec.json.decode(policy.state(), type=dict[str, dict[int, bytes]])["within"]
    assert {length: len(msgspec.json.decode(one)["window"]["seen"]) for length, one in learned.items()} == {
        1_000: 3,
        8_000: 1,
        0: 0,
    }
    copy.restore(policy.state())
    copy.restore(b"")
    assert copy.state() == policy.state()


def test_it_wants_what_is_used_within() -> None:
    """How prompts begin is looked at for `adaptive`, the default, and for nothing that does not ask for it."""
    assert ContextLength().then == Adaptive()
    assert ContextLength().wants() == "caches"
    assert ContextLength(then=Session()).wants() == "nothing"
