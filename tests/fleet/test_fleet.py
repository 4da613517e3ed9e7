"""The fleet's picture of itself: snapshots, draining, cooling, reloads."""

from __future__ import annotations

import math
import random

import pytest

from tests.fleet.makers import Watched, asked, done, failed, pool
from tests.fleet.queues import fleet_of, sent, stand
from wrp_policies.types import Pool, Server
from wrp_router.fleet import CannotLease, Fleet, PoolSpec, Report, ServerSpec, UnknownServer


def test_snapshot_shows_what_was_configured() -> None:
    """Every field of pools and servers, in the order given."""
    spec = PoolSpec("p", "m", (ServerSpec("s", "http://h", 4, 0.5),), 0.1, 0.2, 8000, frozenset({"chat"}))
    fleet = Watched(spec, PoolSpec("q", "*", ()))
    assert fleet.snapshot(0.0) == (
        Pool("p", "m", (Server("s", limit=4, weight=0.5),), 0.1, 0.2, 8000, frozenset({"chat"}), edition=1),
        Pool("q", "*", (), edition=1),
    )
    assert fleet.url("p", "s") == "http://h"


def test_snapshot_is_kept_until_something_changes() -> None:
    """The same object, and of the parts only what changed is made anew; old pictures stay as they were."""
    fleet = Watched(pool(), pool("q"))
    before = fleet.snapshot(0.0)
    assert fleet.snapshot(5.0) is before
    fleet.lease("p", "s0", 5.0)
    after = fleet.snapshot(5.0)
    assert (before[0].servers[0].in_flight, after[0].servers[0].in_flight) == (0, 1)
    assert after[0].servers[1] is before[0].servers[1]
    assert after[1] is before[1]


def test_draining_takes_nothing_new() -> None:
    """Its leases run out; after `undrain` it is back at once."""
    fleet = Watched(pool())
    lease = fleet.lease("p", "s0", 0.0)
    fleet.drain("p", "s0")
    assert fleet.up(0.0) == "s1"
    with pytest.raises(CannotLease, match="p/s0 is not up"):
        fleet.lease("p", "s0", 0.0)
    lease.end(done(), 1.0)
    assert fleet.server("s0", 1.0).in_flight == 0
    fleet.undrain("p", "s0")
    assert fleet.up(1.0) == "s0 s1"
    assert fleet.changes == []


def test_load_is_the_busy_share() -> None:
    """Of the servers that serve, those that wait included; servers without a limit are never busy."""
    fleet = Watched(pool(limit=2), pool("q"), pool("r", 1, 1))
    leases = [fleet.lease("p", "s0", 0.0), fleet.lease("r", "s0", 0.0), fleet.lease("q", "s0", 0.0)]
    assert [fleet.load(name) for name in ("p", "q", "r", "unknown")] == [0.25, 0.0, 1.0, 0.0]
    fleet.join(["r"])
    fleet.drain("p", "s1")
    assert [fleet.load(name) for name in ("p", "r")] == [0.5, 2.0]
    fleet.drain("p", "s0")
    assert fleet.load("p") == 1.0
    assert len(leases) == 3


def test_what_is_ours_can_be_told_to_others() -> None:
    """What we sent, and nothing that others told us."""
    fleet = Fleet([pool()], random.Random(1), lambda change: None)
    fleet.lease("p", "s0", 0.0, None, asked(300))
    fleet.reported("p", "s0", Report(5, 6, 7000), 0.0)
    assert (fleet.ours("p", "s0"), fleet.ours("p", "s1")) == ((1, 300), (0, 0))
    with pytest.raises(UnknownServer, match="p/typo"):
        fleet.ours("p", "typo")


def test_who_waits_in_a_line_was_not_sent() -> None:
    """Others would count it twice: it may yet go elsewhere."""
    fleet = fleet_of()
    sent(fleet, tokens=300)
    stand(fleet, tokens=500)
    assert fleet.ours("p", "s0") == (1, 300)


def test_unknown_servers_are_an_error_to_an_operator() -> None:
    """A typing mistake must not look like success."""
    fleet = Watched(pool())
    for action in (fleet.drain, fleet.undrain, fleet.url):
        with pytest.raises(UnknownServer, match="p/typo"):
            action("p", "typo")


@pytest.mark.parametrize(
    ("until", "back"), [(101.0, 101.0), (100.5, 100.5), (300.0, 220.0), (math.inf, 220.0), (1e99, 220.0)]
)
def test_cooling_lasts_as_asked_but_not_for_ever(until: float, back: float) -> None:
    """Two minutes at most, whatever the engine asks for."""
    fleet = Watched(pool())
    fleet.cool("p", "s0", until, 100.0)
    assert fleet.up(100.0) == fleet.up(back - 0.01) == "s1"
    with pytest.raises(CannotLease):
        fleet.lease("p", "s0", back - 0.01)
    assert fleet.up(back) == "s0 s1"


@pytest.mark.parametrize("until", [math.nan, -1.0, -math.inf, 99.0, 100.0])
def test_nonsense_cools_nothing(until: float) -> None:
    """Not a number, and times gone by."""
    fleet = Watched(pool())
    fleet.cool("p", "s0", until, 100.0)
    fleet.cool("p", "gone", 101.0, 100.0)
    assert fleet.up(100.0) == "s0 s1"


def test_cooling_is_never_shortened() -> None:
    """The longer of two requests counts."""
    fleet = Watched(pool())
    fleet.cool("p", "s0", 30.0, 0.0)
    fleet.cool("p", "s0", 10.0, 0.0)
    assert fleet.up(29.0) == "s1"


def test_cooling_all_servers_is_no_panic() -> None:
    """They are well and asked to be left alone: nobody is sent there."""
    fleet = Watched(pool())
    for server in ("s0", "s1"):
        fleet.cool("p", server, 10.0, 0.0)
    assert fleet.up(0.0) == ""
    assert fleet.next_free(["p"], 4.0) == pytest.approx(6.0)


def test_next_free_is_the_soonest() -> None:
    """Over all pools asked for; 0 where one is up, inf where only an operator can help."""
    fleet = Watched(pool(), pool("q"))
    fleet.cool("p", "s0", 30.0, 0.0)
    fleet.cool("p", "s1", 20.0, 0.0)
    assert fleet.next_free(["p"], 0.0) == 20.0
    assert fleet.next_free(["p", "q"], 0.0) == 0.0
    fleet.drain("q", "s0")
    fleet.drain("q", "s1")
    assert fleet.next_free(["q", "gone"], 0.0) == math.inf


def test_reload_keeps_what_was_measured() -> None:
    """Same pool, name and url: same server, with its load, averages, cooling and the new limit."""
    fleet = Watched(pool())
    fleet.serve("s0", 0.0, done())
    lease = fleet.lease("p", "s0", 0.0)
    fleet.cool("p", "s1", 60.0, 0.0)
    fleet.replace([pool(limit=3, model="m2")])
    shown = fleet.snapshot(1.0)[0]
    assert (shown.model, shown.turn) == ("m2", 2)
    assert shown.servers[0] == Server("s0", in_flight=1, ttft=0.5, tpot=0.1, limit=3, measured=0.0)
    assert not shown.servers[1].up
    lease.end(done(), 2.0)
    assert fleet.server("s0", 2.0).in_flight == 0


def test_reload_lets_removed_servers_finish() -> None:
    """Their leases end as ever and are counted to the end, but tell nobody anything."""
    fleet = Watched(pool(servers=3))
    leases = [fleet.lease("p", f"s{i}", 0.0) for i in range(3)]
    moved = PoolSpec("p", "m", (ServerSpec("s0", "http://elsewhere"), ServerSpec("s1", "http://p1:8000")))
    fleet.replace([moved, pool("new", servers=1)])
    assert [server.in_flight for server in fleet.snapshot(1.0)[0].servers] == [0, 1]
    assert fleet.url("p", "s0") == "http://elsewhere"
    assert (fleet.in_flight(), leases[2].url) == (3, "http://p2:8000")
    for lease in leases:
        lease.end(done(), 2.0)
    assert [(s.in_flight, s.ttft) for s in fleet.snapshot(2.0)[0].servers] == [(0, 0.0), (0, 0.5)]
    assert fleet.in_flight() == 0


def test_removed_servers_are_no_news() -> None:
    """Whatever happens to the last requests of a server that is gone, nobody is told that it changed."""
    fleet = Watched(pool())
    leases = [fleet.lease("p", "s0", 0.0) for _ in range(10)]
    fleet.replace([pool(servers=1, name="q")])
    before = fleet.snapshot(0.0)
    for lease in leases:
        lease.end(failed(), 1.0)
    assert fleet.changes == []
    assert fleet.snapshot(1.0) is before


def test_reload_is_all_or_nothing() -> None:
    """Namesakes are refused before anything changed."""
    fleet = Watched(pool())
    before = fleet.snapshot(0.0)
    with pytest.raises(ValueError, match="two pools share the name 'q'"):
        fleet.replace([pool("q"), pool("q")])
    assert fleet.snapshot(0.0) is before
