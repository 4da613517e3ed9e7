"""Selection and balancing composed."""

from __future__ import annotations

import random
from collections.abc import Sequence

import msgspec
import pytest

from tests.policies.makers import built, facts, outcome, pool
from wrp_policies import CheapestCapable, NoCapablePool, Plan, Planner, Pool, RoundRobin, Static, Weighted
from wrp_policies.balancing import ContextLength
from wrp_policies.examples.types import Given
from wrp_policies.types import Balancing, Choice, Outcome, Pools, Selection, Server
from wrp_signals.facts import Facts

RNG = random.Random(0)


class Counting:
    """A policy of either sort that learns how often it was told something."""

    def __init__(self) -> None:
        self.heard = 0
        self.sent: list[str] = []

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        return Choice(tuple(pool.name for pool in pools), why=f"heard {self.heard}")

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        return tuple(server.name for server in pool.servers)

    def placed(self, facts: Facts, server: str, now: float) -> None:
        self.sent.append(f"{server} at {now}")

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        self.heard += 1

    def state(self) -> bytes:
        return str(self.heard).encode()

    def restore(self, state: bytes) -> None:
        self.heard = int(state)


def planner(selection: Selection, names: Sequence[str] = ("a", "b", "c")) -> Planner:
    """Round robin everywhere: with turn 0, servers come in their own order."""
    balancing: dict[str, Balancing] = {name: RoundRobin() for name in names}
    return Planner(selection, balancing, "route-policy")


def servers_of(plan: Plan) -> str:
    """The servers of all attempts, in order."""
    return " ".join(attempt.server for attempt in plan.attempts)


@pytest.mark.parametrize(
    ("sizes", "spare", "expected"),
    [
        ({"a": 3, "b": 2}, 2, "a0 a1 b0"),
        ({"a": 1, "b": 2}, 2, "a0 b0 b1"),
        ({"a": 3}, 2, "a0 a1 a2"),
        ({"a": 3, "b": 2}, 1, "a0 b0"),
        ({"a": 2, "b": 2}, 0, "a0"),
        ({"a": 2, "b": 2}, -3, "a0"),
        ({"a": 3, "b": 2, "c": 2}, 3, "a0 a1 b0 c0"),
        ({"a": 3, "b": 2, "c": 2}, 6, "a0 a1 b0 c0 a2 b1 c1"),
        ({"a": 1, "b": 1}, 5, "a0 b0"),
    ],
)
def test_spares_survive_a_dead_server_and_a_dead_pool(sizes: dict[str, int], spare: int, expected: str) -> None:
    """Two of the first pool, then the best of each next, then what is left."""
    pools = tuple(pool(name, servers=count) for name, count in sizes.items())
    plan = planner(Static(pools=("a", "b", "c"))).plan(facts(), pools, 0.0, RNG, spare=spare)
    assert servers_of(plan) == expected
    assert (plan.policy, plan.propensity, plan.why) == ("route-policy", 1.0, "static order")


def test_a_pool_that_is_down_is_skipped_and_named() -> None:
    """The plan goes on without it and says so."""
    down = pool("a", of=(Server("a0", up=False),))
    plan = planner(Static(pools=("a", "b"))).plan(facts(), (down, pool("b")), 0.0, RNG)
    assert servers_of(plan) == "b0 b1"
    assert plan.why == "static order; no server up in a"


def test_propensity_is_that_of_the_pool_served() -> None:
    """With the canary down its share goes to the other, which is then certain."""
    down = pool("a", of=(Server("a0", up=False),))
    for seed in range(20):
        plan = planner(Weighted(pools={"a": 1, "b": 1})).plan(facts(), (down, pool("b")), 0.0, random.Random(seed))
        assert (plan.attempts[0].pool, plan.propensity) == ("b", 1.0)


LONG = facts(prompt_tokens=5_000)


@pytest.mark.parametrize(
    ("able", "spare"),
    [((Server("a0", context=1_000),), 0), ((Server("a0", context=1_000), Server("a1", context=9_000, up=False)), 2)],
    ids=["never", "not now"],
)
def test_propensity_leaves_out_whom_the_balancing_could_not_send_it_to(able: tuple[Server, ...], spare: int) -> None:
    """Whichever is drawn, and whether or not an attempt there would be looked at: each of the others is first as often
    as it says."""
    weights = {"a": 0.3, "b": 0.5, "c": 0.2}
    route = Planner(
        Weighted(pools=weights), {"a": ContextLength().build(), "b": RoundRobin(), "c": RoundRobin()}, "route-policy"
    )
    pools, rng = (pool("a", of=able), pool("b"), pool("c")), random.Random(1)
    plans = [route.plan(LONG, pools, 0.0, rng, spare=spare) for _ in range(400)]
    assert {(plan.attempts[0].pool, round(plan.propensity, 3)) for plan in plans} == {("b", 0.714), ("c", 0.286)}
    assert sum([plan.attempts[0].pool == "b" for plan in plans]) == pytest.approx(286, abs=45)


def test_who_is_up_and_could_not_take_it_is_named_apart() -> None:
    """The pool is not down: others get answers there."""
    route = Planner(Static(pools=("a", "b", "c")), {"a": ContextLength().build(), "b": RoundRobin()}, "p")
    there = pool("a", of=(Server("a0", context=1_000), Server("a1", context=9_000, up=False)))
    plan = route.plan(LONG, (there, pool("b", of=(Server("b0", up=False),))), 0.0, RNG)
    assert (plan.attempts, plan.why) == ((), "no server up in b; none up that could take it in a")
    assert route.plan(LONG, (there, pool("b")), 0.0, RNG).why == "static order; none up that could take it in a"


def test_nobody_is_asked_a_question_that_nobody_up_could_take() -> None:
    """Where the only server that holds it is down."""
    there = pool("a", of=(Server("a0", context=1_000), Server("a1", context=9_000, up=False)))
    assert Planner(Static(pools=("a",)), {"a": ContextLength().build()}, "p").whom(LONG, there, 0.0, RNG) == ()


def test_nothing_up_is_an_empty_plan() -> None:
    """Not an error: the flow answers 503 and the log shows why."""
    down = pool("a", of=(Server("a0", up=False),))
    plan = planner(Static(pools=("a",))).plan(facts(), (down,), 0.0, RNG)
    assert (plan.attempts, plan.why) == ((), "no server up in a")
    assert planner(Static(pools=("a",))).plan(facts(), (), 0.0, RNG).why == "no pool"


def test_pools_of_other_routes_are_not_looked_at() -> None:
    """Neither served nor complained about."""
    other = pool("other", of=(Server("o", up=False),))
    plan = planner(Static(pools=("a", "other")), names=("a",)).plan(facts(), (other, pool("a")), 0.0, RNG)
    assert (servers_of(plan), plan.why) == ("a0 a1", "static order")


def test_incapable_is_not_the_same_as_down() -> None:
    """If a capable pool is merely down the plan is empty (try again); if none ever could, it is an error."""
    route = planner(CheapestCapable(pools=("a", "b")))
    able = frozenset({"tools"})
    down = pool("b", of=(Server("b0", up=False),), abilities=able)
    plan = route.plan(facts(tools=1), (pool("a"), down), 0.0, RNG)
    assert (plan.attempts, plan.why) == ((), "no capable pool is up; no server up in b")
    with pytest.raises(NoCapablePool):
        route.plan(facts(tools=1), (pool("a"), pool("b")), 0.0, RNG)
    with pytest.raises(NoCapablePool, match="b has no vision"):
        route.plan(facts(images=1), (pool("a"), down), 0.0, RNG)


def test_learning_reaches_selection_and_the_pool_tried() -> None:
    """Other pools' balancing hears nothing; a pool that is gone by now is no error."""
    selection, a, b = Counting(), Counting(), Counting()
    route = Planner(selection, {"a": a, "b": b}, "p")
    plan = route.plan(facts(), (pool("a"), pool("b")), 0.0, RNG)
    route.learn(facts(), plan, outcome("b", "b0"))
    route.learn(facts(), plan, outcome("gone", "x"))
    assert (selection.heard, a.heard, b.heard) == (2, 0, 1)


def test_where_an_attempt_went_is_told_to_its_pool() -> None:
    """At once, attempt by attempt; other pools' balancing hears nothing."""
    a, b = Counting(), Counting()
    route = Planner(Counting(), {"a": a, "b": b}, "p")
    plan = route.plan(facts(), (pool("a"), pool("b")), 0.0, RNG)
    for now, attempt in enumerate(plan.attempts):
        route.placed(facts(), attempt, now)
    assert (a.sent, b.sent) == (["a0 at 0", "a1 at 1"], ["b0 at 2"])


def test_state_is_taken_up_pool_by_pool() -> None:
    """What was learned about pools that are gone is let go, new pools start afresh."""
    old = Planner(Counting(), {"a": Counting(), "gone": Counting()}, "p")
    for name in ("a", "a", "gone"):
        old.learn(facts(), Plan((), why=""), outcome(name, "s"))
    selection, a, new = Counting(), Counting(), Counting()
    Planner(selection, {"a": a, "new": new}, "p").restore(old.state())
    assert (selection.heard, a.heard, new.heard) == (3, 2, 0)


def test_foreign_state_is_refused() -> None:
    """Bytes that are not a planner's raise, and change nothing."""
    counting = Counting()
    with pytest.raises(msgspec.DecodeError):
        Planner(counting, {}, "p").restore(b"\x80\x04not json")
    assert counting.heard == 0


def test_what_may_be_learned_together() -> None:
    """Is what the selection shares; of one that shares nothing, nothing."""
    for kind, parts in (("linucb", [""]), ("static", []), ("cascade", [])):
        assert list(Planner(built(kind), {}, kind).shared) == parts


class Helping(Counting):
    """The pool `a` is given an example, whatever comes."""

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        return msgspec.structs.replace(super().select(facts, pools, now, rng), given=GIVEN)


class Noting(Counting):
    """Keeps how long the prompts were that it was asked about."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        self.heard = facts.prompt_tokens
        return super().order(facts, pool, now, rng)


GIVEN = Given("a", ("dec_1",), 70, 0.1, 0.9)


@pytest.mark.parametrize("names", ["ab", "a"])
def test_what_goes_before_the_prompt(names: str) -> None:
    """Servers of its pool are chosen by what they would get, others by what was asked; every attempt there has it."""
    a, b = Noting(), Noting()
    route = Planner(Helping(), {"a": a, "b": b}, "p")
    plan = route.plan(facts(), tuple(pool(name) for name in names), 0.0, RNG)
    assert (a.heard, b.heard) == (170, 100 if "b" in names else 0)
    assert [one.given for one in plan.attempts] == [GIVEN if one.pool == "a" else None for one in plan.attempts]
    told = route.plan(
        facts(), (pool("a"),), 0.0, RNG, sent=lambda facts, given: msgspec.structs.replace(facts, prompt_tokens=5)
    )
    assert (a.heard, len(told.attempts)) == (5, 2)
    assert route.exemplary is None


def test_a_pool_that_is_to_be_the_first() -> None:
    """Comes before the others, if it is one of those; a conversation that is bound stays all the same."""
    pools = (pool("a", 1), pool("b", 1), pool("c", 1))
    made = planner(Static(("a", "b", "c")))
    assert servers_of(made.plan(facts(), pools, 0.0, RNG, first="b")) == "b0 a0 c0"
    assert servers_of(made.plan(facts(), pools, 0.0, RNG, first="nobody")) == "a0 b0 c0"
    bound = facts(bound="tools", served="c")
    assert servers_of(made.plan(bound, pools, 0.0, RNG, first="b")) == "c0 b0 a0"
