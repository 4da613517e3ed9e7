"""Who knows every engine's true queue and cache."""

from __future__ import annotations

import random

import pytest

from tests.fleet.makers import kept_of
from tests.sim.trial.making import BLOCK, SERVER, arrivals, policy, setting
from wrp_policies import Pool, Server
from wrp_policies.balancing import Adaptive
from wrp_router.sim.batching import Job
from wrp_router.sim.traces import Shape, hot
from wrp_router.sim.trial import Change, Contest, Trial
from wrp_router.sim.trial.clairvoyant import Clairvoyant, wait
from wrp_router.sim.trial.sites import Sites
from wrp_signals.facts import Facts

POOL = Pool("pool", "model", tuple(Server(name) for name in ("s0", "s1", "s2")))


def stage() -> Sites:
    sites = Sites(lambda job, last, now: None)
    for server in POOL.servers:
        sites.join(server.name, SERVER, BLOCK)
    return sites


def ordered(sites: Sites, prompt: int = 100, prefix: tuple[int, ...] = (), price: float = 0.0) -> tuple[str, ...]:
    facts = Facts("1", "chat", "model", prompt_tokens=prompt, prefix=prefix)
    return Clairvoyant(sites, Adaptive(price=price)).order(facts, POOL, sites.now, random.Random(0))


@pytest.mark.parametrize("rate", [20.0, 60.0])
def test_at_least_as_good_as_chance(rate: float):
    """In time, and in hits."""
    contest = Contest(setting(), arrivals(300), Shape(rate=rate), seeds=2, slo_ttft=0.3)
    found = contest.run({name: policy(name) for name in ("random", "clairvoyant")})
    assert found["clairvoyant"]["attainment"] >= found["random"]["attainment"]
    assert found["clairvoyant"]["hit_ratio"] >= found["random"]["hit_ratio"]
    assert found["clairvoyant"]["ttft_s"]["p90"] <= found["random"]["ttft_s"]["p90"]


def test_the_shortest_queue():
    """Whatever the routers believe of it: here they know of nothing."""
    sites = stage()
    sites.give(sites.all[0], Job("a", 2000, 5))
    sites.give(sites.all[1], Job("b", 1000, 5))
    assert ordered(sites) == ("s2", "s1", "s0")


def test_queues_are_those_of_now():
    """What was computed since anybody looked is not waited for any more."""
    sites = stage()
    site = sites.all[0]
    sites.give(site, Job("a", 3000, 5))
    long = wait(site.engine, sites.now)
    assert long == pytest.approx(0.3 + 6 * 0.01, rel=0.1)
    sites.now = 0.2  # nothing is to be seen before, so nobody looks
    assert wait(site.engine, 0.2) == pytest.approx(long - 0.2)
    assert wait(site.engine, 9.0) == 0.0
    assert wait(sites.all[1].engine, 9.0) == 0.0


def test_the_warm_one():
    """If it does not have to be waited for longer than that saves."""
    sites = stage()
    blocks = tuple(range(60))
    sites.give(sites.all[1], Job("a", 960, 1, blocks))
    while sites.next() < float("inf"):
        sites.until(sites.next())
    assert ordered(sites, 960, blocks)[0] == "s1"
    sites.give(sites.all[1], Job("b", 3000, 1))
    assert ordered(sites, 960, blocks)[0] != "s1"


def test_the_dead_come_last():
    """Though nobody waits there."""
    sites = stage()
    for site in sites.all:
        sites.give(site, Job("a", 4000, 5))
    sites.kill(sites.all[0])
    assert ordered(sites)[-1] == "s0"


def test_it_wastes_no_try_on_the_dead():
    """Which routers only learn from failures."""
    trial = Trial(setting(3, changes=(Change(0.0, "die", 0),)), policy("clairvoyant"), 0)
    trial.run(arrivals(100))
    assert kept_of(trial.routers[0].fleet, "pool", "s0").breaker.failures == 0


def test_one_hot_prefix():
    """It does not pile up on one server what all of them can hold."""
    contest = Contest(setting(4), hot(0, 200), Shape(rate=1.0), seeds=1)
    assert contest.run({"clairvoyant": policy("clairvoyant")})["clairvoyant"]["load_max_over_mean"] < 2.0
