"""Cascades choose: who is first, with which bar, and when the next one would be too late."""

from __future__ import annotations

import random
from math import exp
from typing import Any

import msgspec
import pytest

from tests.policies.cascading.test_cards import CARD, files
from tests.policies.cascading.verifiers.test_learned import LEARNED
from tests.policies.makers import facts, outcome, pool
from wrp_policies import Planner, RoundRobin, SelectionSpec
from wrp_policies.cascading.types import Answer, Held, Hold, Verdict, Wanted
from wrp_policies.cascading.verifiers import AllOf, AnyOf, Judge, Learned, Logprob, Margin, Schema, SelfConsistency
from wrp_policies.selection import Cascade
from wrp_policies.selection.cascade import Climb, Holding, expected_ttft
from wrp_policies.types import NO_BARS, Attempt, Choice, Plan, Pools, Server
from wrp_signals.facts import Message, Reading, RequestView
from wrp_signals.materials import Materials

AT, VIEW = Attempt("small", "small0", 0.7), RequestView("chat", "auto", (Message("user", "hm?"),))
POOLS = (pool("small"), pool("large"), pool("huge"))


def climb(*names: str, materials: Materials | None = None, **changes: Any) -> Climb:
    """A cascade over these pools, of two by default."""
    accept = changes.pop("accept", Logprob(-0.4))
    return Cascade(names or ("small", "large"), accept, **changes).build(materials or Materials.none())


def choice(policy: Climb, pools: Pools = POOLS[:2], category: str = "") -> Choice:
    """Of a request of some category."""
    readings = {"category": Reading(category)} if category else {}
    return policy.select(facts(readings=readings), pools, 0.0, random.Random(0))


def test_the_example_of_the_design() -> None:
    """As it is written in a file."""
    raw = {"kind": "cascade", "pools": ["small", "large"], "accept": {"kind": "logprob", "at": -0.4}}
    assert msgspec.convert(raw, type=SelectionSpec) == Cascade(("small", "large"), Logprob(-0.4))


def test_all_but_the_last_have_a_bar() -> None:
    """And chance plays no part."""
    found = choice(climb("small", "large", "huge"), POOLS)
    assert (found.pools, found.propensity, found.chances) == (("small", "large", "huge"), 1.0, {})
    assert found.bars == {"small": pytest.approx(exp(-0.4)), "large": pytest.approx(exp(-0.4))}


def test_what_is_down_is_not_waited_for() -> None:
    """The last one that is up has none: its answer is better than no answer."""
    assert choice(climb(), POOLS[:1]).bars == NO_BARS
    assert choice(climb("small", "large", "huge"), (POOLS[0], POOLS[2])).bars.keys() == {"small"}


@pytest.mark.parametrize(
    ("category", "order", "bars"),
    [
        ("sea", ("small", "large"), {"small": 0.8}),
        ("sky", ("small", "large"), {"small": 0.8}),
        ("", ("small", "large"), {"small": 0.8}),
        ("law", ("large", "small"), {}),
    ],
)
def test_bars_of_a_card(category: str, order: tuple[str, ...], bars: dict[str, float]) -> None:
    """By category; where nothing would be accepted the large one is asked at once."""
    policy = climb(thresholds="card.json", materials=files(CARD))
    found = choice(policy, category=category)
    assert (found.pools, found.bars, policy.by_category) == (order, bars, True)


def test_a_learned_head_brings_its_thresholds() -> None:
    """They are on its card."""
    policy = climb(accept=Learned("card.json"), materials=files(LEARNED))
    assert choice(policy).bars == {"small": 0.8}
    assert not climb().by_category


def test_where_everything_is_accepted_nothing_is_held() -> None:
    """A bar of 0 is none."""
    assert choice(climb(accept=Margin(0.0))).bars == NO_BARS


def test_plans_have_spares_in_each_pool() -> None:
    """With their bars, pool after pool."""
    planner = Planner(climb(), {name: RoundRobin() for name in ("small", "large")}, "cascade")
    plan = planner.plan(facts(), POOLS[:2], 0.0, random.Random(0), spare=1)
    bar = pytest.approx(exp(-0.4))
    assert [(one.pool, one.accept_at) for one in plan.attempts] == [
        ("small", bar), ("small", bar), ("large", 0.0), ("large", 0.0),
    ]  # fmt: skip
    assert planner.cascade is not None
    planner.judged(facts(), Plan((), ""), outcome("small", "small0"), 1.0)


@pytest.mark.parametrize(
    ("held", "evidence", "doubt"),
    [
        (Held(None, Wanted()), "unreadable", "escalate"),
        (Held(Answer("x"), Wanted(), whole=False, over="bytes"), "over bytes", "accept"),
        (Held(Answer("x"), Wanted(), whole=False), "not whole", "escalate"),
    ],
)
def test_what_cannot_be_judged(held: Held, evidence: str, doubt: str) -> None:
    """And what becomes of it."""
    policy = climb(accept=Schema())
    verdict = policy.verify(facts(), held, AT, VIEW)
    assert isinstance(verdict, Verdict)
    assert (verdict.score, verdict.evidence, policy.doubt(held)) == (None, evidence, doubt)


def test_what_can_is() -> None:
    """By the verifier; what it needs of the engine is asked for."""
    policy = climb(prefix=8, hold=Holding(bytes=2048, seconds=2.0))
    held = Held(Answer("x", logprobs=(-1.0,)), Wanted(), whole=False)
    assert policy.verify(facts(), held, AT, VIEW) == Verdict(exp(-1.0), "logprob -1.000")
    assert policy.hold == Hold(2048, 2.0, 8, 0)


@pytest.mark.parametrize(
    "servers",
    [
        (Server("a", prefill=0.001, pending=900, base=0.5), Server("b", prefill=1.0), Server("c", up=False)),
        (Server("a", ttft=0.75, pending=150),),
    ],
    ids=["measured", "unmeasured"],
)
def test_who_would_be_too_late(servers: tuple[Server, ...]) -> None:
    """1.5 seconds to a first token, of those that are left: to the deadline, or of our own bound."""
    large = pool("large", of=servers)
    assert expected_ttft(facts(), large) == pytest.approx(1.5)
    assert climb().too_late(facts(), large, waited=9.0, left=2.0) == ""
    assert climb().too_late(facts(), large, waited=9.0, left=1.0) == "large would take 1.50 s, 1.00 s are left"
    bound = climb(slo_ttft=3.0)
    assert bound.too_late(facts(), large, waited=1.0, left=600.0) == ""
    assert bound.too_late(facts(), large, waited=4.0, left=600.0) == "large would take 1.50 s, 0.00 s are left"


def test_who_asks_is_given_a_case() -> None:
    """Of a whole answer; its plan says who will be asked."""
    policy = climb(accept=Judge("grader"))
    work = policy.verify(facts(), Held(Answer("x"), Wanted()), AT, VIEW)
    assert not isinstance(work, Verdict)
    assert next(work).asked[0].pool == "grader"
    partly = Held(Answer("x"), Wanted(), whole=False)
    assert policy.verify(facts(), partly, AT, VIEW) == Verdict(None, "not whole")
    assert choice(policy).why.endswith("as grader will be asked")
    assert Cascade(("a", "b"), AnyOf((Judge("x"), Schema(), Judge("y")))).asks == ("x", "y")
    assert Cascade(("a", "b"), SelfConsistency()).asks == ()


def test_what_would_be_too_slow() -> None:
    """So many tokens after the first, at the pace of late."""
    judges = pool("grader", of=(Server("a", ttft=0.5, tpot=0.1), Server("b", ttft=9.0), Server("c", up=False)))
    assert climb().too_slow(facts(), judges, 10, left=1.5) == ""
    assert climb().too_slow(facts(), judges, 20, left=1.5) == "grader would take 2.50 s, 1.50 s are left"
    assert (climb().left(2.0, 9.0), climb(slo_ttft=3.0).left(2.0, 9.0)) == (9.0, 1.0)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"pools": ("small", "small")}, "each pool once"),
        ({"accept": Schema(), "prefix": 4}, "`prefix`"),
        ({"accept": AllOf((Logprob(), Schema())), "prefix": 4}, "`prefix`"),
        ({"accept": Judge("grader"), "prefix": 4}, "`prefix`"),
        ({"accept": AllOf((Logprob(), SelfConsistency())), "prefix": 4}, "`prefix`"),
    ],
)
def test_what_makes_no_sense(changes: Any, what: str) -> None:
    """Is said when it is read."""
    with pytest.raises(ValueError, match=what):
        Cascade(**({"pools": ("small", "large"), "accept": Logprob()} | changes))
    assert Cascade(("a", "b"), AllOf((Logprob(), Margin())), prefix=4).prefix == 4
