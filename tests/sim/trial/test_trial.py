"""One policy, one trace, one seed."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.fleet.makers import kept_of
from tests.sim.trial.making import BLOCK, KINDS, NAMES, SERVER, InOrder, always, arrivals, at, over, policy, setting
from wrp_router.sim.batching import Job
from wrp_router.sim.traces import Arrival, Trace
from wrp_router.sim.trial import Change, Setting, Trial
from wrp_router.sim.trial.router import Request

INF = float("inf")
COMING_AND_GOING = (
    Change(1.0, "die", 1),
    Change(1.5, "join"),
    Change(2.0, "leave", 0),
    Change(2.5, "back", 1),
    Change(3.0, "die", 3),
    Change(3.5, "leave", 2),
)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("routers", "sync"), [(1, 0.0), (3, 0.0), (3, 1.0), (3, INF)])
def test_every_arrival_ends_exactly_once(name: str, routers: int, sync: float):
    """Whoever balances, however many routers, whatever they tell each other, while servers come and go."""
    trial = Trial(setting(routers=routers, sync=sync, changes=COMING_AND_GOING), policy(name), 0)
    trial.run(arrivals(100))
    over(trial, 100)
    assert len(trial.results) > 70


def test_what_has_ended_is_gone():
    """Requests and their jobs know each other, but nobody has to look for them: a long trial does not grow."""
    trial = Trial(setting(), policy("random"), 0)
    gc.collect()
    gc.disable()
    try:
        trial.run(arrivals(100))
        left = [kept for kept in gc.get_objects() if type(kept) in (Job, Request)]
    finally:
        gc.enable()
    assert not left


one = some.builds(
    Arrival,
    some.floats(0.0, 3.0),
    some.integers(0, 3000),
    some.integers(0, 40),
    some.lists(some.integers(0, 40), max_size=30).map(tuple),
)


@some.composite
def stories(draw: some.DrawFn) -> tuple[Setting, list[Arrival]]:
    """A setting with changes that can be, and arrivals in order; servers may be too small for some prompts."""
    servers, alive, members, changes = 3, {0, 1, 2}, {0, 1, 2}, []
    for when in sorted(draw(some.lists(some.floats(0.0, 4.0), max_size=8))):
        possible = [("join", 0), *[("die", n) for n in alive], *[("leave", n) for n in members]]
        what, server = draw(some.sampled_from(possible + [("back", n) for n in {*range(servers)} - alive]))
        changes.append(Change(when, what, server))
        if what == "join":
            alive.add(servers)
            members.add(servers)
            servers += 1
        elif what == "back":
            alive.add(server)
        else:
            (alive if what == "die" else members).discard(server)
    made = setting(
        routers=draw(some.integers(1, 3)), sync=draw(some.sampled_from([0.0, 0.1, INF])), changes=tuple(changes)
    )
    return made, sorted(draw(some.lists(one, max_size=30)), key=lambda arrival: arrival.at)


@settings(max_examples=60)
@given(stories(), some.sampled_from(NAMES), some.integers(0, 5))
def test_whatever_comes_ends(story: tuple[Setting, list[Arrival]], name: str, seed: int):
    """Empty prompts, prompts larger than the memory, many at one instant, servers that die at that instant."""
    made, coming = story
    trial = Trial(made, policy(name), seed)
    trial.run(coming)
    over(trial, len(coming))
    results = trial.results
    assert (results.column("ttft") >= 0).all()
    assert (results.column("tpot") >= 0).all()
    assert (results.column("cached") <= results.column("prompt")).all()
    assert (results.column("last") >= results.column("arrived")).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides_all(name: str):
    """The same one gives the same results, to the last digit."""
    once, again = (
        Trial(setting(routers=2, sync=1.0, changes=COMING_AND_GOING), policy(name), 7).run(arrivals(60))
        for _ in range(2)
    )
    for column in once.NAMES:
        assert once.column(column).tolist() == again.column(column).tolist()
    assert once.lost("number").tolist() == again.lost("number").tolist()


def test_another_seed_is_another_chance():
    """For those that draw."""
    first, second = (Trial(setting(), policy("random"), seed).run(arrivals(60)) for seed in (0, 1))
    assert first.column("server").tolist() != second.column("server").tolist()


def test_which_router_gets_which_request_is_not_for_the_policy():
    """It is drawn by the seed alone: all policies see the same arrivals at the same routers."""
    heard = []
    for name in ("random", "p2c"):
        trial = Trial(setting(routers=3), policy(name), 4)
        requests: list[int] = []
        for place, router in enumerate(trial.routers):
            router.policy = Heard(router.policy, requests, place)
        trial.run(arrivals(40))
        heard.append(requests)
    assert heard[0] == heard[1]
    assert {*heard[0]} == {0, 1, 2}


class Heard:
    """A policy that notes when it is asked."""

    def __init__(self, inner: object, asked: list[int], place: int) -> None:
        self._inner, self._asked, self._place = inner, asked, place

    def order(self, *facts: object) -> object:
        self._asked.append(self._place)
        return self._inner.order(*facts)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def test_figures_by_hand():
    """One request of 100 tokens alone: one iteration of prefill, then one for each further token, each 5 ms later."""
    trial = Trial(setting(1), always(InOrder()), 0)
    results = trial.run(at([1.0], prompt=100, output=3))
    first = 0.01 + 100 * 1e-4 + 0.005
    assert results.column("ttft")[0] == pytest.approx(first)
    assert results.column("tpot")[0] == pytest.approx(0.01 + 1e-4)
    assert results.column("last")[0] == pytest.approx(1.0 + first + 2 * (0.01 + 1e-4))
    assert [results.column(name)[0] for name in ("number", "arrived", "prompt", "output", "server")] == [
        0,
        1,
        100,
        3,
        0,
    ]


def test_what_is_cached_is_told():
    """A prompt sent twice is found, all but its last token's block at most."""
    blocks = tuple(range(8))
    trace = Trace("t", BLOCK, lambda: iter([Arrival(0.0, 128, 2, blocks), Arrival(1.0, 128, 2, blocks)]))
    results = Trial(setting(1), always(InOrder()), 0).run(trace)
    assert results.column("cached").tolist() == [0, 127]
    assert results.column("ttft")[1] < results.column("ttft")[0]


def test_progress_is_told_by_the_thousand():
    """With the time of the arrival."""
    told: list[float] = []
    trace = at([n / 1000 for n in range(2001)], prompt=1, output=1)
    Trial(setting(1), always(InOrder()), 0).run(trace, told.append)
    assert told == [0.999, 1.999]


def test_prefixes_are_believed_as_large_as_the_memory():
    """Of the largest server, in the blocks of the trace."""
    small, large = SERVER, type(SERVER)(SERVER.pace, kv_tokens=16_384)
    trial = Trial(Setting((small, large), BLOCK), policy("prefix"), 0)
    prefix = kept_of(trial.routers[0].fleet, "pool", "s0").home.spec.prefix
    assert prefix is not None
    assert (prefix.block_tokens, prefix.capacity) == (BLOCK, 1024)


def test_all_kinds_are_here():
    """Those of the union, so that none is forgotten in these tests."""
    assert {"random", "p2c", "dualmap", "adaptive"} <= {*KINDS}
