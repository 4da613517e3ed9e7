"""The modelled engines of a pool, and the heap of what happens next."""

from __future__ import annotations

import pytest

from tests.sim.trial.making import BLOCK, SERVER
from wrp_router.sim.batching import Hardware, Job
from wrp_router.sim.trial.sites import NEVER, Site, Sites

SLOW = Hardware(SERVER.pace, latency=1.0)


class Stage:
    """Sites that note what is seen: (who, whether it is the last, when)."""

    def __init__(self, *hardware: Hardware) -> None:
        self.seen: list[tuple[str, bool, float]] = []
        self.sites = Sites(lambda job, last, now: self.seen.append((job.key, last, now)))
        for number, one in enumerate(hardware):
            self.sites.join(f"s{number}", one, BLOCK)

    def give(self, key: str, site: Site, prompt: int = 100, output: int = 2) -> None:
        self.sites.give(site, Job(key, prompt, output))

    def rest(self) -> None:
        while self.sites.next() < NEVER:
            self.sites.until(self.sites.next())


def test_tokens_are_seen_in_the_order_of_time():
    """Of all engines, each at its time; `next` says when, and the clock never goes back."""
    stage = Stage(SERVER, SERVER)
    sites = stage.sites
    assert sites.next() == NEVER
    stage.give("a", sites.all[0], prompt=300)
    stage.give("b", sites.all[1])
    times = []
    while sites.next() < NEVER:
        coming = sites.next()
        sites.until(sites.next())
        assert sites.now == coming
        times.append(sites.now)
    assert times == sorted(times)
    assert [(key, last) for key, last, _ in stage.seen] == [("b", False), ("b", True), ("a", False), ("a", True)]
    assert stage.seen[0][2] == pytest.approx(0.01 + 100 * 1e-4 + 0.005)


def test_until_stops_there():
    """What happens later waits; the clock is at that time, whatever happened."""
    stage = Stage(SERVER)
    stage.give("a", stage.sites.all[0])
    stage.sites.until(0.026)
    assert (stage.sites.now, len(stage.seen)) == (0.026, 1)
    stage.sites.until(5.0)
    assert (stage.sites.now, len(stage.seen)) == (5.0, 2)


def test_calls_come_at_their_time():
    """In between, those of one instant in the order in which they were asked for."""
    stage = Stage(SERVER)
    called: list[tuple[str, float]] = []
    for name, when in (("late", 2.0), ("first", 1.0), ("second", 1.0)):
        stage.sites.at(when, lambda now, name=name: called.append((name, now)))  # type: ignore[misc]
    stage.sites.until(3.0)
    assert called == [("first", 1.0), ("second", 1.0), ("late", 2.0)]


def test_the_dead_tell_nothing():
    """Neither what they computed, nor what was on its way; others' tokens come as they would."""
    stage = Stage(SLOW, SERVER)
    sites = stage.sites
    stage.give("seen", sites.all[0], output=100_000)
    stage.give("first token on its way", sites.all[0], output=100_000)
    stage.give("elsewhere", sites.all[1])
    sites.until(0.5)
    stage.give("last token on its way", sites.all[0], output=1)
    sites.until(1.2)
    stage.give("waiting", sites.all[0], prompt=100_000)
    lost = sites.kill(sites.all[0])
    assert [job.key for job in lost] == ["seen", "first token on its way", "last token on its way", "waiting"]
    assert [job.first <= sites.now for job in lost[:3]] == [True, True, False]
    before = len(stage.seen)
    stage.rest()
    assert len(stage.seen) == before
    assert [key for key, last, _ in stage.seen if last] == ["elsewhere"]
    assert not sites.all[0].up


def test_back_from_the_dead():
    """With a cold cache, it serves again; of what it had before it says nothing."""
    stage = Stage(SERVER)
    site = stage.sites.all[0]
    stage.sites.give(site, Job("before", 100, 50, (1, 2, 3)))
    stage.sites.until(0.1)
    stage.sites.kill(site)
    assert site.engine.memory.find((1, 2, 3))[0] == 0
    stage.sites.until(10.0)
    site.up = True
    stage.give("after", site)
    stage.rest()
    assert [(key, last) for key, last, _ in stage.seen] == [("before", False), ("after", False), ("after", True)]
    assert stage.seen[1][2] == pytest.approx(10.0 + 0.01 + 100 * 1e-4 + 0.005)


def test_who_joins_is_there_from_then_on():
    """Numbered on, and found by name."""
    stage = Stage(SERVER)
    stage.sites.until(7.0)
    site = stage.sites.join("new", SLOW, BLOCK)
    assert (site.number, site.since, site.left, site.up) == (1, 7.0, NEVER, True)
    assert stage.sites.named["new"] is site
    assert stage.sites.all[0].since == 0.0
