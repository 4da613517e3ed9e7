"""What a candidate would have chosen row by row, and what it learns of."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.replaying.makers import POOLS, TRUE_NOW, world
from tests.replaying.test_candidate import BY_SIGNAL, Idlest, made
from wrp_policies import Attempt, Choice, Outcome, Plan
from wrp_policies.routes import Route, Routes
from wrp_policies.types import Hold, Pools, Tiers
from wrp_policies.when import compile as compile_when
from wrp_router.replaying.candidate import Candidate, Lane
from wrp_router.replaying.choosing import CannotJudge, choose
from wrp_router.replaying.report import checked
from wrp_router.replaying.rows import Example, Gathering
from wrp_signals.facts import Facts, packed
from wrp_signals.hashing import HashingEmbedder

EVERYTHING = Routes([Route("all", compile_when("true", {}))])


def silent(stage: str, share: float) -> None:
    """Nobody looks."""


def examples(n: int = 400, **changes: Any) -> tuple[Example, ...]:
    gathering = Gathering({"auto"})
    gathering.take(world(n, **changes))
    return gathering.kept().examples


class Even:
    """Both pools alike; keeps what it hears."""

    def __init__(self, tiers: Tiers = frozenset()) -> None:
        self.tiers = tiers
        self.heard: list[tuple[str, float]] = []
        self.attempts = 0

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        return Choice(("small", "large"), "even", 0.5, {"small": 0.5, "large": 0.5})

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        self.attempts += 1

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        assert plan.propensity == 0.5
        self.heard.append((outcome.pool, quality))


def of(policy: Any) -> Candidate:
    return Candidate(EVERYTHING, (Lane("all", policy, POOLS),))


def test_every_row_has_its_chances():
    """In order; nothing is learned unless it is asked for."""
    policy, progress = Even(), []
    found = choose(of(policy), examples(), lambda stage, share: progress.append(stage))
    assert found.chances == [{"small": 0.5, "large": 0.5}] * 400
    assert (found.learned, found.guessed, found.blind, found.mindful) == (0, 0, 0, [])
    assert policy.attempts == 0
    assert progress == ["choosing"]


def test_a_propensity_that_cannot_be():
    """Is nothing to divide by: that such a row contradicts itself, the estimates' own look at the log says."""
    one = examples(1)[0]
    bad = replace(one, plan=msgspec.structs.replace(one.plan, propensity=0.0))
    found = choose(of(Even()), [bad], silent, learn=True)
    assert (found.learned, len(found.chances)) == (0, 1)
    with pytest.raises(CannotJudge, match=r"row 0 has 0.0: outside \(0, 1\]"):
        checked([bad], found.chances)


def test_what_it_learns_of_is_as_if_it_had_served():
    """It would send half to each, so that is what it hears, though the log sent 70 % to one."""
    policy = Even()
    found = choose(of(policy), examples(6000), silent, learn=True)
    assert found.learned == policy.attempts == len(policy.heard)
    assert found.learned == pytest.approx(0.3 * 6000, rel=0.1)
    share = sum(pool == "small" for pool, _ in policy.heard) / len(policy.heard)
    assert share == pytest.approx(0.5, abs=0.05)
    small = [quality for pool, quality in policy.heard if pool == "small"]
    assert sum(small) / len(small) == pytest.approx(0.55, abs=0.06)
    assert pytest.approx(0.64) == TRUE_NOW


def test_it_hears_of_answers_that_nobody_judged():
    """But of no quality."""
    policy = Even()
    choose(of(policy), examples(told=0.0), silent, learn=True)
    assert policy.attempts > 50
    assert policy.heard == []


def test_rows_whose_route_is_a_guess():
    """Are counted: here nobody read `other`."""
    found = choose(made(BY_SIGNAL.replace("when: category,", "when: 'other',")), examples(10), silent)
    assert found.guessed == 10


def test_who_minds_load_is_named_once():
    """By its route."""
    assert choose(of(Idlest()), examples(50), silent).mindful == ["all"]


KEEN = "  - {name: all, use: {kind: linucb, pools: [small, large], dim: 16, alpha: 0BUDGET}}\n"


@pytest.mark.parametrize("learn", [False, True])
@pytest.mark.parametrize(("budget", "share"), [("", 1.0), (", budget: $2.808/day, budget_window: 50m", 0.25)])
def test_a_budget_is_drawn_upon(budget: str, share: float, learn: bool):
    """By all that the candidate would choose, whether or not it learns from rows: who would send everything to the
    better pool has the money for a quarter of it."""
    candidate, log = made(KEEN.replace("BUDGET", budget)), examples(3000, told=0.0)
    for example in log[:50]:
        for pool, quality in (("large", 1.0), ("small", 0.2)):
            outcome = msgspec.structs.replace(example.outcomes[0], pool=pool)
            candidate.lanes[0].policy.judged(example.facts, example.plan, outcome, quality)
    found = choose(candidate, log, silent, learn=learn)
    assert found.budgeted == (["all"] if budget else [])
    larges = [chances.get("large", 0.0) for chances in found.chances]
    assert sum(larges) / len(log) == pytest.approx(share, abs=0.03)


def test_vectors_that_the_log_lacks():
    """None at all: there is nothing to judge by, and what to do is said. Some: those rows are counted."""
    with pytest.raises(CannotJudge, match=r"route all looks at vectors of what was asked \(static\).*vectors: true"):
        choose(of(Even(frozenset(("static",)))), examples(5), silent)
    vector = packed(HashingEmbedder().embed(["x"])[0])
    some = [
        replace(one, facts=Facts("x", "chat", "auto", vectors={"static": vector} if place < 6 else {}))
        for place, one in enumerate(examples(8))
    ]
    assert choose(of(Even(frozenset(("static",)))), some, silent).blind == 2


class Verified(Even):
    """As `Even`, but a cascade: whatever it asks it also verifies."""

    hold, by_category = Hold(1000, 1.0), False
    verify = doubt = too_late = left = too_slow = Even.learn


def test_answers_that_were_not_verified() -> None:
    """Say nothing of a cascade, nor those that were of anything else; and nothing follows of pools it would not ask."""
    plain = examples(100)
    climbed = [
        replace(one, plan=msgspec.structs.replace(one.plan, attempts=(Attempt(one.pool, "s", accept_at=0.7),)))
        for one in plain
    ]
    found = [
        choose(Candidate(EVERYTHING, (Lane("all", policy, POOLS),)), rows, silent).verified  # type: ignore[arg-type]
        for policy in (Even(), Verified())
        for rows in (plain, climbed)
    ]
    assert found == [0, 100, 100, 0]


def test_answers_that_hang_on_others() -> None:
    """Of whichever pool they are."""
    plain = examples(100)
    fused = [replace(one, plan=msgspec.structs.replace(one.plan, policy="fusion")) for one in plain]
    found = [choose(of(Even()), rows, silent).consulted for rows in (plain, [*fused, *plain])]
    assert found == [0, 100]
