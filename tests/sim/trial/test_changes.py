"""Servers that die, come back, join and leave while routers go on; and what routers hear of each other."""

from __future__ import annotations

import pytest

from tests.sim.trial.making import BLOCK, KINDS, SERVER, InOrder, Made, always, arrivals, at, over, policy, setting
from wrp_router.sim.traces import Arrival
from wrp_router.sim.trial import Change, Contender, Setting, Trial

INF = float("inf")


def test_who_dies_loses_what_it_streamed_and_nothing_else():
    """What had no first token yet is sent elsewhere, and so is what comes later and finds nobody there."""
    coming = [
        Arrival(0.0, 100, 1000),  # it streams when the server dies
        Arrival(0.5, 3000, 5),  # its prompt is being computed then
        Arrival(0.6, 100, 5),  # it waits
        Arrival(0.8, 100, 5),
    ]
    trial = Trial(setting(2, changes=(Change(0.7, "die", 0),)), always(InOrder("s0")), 0)
    results = trial.run(coming)
    over(trial, 4)
    assert results.lost("number").tolist() == [0]
    assert results.lost("arrived").tolist() == [0.0]
    assert {*results.column("server").tolist()} == {1}
    late = results.column("number").tolist().index(1)
    assert results.column("ttft")[late] > 0.2 + 3000 * 1e-4  # the time at the dead server counts


def test_what_is_on_its_way_is_lost_with_the_server():
    """Tokens that no client has seen yet are never seen, even if the engine was done with the request."""
    far = type(SERVER)(SERVER.pace, latency=1.0)
    made = Setting((far, far), BLOCK, changes=(Change(0.5, "die", 0),))
    trial = Trial(made, always(InOrder("s0")), 0)
    results = trial.run(at([0.0], output=1))
    over(trial, 1)
    assert results.column("server").tolist() == [1]
    assert results.column("ttft")[0] > 1.5


def test_who_is_back_gets_traffic_again():
    """Its cache is cold, and it takes the routers a while to try it."""
    changes = (Change(1.0, "die", 0), Change(4.0, "back", 0))
    blocks = tuple(range(6))
    coming = [Arrival(n / 10, 96, 2, blocks) for n in range(400)]
    results = Trial(setting(2, changes=changes), always(InOrder("s0")), 0).run(coming)
    servers = dict(zip(results.column("number").astype(int).tolist(), results.column("server").tolist(), strict=True))
    cached = dict(zip(results.column("number").astype(int).tolist(), results.column("cached").tolist(), strict=True))
    assert results.failed == 0
    assert {servers[n] for n in range(10)} == {0}
    assert {servers[n] for n in range(11, 40)} == {1}
    again = next(n for n in range(40, 400) if servers[n] == 0)
    assert cached[again] == 0
    assert [servers[n] for n in range(390, 400)] == [0] * 10


def test_nobody_is_there():
    """Where all are dead, requests fail after a few tries; so they do where all have left."""
    dead = tuple(Change(0.0, "die", n) for n in range(5))
    results = Trial(setting(5, changes=dead), policy("p2c"), 0).run(arrivals(20))
    assert (len(results), results.failed) == (0, 20)
    results = Trial(setting(1, changes=(Change(0.0, "leave", 0),)), policy("p2c"), 0).run(arrivals(20))
    assert (len(results), results.failed) == (0, 20)


def homes(name: str, *changes: Change) -> tuple[dict[str, set[float]], dict[str, set[float]]]:
    """By conversation: the servers it was at before 20 s, and after."""
    trace = arrivals(400, rate=10.0, output=2)
    spec = KINDS[name](depth=4, bound=1e9) if name == "consistent_hash" else KINDS[name]()
    results = Trial(setting(4, changes=changes), Contender(spec), 0).run(trace)
    sessions = [arrival.session for arrival in trace]
    before: dict[str, set[float]] = {}
    after: dict[str, set[float]] = {}
    for number, arrived, server in zip(*map(results.column, ("number", "arrived", "server")), strict=True):
        (before if arrived < 20 else after).setdefault(sessions[int(number)], set()).add(server)
    return before, after


@pytest.mark.parametrize("name", ["session", "consistent_hash"])
def test_who_joins_moves_only_what_it_gets(name: str):
    """Every conversation stays where it was, or is at the new server."""
    before, after = homes(name, Change(20.0, "join"), Change(20.0, "join"))
    assert all(len(servers) == 1 for servers in [*before.values(), *after.values()])
    moved = {session for session in before if before[session] != after[session]}
    assert moved
    assert all(after[session] <= {4.0, 5.0} for session in moved)


@pytest.mark.parametrize("name", ["session", "consistent_hash"])
def test_who_leaves_moves_only_what_it_had(name: str):
    """The others' conversations stay; its own requests run out."""
    gone = next(iter(homes(name)[0]["talk0"]))
    before, after = homes(name, Change(20.0, "leave", int(gone)))
    for session in before:
        assert (before[session] == after[session]) is (before[session] != {gone})
        assert gone not in after[session]


def watched(sync: float) -> list[list[tuple[int, int, int]]]:
    """For each router and request: own requests, others' requests, pending tokens that it saw on the only server."""
    made: list[InOrder] = []

    def build() -> InOrder:
        made.append(InOrder())
        return made[-1]

    Trial(setting(1, routers=2, sync=sync), Made(build), 0).run(at([n / 100 for n in range(300)], prompt=200))
    return [
        [(pool.servers[0].in_flight, pool.servers[0].running, pool.servers[0].pending) for pool in one.seen]
        for one in made
    ]


def test_routers_that_never_hear_of_each_other():
    """See nothing but their own requests."""
    for seen in watched(INF):
        assert {running for _, running, _ in seen} == {0}
        assert max(own for own, _, _ in seen) > 10


def test_routers_that_hear_at_every_request():
    """See all there is: what both have there grows as the queue does."""
    first, second = watched(0.0)
    for seen in (first, second):
        assert max(running for _, running, _ in seen) > 10
    assert first[-1][0] + first[-1][1] == pytest.approx(second[-1][0] + second[-1][1], abs=6)


def test_routers_that_hear_every_second():
    """See nothing of the others before it is over."""
    for seen, never in zip(watched(1.0), watched(INF), strict=True):
        changed = next(place for place, (one, other) in enumerate(zip(seen, never, strict=True)) if one != other)
        assert 20 < changed < 80
        assert seen[changed][1] > 0


def test_reports_cost_nothing_while_nothing_happens():
    """A pause of a year with reports every millisecond is over at once; then they go on."""
    year = 365 * 86_400.0
    trial = Trial(setting(2, routers=2, sync=0.001), policy("p2c"), 0)
    trial.run(at([0.0, 0.1, year, year + 0.1]))
    over(trial, 4)


@pytest.mark.parametrize("seed", range(6))
def test_what_arrives_in_a_quiet_time_is_reported_in_time(seed: int):
    """Though the next report was planned for when something would be over: a long prompt, and others after it."""
    made: list[InOrder] = []

    def build() -> InOrder:
        made.append(InOrder())
        return made[-1]

    coming = [Arrival(0.0, 30_000, 2), Arrival(1.0, 100, 2), Arrival(1.15, 100, 2)]
    trial = Trial(setting(1, routers=2, sync=0.1), Made(build), seed)
    trial.run(coming)
    over(trial, 3)
    seen = [pool.servers[0] for one in made for pool in one.seen]
    assert sorted(server.in_flight + server.running for server in seen) == [0, 1, 2]
