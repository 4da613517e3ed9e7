"""Servers that are taken out of a fleet for being slow, and how they come back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fleet.clocked import NAMES, RATE, Fleet
from tests.fleet.makers import asked, done, kept_of, pool, refused
from wrp_router.fleet.spec import OutlierSpec


def watched(servers: int = 4, **changes: Any) -> Fleet:
    return Fleet(pool(servers=servers, outliers=OutlierSpec(), **changes))


def ejected(servers: int = 4) -> Fleet:
    """A fleet that has just taken out its last server."""
    fleet = watched(servers)
    fleet.rounds(12)
    fleet.times["s3"] = 5.0
    while len(fleet.changes) == 0:
        fleet.rounds(1)
    return fleet


def test_a_slow_server_is_taken_out_and_everybody_is_told_why():
    """Though it answered everything."""
    fleet = ejected()
    (change,) = fleet.changes
    assert (change.server, change.before, change.after, change.event) == ("s3", "closed", "open", "slow")
    assert change.why == "slow: ttft 5.0x the pool's median"
    assert fleet.up(fleet.now) == "s0 s1 s2"


def test_without_the_setting_or_with_two_servers_nobody_is_watched():
    """Then it costs nothing either."""
    for fleet in (Fleet(pool(servers=4)), watched(servers=2)):
        fleet.times |= {"s1": 50.0, "s3": 50.0}
        fleet.rounds(80)
        assert fleet.changes == []
        assert kept_of(fleet, "p", "s1").speed is None


def test_a_trial_that_is_slow_again_keeps_it_out_longer():
    """One request finds out, and nobody else meets it; each wait is twice as long."""
    fleet = ejected()
    waits = []
    opened = fleet.changes[-1].time
    for _ in range(3):
        waits.append(kept_of(fleet, "p", "s3").breaker.until - opened)
        fleet.now = opened + waits[-1]
        assert fleet.up(fleet.now) == "s0 s1 s2 s3"
        fleet.ask("s3")
        assert fleet.changes[-1].after == "open"
        assert fleet.changes[-1].why == "slow: ttft 5.0x the pool's median"
        opened = fleet.changes[-1].time
    assert [low <= wait <= 1.5 * low for wait, low in zip(waits, (5.0, 10.0, 20.0), strict=True)] == [True] * 3


def test_who_has_recovered_is_back_slowly_with_nothing_held_against_it():
    """A tenth of its weight at first; its averages and its line are learnt anew."""
    fleet = ejected()
    fleet.times["s3"] = 1.0
    fleet.now = kept_of(fleet, "p", "s3").breaker.until
    fleet.snapshot(fleet.now)
    fleet.ask("s3")
    back = fleet.server("s3", fleet.now)
    assert fleet.changes[-1].after == "closed"
    assert (back.up, back.weight) == (True, pytest.approx(0.1))
    assert (back.ttft, back.prefill) == (0.0, 0.0)
    fleet.rounds(60)
    assert len(fleet.changes) == 3
    assert fleet.server("s3", fleet.now).prefill == pytest.approx(RATE, rel=0.1)


def test_who_is_slow_again_stays_out_longer_though_a_trial_went_well():
    """A single quick answer proves little; having kept up for a window does."""
    fleet = ejected()
    for wait in (10.0, 20.0):
        fleet.times["s3"] = 1.0
        fleet.now = kept_of(fleet, "p", "s3").breaker.until
        fleet.snapshot(fleet.now)
        fleet.ask("s3")
        fleet.times["s3"] = 5.0
        while fleet.changes[-1].event != "slow":
            fleet.rounds(1)
        assert wait <= kept_of(fleet, "p", "s3").breaker.until - fleet.changes[-1].time <= 1.5 * wait


def test_a_health_page_does_not_excuse_a_slow_server():
    """It says nothing of how long prompts take. One that failed is back at once by it."""
    fleet = ejected()
    fleet.probed("p", "s3", True, fleet.now)
    assert fleet.up(fleet.now) == "s0 s1 s2"
    fleet.fail("s0", fleet.now, outcome=refused())
    fleet.probed("p", "s0", True, fleet.now)
    assert fleet.up(fleet.now) == "s0 s1 s2"


@pytest.mark.parametrize("down", [1, 2])
def test_at_most_half_of_a_pool(down: int):
    """One of five has failed: then a slow one goes, too. Two have: then it stays, however slow it is."""
    fleet = watched(servers=5)
    fleet.rounds(12)
    for name in NAMES[:down]:
        fleet.fail(name, fleet.now)
        fleet.cool("p", name, fleet.now + 110.0, fleet.now)
    fleet.times["s4"] = 9.0
    until = fleet.now + 100.0
    while fleet.now < until and fleet.changes[-1].event != "slow":
        fleet.rounds(1)
    assert ("s4" in {change.server for change in fleet.changes}) is (down == 1)


def test_answers_that_come_whole_tell_nothing():
    """Nobody sees their first token."""
    fleet = watched()
    for _ in range(100):
        for name in NAMES[:4]:
            lease = fleet.lease("p", name, fleet.now, None, asked(500, stream=False))
            fleet.now += 9.0 if name == "s3" else 0.5
            lease.end(done(), fleet.now)
    assert fleet.changes == []


def test_what_was_sent_before_it_was_taken_out_says_nothing_of_its_return():
    """A straggler's first token is of another time."""
    fleet = watched()
    fleet.rounds(12)
    straggler = fleet.lease("p", "s3", fleet.now, None, asked(1))
    fleet.times["s3"] = 5.0
    while not fleet.changes:
        fleet.rounds(1)
    state = kept_of(fleet, "p", "s3")
    assert state.speed is not None
    seen = state.speed.seen
    straggler.first(fleet.now)
    straggler.end(done(), fleet.now)
    assert state.speed.seen == seen
