"""Finding the best pool of each category."""

from __future__ import annotations

import msgspec
import pytest

from tests.policies.makers import outcome
from tests.policies.selection.learning import PLAN, asked, built, live, select


def test_compares_then_stops_by_category() -> None:
    """First a few of each, then in the proportions that tell most, then the best but for the floor; and only for the
    category that was judged."""
    policy = built(kind="track_and_stop", floor=0.01)
    assert "comparing: too few" in select(policy).why
    for _ in range(6):
        for pool in ("small", "large"):
            policy.judged(asked("math"), PLAN, outcome(pool, "s"), 0.5 + 0.1 * (pool == "large"))
    leading = select(policy)
    assert "comparing: large leads" in leading.why
    assert leading.chances == pytest.approx({"small": 0.5, "large": 0.5})
    for _ in range(200):
        for pool in ("small", "large"):
            policy.judged(asked("math"), PLAN, outcome(pool, "s"), 0.5 + 0.1 * (pool == "large"))
    stopped = select(policy)
    assert "stopped: large is the best" in stopped.why
    assert stopped.chances == {"small": 0.01, "large": 0.99}
    assert "too few" in select(policy, "law").why


def test_begins_anew_when_pools_are_swapped() -> None:
    """It is right before, and again within 200 requests after."""
    policy = built(kind="track_and_stop")
    assert sum(live(policy, 400)[200:]) >= 190
    assert sum(live(policy, 500, flip=True)[300:]) >= 190


def test_who_was_never_judged_is_compared_first() -> None:
    """All that is not a floor goes to the pool of which too little is known."""
    policy = built(kind="track_and_stop", floor=0.02)
    for _ in range(10):
        policy.judged(asked("math"), PLAN, outcome("small", "s"), 1.0)
    assert select(policy).chances == pytest.approx({"small": 0.02, "large": 0.98})


@pytest.mark.parametrize(("pool", "quality"), [("gone", 1.0), ("small", float("nan")), ("small", -1.0)])
def test_what_teaches_nothing(pool: str, quality: float) -> None:
    """A pool that is gone; what is no quality."""
    policy = built(kind="track_and_stop")
    before = policy.state()
    policy.judged(asked("math"), PLAN, outcome(pool, "s"), quality)
    assert policy.state() == before


def test_pools_come_and_go() -> None:
    """A pool that is new is compared with what is known of those that were there before."""
    old, new = built(kind="track_and_stop"), built(kind="track_and_stop", pools=["large", "new"])
    live(old, 200)
    new.restore(old.state())
    tallies = msgspec.json.decode(new.state())["tallies"]
    assert tallies["large"] == msgspec.json.decode(old.state())["tallies"]["large"]
    assert not any(map(any, tallies["new"]))
    new.restore(b"")
    assert msgspec.json.decode(new.state())["tallies"] == tallies


def test_time_and_money_count() -> None:
    """Equal answers, and one is dearer: that one is not the best."""
    policy = built(kind="track_and_stop", objective={"cost": 50.0, "latency": 1.0})
    for number in range(2000):
        policy.judged(asked("math"), PLAN, outcome(("small", "large")[number % 2], "s"), float(number % 4 > 1))
    assert "stopped: small is the best" in select(policy).why
