"""Lines before servers: a few prompts at a time, everyone in turn, nobody forgotten."""

from __future__ import annotations

import pytest

from tests.fleet.makers import Watched, asked, done, failed
from tests.fleet.queues import NOTHING, ONE, fleet_of, left_at, lined, sent, stand, state_of
from wrp_policies.queueing import Deadline, Shortest
from wrp_router.fleet import CannotLease, PoolSpec, QueueFull, Report, ServerSpec
from wrp_router.fleet.lines import AGAIN
from wrp_router.fleet.spec import PrefixSpec, QueueSpec


def test_as_many_prompts_as_may_be_are_sent() -> None:
    """The others wait until one of them is computed. A seat is kept for whom it is, and counts."""
    fleet = fleet_of(QueueSpec(prefills=2))
    first, second, third = stand(fleet), stand(fleet), stand(fleet)
    assert (first.granted, second.granted, third.granted, fleet.waiting()) == (True, True, False, 1)
    lease = fleet.seat(first, 0.0)
    fleet.seat(second, 0.0)
    assert fleet.woken == []
    lease.first(1.0)
    assert (fleet.woken, third.granted, fleet.waiting()) == ([third], True, 0)
    assert (state_of(fleet).prefills, state_of(fleet).kept) == (1, 1)


@pytest.mark.parametrize("how", ["first", "end", "abandon", "unseen", "leave"])
def test_a_free_seat_is_the_next_one_s(how: str) -> None:
    """Whether a prompt was computed, or never will be, or should be by now; or its holder never took the seat."""
    fleet = fleet_of()
    holder = fleet.lines.stand("p", ("s0",), asked(stream=how != "unseen"), 0.0, 60.0)
    waiting = stand(fleet)
    if how == "leave":
        fleet.lines.leave(holder, 1.0)
    else:
        lease = fleet.seat(holder, 0.0)
        end = {"end": lambda: lease.end(done(), 1.0), "abandon": lambda: lease.abandon(1.0)}
        end.get(how, lambda: lease.first(1.0) if how == "first" else None)()
    fleet.snapshot(1.0)
    assert (waiting.granted, fleet.woken) == (True, [waiting])


def test_who_leaves_is_passed_over() -> None:
    """More than once is harmless, before its turn and after; leaving a seat that was taken, too."""
    fleet = fleet_of()
    lease, leaving, staying = sent(fleet), stand(fleet), stand(fleet)
    for _ in range(2):
        fleet.lines.leave(leaving, 0.5)
    assert fleet.waiting() == 1
    lease.first(1.0)
    fleet.seat(staying, 1.0).abandon(2.0)
    fleet.lines.leave(staying, 2.0)
    lease.abandon(2.0)
    assert left_at(state_of(fleet)) == NOTHING


def test_a_seat_is_for_whose_turn_it_is() -> None:
    """Nobody takes it before, and nobody twice; who tried stays in line."""
    fleet = fleet_of()
    first, second = stand(fleet), stand(fleet)
    with pytest.raises(CannotLease, match="not given"):
        fleet.seat(second, 0.0)
    lease = fleet.seat(first, 0.0)
    with pytest.raises(CannotLease, match="not given"):
        fleet.seat(first, 0.0)
    lease.abandon(1.0)
    assert fleet.seat(second, 1.0).server == "s0"


def test_the_order_is_the_pool_s() -> None:
    """Here: whose deadline is next; a reload changes it for those who wait already."""
    fleet = fleet_of(QueueSpec(Deadline(), prefills=1))
    lease = sent(fleet)
    late, early, long = stand(fleet, until=50.0), stand(fleet, until=10.0), stand(fleet, until=5.0, tokens=9000)
    fleet.lines.leave(stand(fleet), 0.0)
    lease.first(1.0)
    assert fleet.woken == [long]
    fleet.replace([lined(QueueSpec(Shortest(), prefills=3))])
    fleet.snapshot(1.0)
    assert fleet.woken == [long, late, early]


def test_a_newcomer_overtakes_nobody() -> None:
    """Not even where there is a seat to which nobody was called yet."""
    fleet = fleet_of()
    lease, waiting = sent(fleet), stand(fleet)
    fleet.drain("p", "s0")
    lease.first(1.0)
    fleet.undrain("p", "s0")
    newcomer = stand(fleet, now=1.0)
    fleet.snapshot(1.0)
    assert (newcomer.granted, fleet.woken) == (False, [waiting])


def test_one_may_always_join_a_line() -> None:
    """A pool with lines has room for whoever would wait for a pool, as long as one of its servers is up."""
    fleet = fleet_of(servers=1, limit=1)
    sent(fleet)
    assert not fleet.must_wait(["p"], 0.0)
    fleet.drain("p", "s0")
    assert fleet.must_wait(["p"], 0.0)


def test_all_lines_full() -> None:
    """The first choice's, then the next one's; only then nobody is let in."""
    fleet = fleet_of(QueueSpec(prefills=1, depth=2))
    places = [stand(fleet, "s0", "s1") for _ in range(6)]
    assert [place.server for place in places] == ["s0", "s0", "s0", "s1", "s1", "s1"]
    assert [place.granted for place in places] == [True, False, False] * 2
    with pytest.raises(QueueFull, match="every line of p is full"):
        stand(fleet, "s0", "s1")
    fleet.lines.leave(places[1], 0.0)
    assert stand(fleet, "s1", "s0").server == "s0"


@pytest.mark.parametrize("choices", [("gone",), ("s0",), ()])
def test_where_nobody_is_up_nobody_is_let_in(choices: tuple[str, ...]) -> None:
    """Servers that there are not, that drain, and none at all."""
    fleet = fleet_of()
    fleet.drain("p", "s0")
    with pytest.raises(QueueFull):
        fleet.lines.stand("p", choices, asked(), 0.0, 9.0)


def test_pending_are_those_who_stand_too() -> None:
    """What is cached there does not count; nor does what others have change by who waits here."""
    fleet = fleet_of(prefix=PrefixSpec(100, 64))
    fleet.lease("p", "s0", 0.0, None, asked(1000, (1, 2))).abandon(0.0)
    lease = fleet.seat(fleet.lines.stand("p", ("s0",), asked(1000, (1, 2, 3)), 0.0, 9.0), 0.0)
    waiting = fleet.lines.stand("p", ("s0",), asked(150, (1, 2)), 0.0, 9.0)
    assert (waiting.uncached, lease.uncached, state_of(fleet).queued) == (1, 800, 1)
    assert fleet.server("s0", 0.0).pending == 801
    fleet.reported("p", "s0", Report(pending=1000), 0.0)  # the engine has 800 of ours, and nothing of who waits here
    assert fleet.server("s0", 0.0).pending == 1001
    fleet.lines.leave(waiting, 0.0)
    assert fleet.server("s0", 0.0).pending == 1000


def test_who_waits_behind_is_not_ahead() -> None:
    """The time to a first token is learned from what the server had before it, not from what it has not been sent;
    nor does it make a belief about its cache doubtful."""
    fleet = fleet_of(prefix=PrefixSpec(100, 64))
    fleet.lease("p", "s0", 0.0, None, asked(200, (1, 2))).abandon(0.0)
    holder = fleet.lines.stand("p", ("s0",), asked(500, (1, 2)), 0.0, 9.0)
    for _ in range(5):
        stand(fleet, tokens=5000)
    lease = fleet.seat(holder, 0.0)
    assert (lease.ahead, lease.believed) == (300, 200)


@pytest.mark.parametrize("how", ["drain", "cool", "fail", "reload"])
def test_when_a_server_goes_down_its_line_goes_on(how: str) -> None:
    """To their next choice, in the order in which they came and with the time they have waited; who has none stays."""
    fleet = fleet_of(servers=3)
    sent(fleet)
    second = stand(fleet, "s0", "s1", now=2.0)
    first, stays = stand(fleet, "s0", "gone", "s1", now=1.0), stand(fleet, "s0", now=0.5)
    {
        "drain": lambda: fleet.drain("p", "s0"),
        "cool": lambda: fleet.cool("p", "s0", 9.0, 3.0),
        "fail": lambda: fleet.fail("s0", 3.0, outcome=failed(reason="connect")),
        "reload": lambda: fleet.replace([lined(servers=1, name="q"), lined(servers=2)]),
    }[how]()
    fleet.snapshot(3.0)
    at = "s0" if how == "reload" else "s1"  # a reload that keeps the server is none
    assert (first.server, second.server, stays.server) == (at, at, "s0")
    assert (first.granted, second.granted, stays.granted) == (how != "reload", False, False)
    assert fleet.woken == ([] if how == "reload" else [first])
    assert (first.since, second.since, second.waiting.since) == (1.0, 2.0, 2.0)
    fleet.undrain("p", "s0")
    state_of(fleet).cool_until = 0.0
    fleet.probed("p", "s0", True, 4.0)
    assert fleet.waiting() == (3 if how == "reload" else 2)


def test_who_has_nowhere_to_go_waits_for_its_server() -> None:
    """And its turn comes when it is back."""
    fleet = fleet_of(servers=1)
    fleet.lines.leave(stand(fleet), 0.0)
    lease, waiting = sent(fleet), stand(fleet)
    fleet.drain("p", "s0")
    lease.first(1.0)
    fleet.snapshot(1.0)
    assert (fleet.woken, fleet.waiting()) == ([], 1)
    fleet.undrain("p", "s0")
    fleet.snapshot(2.0)
    assert fleet.woken == [waiting]


MOVED = PoolSpec("p", "m", (ServerSpec("s0", "http://moved:8000"),), queue=ONE)


@pytest.mark.parametrize("layout", [[], [lined(name="q")], [lined(servers=0)], [MOVED]])
def test_a_server_that_is_gone_keeps_nobody(layout: list[PoolSpec]) -> None:
    """Who waited there goes on, or is woken to find out. Its seats are worth nothing, even where a server of that name
    is there again, and nothing is left behind."""
    fleet = fleet_of(QueueSpec(prefills=2), servers=1)
    state, lease, granted, waiting = state_of(fleet), sent(fleet), stand(fleet), stand(fleet)
    fleet.replace(layout)
    lease.first(1.0)  # a seat, but nobody is called to it
    assert not waiting.granted
    fleet.snapshot(1.0)
    assert fleet.woken == [waiting]
    for place in (granted, waiting):
        if place.state is state:
            with pytest.raises(CannotLease, match="not there any more"):
                fleet.seat(place, 1.0)
        else:
            assert fleet.seat(place, 1.0).url == "http://moved:8000"
    assert (waiting.state is state) == (layout != [MOVED])
    lease.abandon(2.0)
    assert (left_at(state), fleet.waiting()) == (NOTHING, 0)


def test_a_pool_without_lines_gives_what_there_is_room_for() -> None:
    """So does one that has none any more after a reload."""
    fleet = fleet_of(servers=1, limit=3)
    leases = [sent(fleet)]
    waiting = [stand(fleet) for _ in range(3)]
    fleet.replace([lined(None, servers=1, limit=3)])
    fleet.snapshot(0.0)
    assert fleet.woken == waiting[:2]
    leases[0].end(done(), 1.0)
    assert fleet.woken == waiting


def test_a_limit_is_kept_too() -> None:
    """A seat needs room, not only a prompt less; the load of a pool counts who waits."""
    fleet = fleet_of(QueueSpec(prefills=5), servers=1, limit=2)
    lease, granted, waiting = sent(fleet), stand(fleet), stand(fleet)
    assert (granted.granted, waiting.granted, fleet.load("p")) == (True, False, 1.0)
    lease.first(1.0)
    assert fleet.woken == []
    lease.end(done(), 2.0)
    assert fleet.woken == [waiting]


def test_a_seat_that_somebody_took_away_is_given_up() -> None:
    """A lease of one who did not stand in line may fill the server; when it is back, those who wait are called."""
    fleet = fleet_of(QueueSpec(prefills=2), servers=1, limit=1)
    granted, waiting = stand(fleet), stand(fleet)
    lease = fleet.lease("p", "s0", 0.0)
    with pytest.raises(CannotLease, match="is full"):
        fleet.seat(granted, 0.0)
    assert (granted.left, state_of(fleet).kept) == (True, 0)
    lease.end(done(), 1.0)
    assert fleet.woken == [waiting]


def test_a_seat_is_taken_when_the_clock_was_looked_at() -> None:
    """Its server went down when the seat was granted already, and may be tried again now."""
    fleet = fleet_of()
    place = stand(fleet)
    fleet.fail("s0", 0.0, outcome=failed(reason="connect"))
    assert fleet.seat(place, 100.0).server == "s0"


def test_who_finds_all_lines_full_looks_round_again() -> None:
    """Its server is down for long, but another one's line gets shorter."""
    fleet = fleet_of(QueueSpec(prefills=1, depth=1))
    leases = [sent(fleet, name) for name in ("s0", "s1")]
    places = [stand(fleet, "s0", "s1"), stand(fleet, "s1")]
    fleet.drain("p", "s0")
    fleet.snapshot(1.0)
    leases[1].first(1.0)
    fleet.lines.leave(places[1], 1.0)
    fleet.snapshot(1.0 + AGAIN / 2)
    assert places[0].server == "s0"
    fleet.snapshot(1.0 + AGAIN)
    assert (places[0].server, places[0].granted) == ("s1", True)


def test_nobody_is_called_to_a_seat_that_is_being_taken() -> None:
    """Though time passes, and breakers move, in the same moment."""
    fleet = fleet_of(servers=3)
    fleet.fail("s2", 0.0)
    holder, waiting = stand(fleet), stand(fleet)
    fleet.seat(holder, 100.0)
    assert (waiting.granted, state_of(fleet).prefills) == (False, 1)


def test_who_waits_is_counted() -> None:
    """Before a pool or before a server: tickets and places are woken each for its own."""
    fleet = Watched(lined(servers=1, limit=1), lined(None, servers=1, name="q", limit=1))
    lease, _, ticket = fleet.lease("q", "s0", 0.0), sent(fleet), fleet.join(["q"])
    place = stand(fleet)
    assert (fleet.waiting(), fleet.load("q"), fleet.load("p")) == (2, 2.0, 2.0)
    lease.end(done(), 1.0)
    assert fleet.woken == [ticket]
    assert not place.granted


def test_a_flood_gives_way_before_servers_too() -> None:
    """Where all lines are full, the youngest of the tenant that has the most places."""
    fleet = fleet_of(QueueSpec(prefills=1, depth=2), servers=1)
    seated, *flood = [stand(fleet, tenant="flood") for _ in range(3)]
    quiet = stand(fleet, tenant="quiet")
    assert (seated.granted, flood[0].left, flood[1].left, quiet.left) == (True, False, True, False)
    assert fleet.woken == [flood[1]]
