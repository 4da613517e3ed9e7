"""Servers that become slow, limits that are found, and who waits for room: in trials."""

from __future__ import annotations

import pytest

from tests.sim.trial.making import InOrder, always, arrivals, at, over, policy, setting
from wrp_router.fleet.spec import LimitSpec, OutlierSpec
from wrp_router.sim.traces import hot, synthetic
from wrp_router.sim.trial import Change, Trial, report

WATCHED = {"outliers": OutlierSpec()}


def ejected(trial: Trial) -> set[str]:
    """Who was taken out for being slow."""
    return {change.server for router in trial.routers for change in router.changes if change.event == "slow"}


def test_who_becomes_slow_takes_so_many_times_as_long_and_then_no_longer():
    """A request that is under way counts the rest of its work by the new pace."""
    changes = (Change(10.0, "slow", 0, 5.0), Change(20.0, "slow", 0, 1.0))
    trial = Trial(setting(1, changes=changes), always(InOrder()), 0)
    results = trial.run(at([0.0, 9.98, 12.0, 22.0], prompt=1000, output=1))
    over(trial, 4)
    before, across, slow, after = [ttft - 0.005 for ttft in results.column("ttft")]  # what the network takes
    assert (slow, after) == (pytest.approx(5 * before), pytest.approx(before))
    assert before < across < slow


@pytest.mark.parametrize("name", ["round_robin", "p2c", "least_load", "adaptive"])
def test_a_slow_server_is_taken_out(name: str):
    """Whoever balances, and nobody else is."""
    made = setting(4, changes=(Change(20.0, "slow", 2, 6.0),), **WATCHED)
    trial = Trial(made, policy(name), 0)
    trial.run(arrivals(1500, rate=20.0))
    over(trial, 1500)
    assert ejected(trial) == {"s2"}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ["p2c", "round_robin", "session", "prefix", "adaptive"])
def test_nobody_is_taken_out_of_equals(name: str, seed: int):
    """Prompts with heavy tails, a prefix that takes most of the traffic, caches of different warmth, overload: what
    these make of the servers' queues is nobody's fault. And so watching changes nothing at all."""
    for trace, more in ((synthetic(seed, 500), {}), (hot(seed, 500, qps=30.0), {}), (arrivals(800, 60.0, seed), {})):
        found = []
        for watched in ({}, WATCHED):
            trial = Trial(setting(6, block_tokens=trace.block_tokens, **watched, **more), policy(name), seed)
            results = trial.run(trace)
            assert ejected(trial) == set()
            found.append([results.column(one).tolist() for one in ("number", "server", "last")])
        assert found[0] == found[1]


def test_a_fixed_limit_makes_requests_wait():
    """One at a time on each server: first tokens of those that wait come later, and all come."""
    trial = Trial(setting(1, limit=1), policy("p2c"), 0)
    results = trial.run(at([0.0, 0.0, 0.0], output=11))
    over(trial, 3)
    first, second, third = sorted(results.column("ttft"))
    assert second - first == pytest.approx(third - second)
    assert second - first == pytest.approx(first + 10 * 0.0101, rel=0.01)


def test_who_waits_too_long_is_turned_away():
    """And nobody's place is lost by it."""
    trial = Trial(setting(1, limit=1, wait=0.3), policy("p2c"), 0)
    results = trial.run(at([0.0, 0.01, 0.02, 5.0], output=21))
    over(trial, 4)
    assert results.lost("number").tolist() == [2.0]


def test_who_is_lost_with_a_server_waits_for_another():
    """It gets in line again, once the router knows that the server is dead."""
    changes = (Change(0.05, "die", 0), Change(0.1, "die", 1))
    trial = Trial(setting(3, limit=4, changes=changes), always(InOrder("s0", "s1")), 0)
    results = trial.run(at([n / 1000 for n in range(12)], prompt=3000, output=4))
    over(trial, 12)
    assert {*results.column("server")} == {2.0}
    assert len(results) + results.failed == 12
    assert len(results) > 4


def test_who_gives_up_in_line_has_left_it():
    """A client without patience."""
    trial = Trial(setting(1, limit=1, patience=0.2), policy("p2c"), 0)
    results = trial.run(at([0.0, 0.01, 5.0], output=60))
    over(trial, 3)
    assert results.lost("number").tolist() == [1.0]


def test_a_limit_that_is_found_keeps_first_tokens_in_time_in_overload():
    """At twice what the servers can do: without it hardly anybody is served in time, with it most of what can be."""
    found = {}
    for limit in (0, LimitSpec()):
        trial = Trial(setting(2, limit=limit, wait=0.3, patience=20.0), policy("p2c"), 0)
        trial.run(at([n / 40 for n in range(3000)], prompt=1000))
        over(trial, 3000)
        found[limit == 0] = report(trial, 1.0, 500)
    assert found[False]["attainment"] > 3 * found[True]["attainment"]
    assert found[False]["ttft_s"]["p50"] < 1.0 < found[True]["ttft_s"]["p50"]


def test_what_cannot_be():
    """A server that takes no time, and nobody who waits."""
    for broken in (
        {"changes": (Change(1.0, "slow", 0, 0.0),)},
        {"changes": (Change(1.0, "slow", 9, 2.0),)},
        {"wait": 0.0},
    ):
        with pytest.raises(ValueError, match=r"cannot be|there are servers|nobody"):
            setting(3, **broken)
