"""Where a configuration would send what was recorded."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from tests.replaying.makers import WEIGHTED, config
from wrp_policies import Choice
from wrp_policies.types import Attempt, Plan, Pools
from wrp_router.replaying.candidate import REFUSED, Candidate, Lane, candidate_of, chances_of, minds_load
from wrp_signals.facts import Facts, Reading
from wrp_signals.materials import Materials

BY_SIGNAL = """\
  - {name: marked, when: category, use: {kind: static, pools: [large]}}
  - {name: more, when: other, use: {kind: static, pools: [large, small]}}
  - {name: rest, use: {kind: static, pools: [small]}}
"""
RNG = random.Random(0)


def made(routes: str = WEIGHTED, **changes: str) -> Candidate:
    return candidate_of(config(routes, **changes), Materials.none())


def asked(unknown: tuple[str, ...] = (), operation: Any = "chat", tokens: int = 10, **read: bool) -> Facts:
    readings = {name: Reading(value) for name, value in read.items()}
    return Facts("1", operation, "auto", readings=readings, unknown=unknown, prompt_tokens=tokens)


def led(candidate: Candidate, facts: Facts) -> tuple[str | None, bool]:
    lane, guessed = candidate.lane(facts, 0.0)
    return None if lane is None else lane.name, guessed


def test_recorded_readings_decide():
    """No signal is read again."""
    candidate = made(BY_SIGNAL)
    assert led(candidate, asked(category=True)) == ("marked", False)
    assert led(candidate, asked(category=False, other=True)) == ("more", False)
    assert led(candidate, asked(category=False, other=False)) == ("rest", False)


def test_what_nobody_read_is_unknown_and_told_of():
    """What was tried then and gave nothing is as it was then."""
    candidate = made(BY_SIGNAL)
    assert led(candidate, asked(category=False)) == ("rest", True)
    assert led(candidate, asked()) == ("rest", True)
    assert led(candidate, asked(other=True)) == ("more", True)
    assert led(candidate, asked(unknown=("category", "other"))) == ("rest", False)


def test_readings_of_another_declaration_are_not_believed():
    """They are what another signal said."""
    candidate = candidate_of(config(BY_SIGNAL), Materials.none(), frozenset(("category",)))
    assert led(candidate, asked(category=True, other=False)) == ("rest", True)


def test_chances_are_those_of_the_policy():
    """A policy that draws nothing has one choice; of two that are able, one may be."""
    lane = made().lane(asked(), 0.0)[0]
    assert chances_of(lane, asked(), 0.0, RNG) == {"small": 0.7, "large": 0.3}
    fixed = made(BY_SIGNAL)
    assert chances_of(fixed.lanes[0], asked(), 0.0, RNG) == {"large": 1.0}


@pytest.mark.parametrize(
    ("stay", "bound", "chances"),
    [
        ("true", "tools", {"large": 1.0}),
        ("false", "tools", {"small": 0.7, "large": 0.3}),
        ("false", "state", {"large": 1.0}),
    ],
)
def test_who_goes_on_stays(stay: str, bound: Any, chances: dict[str, float]):
    """As in the router: a route may let turns of a tool loop go, but what a server keeps is nowhere else."""
    routes = f"  - {{name: all, stay: {stay}, use: {{kind: weighted, pools: {{small: 70, large: 30}}}}}}\n"
    facts = msgspec.structs.replace(asked(), served="large", bound=bound)
    assert chances_of(made(routes).lanes[0], facts, 0.0, RNG) == chances


def test_what_it_would_refuse():
    """No route, no pool that speaks the operation, no pool that is able."""
    nowhere = made("  - {name: marked, when: category, use: {kind: static, pools: [large]}}\n")
    lane, _ = nowhere.lane(asked(category=False), 0.0)
    assert chances_of(lane, asked(), 0.0, RNG) == {REFUSED: 1.0}
    assert chances_of(made().lanes[0], asked(operation="messages"), 0.0, RNG) == {REFUSED: 1.0}
    tight = made("  - {name: all, use: {kind: cheapest_capable, pools: [small]}}\n", **{"8001]": "8001], context: 50"})
    assert chances_of(tight.lanes[0], asked(tokens=900), 0.0, RNG) == {REFUSED: 1.0}


def test_without_routes_pools_are_tried_in_order():
    """As the router does."""
    candidate = made("", **{"routes:\n": ""})
    assert chances_of(candidate.lanes[0], asked(), 0.0, RNG) == {"small": 1.0}


class Idlest:
    """The pool with least to do."""

    tiers: frozenset[Any] = frozenset()

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        ranked = sorted(pools, key=lambda pool: pool.servers[0].in_flight)
        return Choice(tuple([pool.name for pool in ranked]), "the idlest")


def test_who_minds_load():
    """Is found by trying, whatever its kind."""
    pools = made().lanes[0].pools
    assert minds_load(Lane("x", Idlest(), pools), asked(), 0.0)  # type: ignore[arg-type]
    assert not minds_load(made().lanes[0], asked(), 0.0)


FUSED = """\
  - {name: fused, when: category, use: {kind: fusion, ask: [small, large], write: large}}
  - {name: rest, use: {kind: static, pools: [small]}}
"""


def test_who_asks_others_first():
    """Nothing of that is in a log: neither rows of such a policy speak, nor any speaks for one."""
    fused, rest = made(FUSED).lanes
    plain, asked_first = Plan((Attempt("small", "s"),), ""), Plan((Attempt("large", "l"),), "", "fusion")
    assert [lane.asks_first(plan) for lane in (fused, rest) for plan in (plain, asked_first)] == [
        True,
        True,
        False,
        True,
    ]
