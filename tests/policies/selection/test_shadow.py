"""One policy that serves, and one that is only asked."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tests.policies.makers import facts, kinds, outcome, pool
from wrp_policies import Choice, NoCapablePool, Outcome, Plan, Pools, SelectionSpec, Shadow, Static, Weighted
from wrp_policies.selection.shadow import Shadowed
from wrp_policies.selection.spec import Looking
from wrp_policies.selection.within import WithinSpec
from wrp_policies.types import Tiers
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

AB = (pool("a"), pool("b"))


class Hears:
    """Always one pool; keeps what it hears."""

    def __init__(self, name: str, tiers: Tiers = frozenset()) -> None:
        self.name, self.tiers = name, tiers
        self.heard: list[Any] = []

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        return Choice((self.name,), why="fixed")

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        self.heard.append(outcome.pool)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        self.heard.append((outcome.pool, quality))

    def state(self) -> bytes:
        return msgspec.json.encode(self.heard)

    def restore(self, state: bytes) -> None:
        self.heard = msgspec.json.decode(state)


def shadow(use: Any, other: Any) -> Shadow:
    return msgspec.convert({"kind": "shadow", "use": use, "shadow": other}, type=Shadow)


def test_use_serves_and_the_shadow_is_told_of() -> None:
    """The choice is that of `use` with its chances; the other's first pool stands beside it."""
    spec = shadow({"kind": "weighted", "pools": {"a": 3, "b": 1}}, {"kind": "static", "pools": ["b"]})
    plain = Weighted(pools={"a": 3, "b": 1})
    for seed in range(20):
        expected = plain.select(facts(), AB, 0.0, random.Random(seed))
        choice = spec.build(Materials.none()).select(facts(), AB, 0.0, random.Random(seed))
        assert choice == msgspec.structs.replace(expected, shadow="b")
    assert spec.pools == ("a", "b")


def test_a_shadow_refuses_nobody() -> None:
    """Where it could not serve the request at all, or none of its pools is up, it says nothing."""
    able = {"kind": "cheapest_capable", "pools": ["a"]}
    policy = shadow({"kind": "static", "pools": ["a", "b"]}, able).build(Materials.none())
    asked = facts(prompt_tokens=9_000)
    small = (pool("a", context=100), pool("b", context=100))
    assert policy.select(asked, small, 0.0, random.Random(0)) == Choice(("a", "b"), "static order")
    other = shadow({"kind": "static", "pools": ["a", "b"]}, {"kind": "static", "pools": ["a"]}).build(Materials.none())
    assert other.select(facts(), AB[1:], 0.0, random.Random(0)).shadow == ""
    with pytest.raises(NoCapablePool):  # but `use` may
        shadow(able, {"kind": "static", "pools": ["a"]}).build(Materials.none()).select(
            asked, small, 0.0, random.Random(0)
        )


def test_it_hears_where_it_would_have_asked_the_same() -> None:
    """The one that serves hears all."""
    use, other = Hears("a"), Hears("b")
    policy = Shadowed(use, other)
    plan = Plan((), "", shadow="b")
    for name in ("a", "b"):
        policy.learn(facts(), plan, outcome(name, "s"))
        policy.judged(facts(), plan, outcome(name, "s"), 0.5)
    assert use.heard == ["a", ("a", 0.5), "b", ("b", 0.5)]
    assert other.heard == ["b", ("b", 0.5)]


def test_what_both_learned_is_kept() -> None:
    """Each one's own; of a state from before, or of another kind of policy, nothing is taken up."""
    taught = Shadowed(Hears("a"), Hears("b"))
    taught.learn(facts(), Plan((), "", shadow="b"), outcome("a", "s"))
    use, other = Hears("a"), Hears("b")
    fresh = Shadowed(use, other)
    for state in (b"", b'{"another": "kind"}'):
        fresh.restore(state)
        assert (use.heard, other.heard) == ([], [])
    fresh.restore(taught.state())
    assert (use.heard, other.heard) == (["a"], [])


def test_vectors_of_both() -> None:
    """Requests come with what either looks at."""

    class Seeing(Looking, frozen=True, tag="seeing"):
        """A kind that looks at what was asked."""

    model: Tiers = frozenset(("model",))
    static: Tiers = frozenset(("static",))
    assert Shadowed(Hears("a", model), Hears("b", static)).tiers == {"model", "static"}
    assert Shadow(Static(("a",)), Seeing(pools=("a",), tier="static")).looks() == {"static"}  # type: ignore[arg-type]
    assert Shadow(Static(("a",)), Static(("a",))).looks() == frozenset()


def test_only_pools_of_use() -> None:
    """Others are no part of what it is shown; and a shadow has no shadow."""
    with pytest.raises(msgspec.ValidationError, match="shadow: c: not a pool of `use`"):
        shadow({"kind": "static", "pools": ["a"]}, {"kind": "static", "pools": ["a", "c"]})
    inner = {"kind": "shadow", "use": {"kind": "static", "pools": ["a"]}}
    with pytest.raises(msgspec.ValidationError, match="Invalid value 'shadow'"):
        shadow({"kind": "static", "pools": ["a"]}, inner)
    own = {"cascade", "in_context", "fusion", "multi_round", "shadow"}
    assert set(kinds(SelectionSpec)) == {*kinds(WithinSpec), *own}
