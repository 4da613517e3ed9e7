"""Ratings by verdicts."""

from __future__ import annotations

import json
import random

import pytest

from tests.policies.makers import outcome, two_pools
from tests.policies.selection.learning import PLAN, asked, built, live, select


def test_finds_out_who_is_right_about_what() -> None:
    """After 200 requests nine in ten go right; and again within 300 requests of a swap."""
    policy = built(kind="elo")
    assert sum(live(policy, 500)[200:]) >= 270
    assert sum(live(policy, 600, flip=True)[300:]) >= 260


def test_newcomers_get_their_games() -> None:
    """A third of the requests while all are provisional, shared; none but the floor once they are settled."""
    policy = built(kind="elo", placement=0.3, provisional=20, floor=0)
    assert select(policy).chances == pytest.approx({"small": 0.85, "large": 0.15})
    for _ in range(20):
        policy.judged(asked("math"), PLAN, outcome("small", "s"), 1.0)
    assert select(policy).chances == pytest.approx({"small": 0.7, "large": 0.3})
    for _ in range(20):
        policy.judged(asked("math"), PLAN, outcome("large", "s"), 0.0)
    assert select(policy).chances == {}


def test_says_who_leads() -> None:
    """Rating and verdicts."""
    policy = built(kind="elo")
    policy.judged(asked("math"), PLAN, outcome("large", "s"), 1.0)
    assert select(policy).why.startswith("elo for math, large leading at +32 by 1 verdicts: ")


@pytest.mark.parametrize(("pool", "quality"), [("gone", 1.0), ("small", float("nan"))])
def test_what_teaches_nothing(pool: str, quality: float) -> None:
    """A pool that is gone; what is no quality."""
    policy = built(kind="elo")
    before = policy.state()
    policy.judged(asked("math"), PLAN, outcome(pool, "s"), quality)
    assert policy.state() == before


def test_pools_come_and_go() -> None:
    """Ratings stay with their pools; a new one has its placement games, and damage is refused."""
    old, new = built(kind="elo"), built(kind="elo", pools=["large", "new"])
    live(old, 200)
    new.restore(old.state())
    pools = (two_pools()[1], type(two_pools()[1])("new", "m", two_pools()[1].servers))
    choice = new.select(asked("math"), pools, 1.0, random.Random(1))
    assert choice.chances["new"] == pytest.approx(0.3, abs=0.02)
    new.restore(b"")
    with pytest.raises(ValueError, match=r"."):
        new.restore(b'{"lengths":{},"standings":{},"par":[1.0,2.0]}')
    state = json.loads(old.state())
    state["standings"]["large"]["changes"].pop()
    before = new.state()
    with pytest.raises(ValueError, match="not told of 32 categories"):
        new.restore(json.dumps(state).encode())
    assert new.state() == before


def test_one_pool_is_no_choice() -> None:
    """It answers for certain, whatever was learned."""
    choice = built(kind="elo").select(asked("math"), two_pools()[:1], 1.0, random.Random(1))
    assert choice.why == "only small is capable"
