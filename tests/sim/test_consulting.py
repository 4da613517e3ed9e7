"""Policies that ask before one answers, on virtual time: what modelled engines say is made up, what it takes is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sim.makers import Stage, config, pool
from wrp_policies import SelectionSpec
from wrp_policies.selection import Fusion, MultiRound
from wrp_router.config.pools import PoolConfig, Price
from wrp_router.config.secret import Secret
from wrp_router.fakes.model import INSTANT, Profile
from wrp_router.record import Row
from wrp_router.sim.engine import SimEngine

PROFILES = {"small": Profile(base_ttft=1.0), "math": Profile(base_ttft=2.0), "large": Profile(base_ttft=4.0)}
FUSION = Fusion(("small", "math"), "large")
ROUNDS = MultiRound("router", {"small": "fast", "math": "sums", "large": "good"}, "large")


def named(name: str, **changes: Any) -> PoolConfig:
    return pool(name, 1, price=Price(1.0, 2.0), abilities=("chat", "tools", "json_schema"), **changes)


def stage(use: SelectionSpec, *router: str, **changes: Any) -> Stage:
    """Four pools; the router model says this, round by round."""
    rules = {f"Rounds that are left: {2 - at}.": [one] for at, one in enumerate(router)}
    engines = {("router", "router0"): SimEngine(INSTANT, rules)} if router else {}
    pools = [named(name, **changes.get(name, {})) for name in ("small", "math", "large", "router")]
    return Stage(config(*pools, use=use, secret=Secret("salt")), PROFILES, engines=engines)


def only(made: Stage, **fields: Any) -> Row:
    made.arrive(0.0, "What is 6 times 7?", **fields)
    (row,) = made.rows()
    return row


def test_the_slowest_answer_is_waited_for() -> None:
    """Then the writer takes its time, for a longer prompt."""
    row = only(stage(FUSION))
    assert row.plan is not None
    assert row.plan.why == "large writes: 2 of 2 answers came, of small, math"
    assert row.duration == pytest.approx(6.0, abs=0.5)
    assert [one.pool for one in row.inquiries] == ["small", "math"]
    assert row.outcomes[0].tokens_in > row.inquiries[0].tokens_in
    assert row.cost > row.outcomes[0].cost > 0.0


def test_the_same_seed_the_same_answer() -> None:
    """Marks are drawn by the secret, and not by lot."""
    rows = [only(stage(FUSION)) for _ in range(2)]
    assert rows[0] == rows[1]


def test_rounds_by_rule() -> None:
    """One after the other."""
    decisions = [{"ask": "math", "question": "6 * 7?", "answer": ""}, {"ask": "", "question": "", "answer": "small"}]
    row = only(stage(ROUNDS, *map(json.dumps, decisions)))
    assert row.plan is not None
    assert row.plan.why == "small writes: math, router had enough after 1 of 2 rounds"
    assert [one.pool for one in (*row.inquiries, *row.outcomes)] == ["router", "math", "router", "small"]
    assert row.duration == pytest.approx(3.0, abs=0.5)


def test_a_modelled_router_model_decides_nothing() -> None:
    """It knows nothing, and says so by being unreadable."""
    row = only(stage(ROUNDS))
    assert row.plan is not None
    assert row.plan.why == "large answers alone: router decided nothing (unreadable)"


def test_the_writer_serves_others_meanwhile() -> None:
    """A request that waits for answers holds no room in it: of two in a row the one that asks nobody is first."""
    made = stage(FUSION, large={"limit": 1})
    made.arrive(0.0, "What is 6 times 7?")
    made.arrive(0.1, "Call it.", tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}])
    asked, alone = made.rows()
    assert asked.plan is not None
    assert alone.plan is not None
    assert ("came" in asked.plan.why, "tools" in alone.plan.why) == (True, True)
    assert alone.duration == pytest.approx(4.0, abs=0.5)
    assert asked.duration == pytest.approx(8.1, abs=0.5)
