"""Waiting for room: nobody is overtaken, and nobody is forgotten."""

from __future__ import annotations

import math
import random

import pytest

from tests.fleet.makers import Watched, done, pool, refused
from wrp_router.fleet import CannotLease, Fleet, Lease, QueueFull, Ticket
from wrp_router.fleet.entrance import TooLong, reason_of
from wrp_router.fleet.ranks import DEFAULT


def full(servers: int = 1, **changes: int) -> tuple[Watched, list[Lease]]:
    """A fleet of one pool with no room left, and the leases that fill it."""
    fleet = Watched(pool(servers=servers, limit=1), **changes)
    return fleet, [fleet.lease("p", f"s{i}", 0.0) for i in range(servers)]


def test_unlimited_servers_never_make_anybody_wait() -> None:
    """Room without end, as long as one server is up."""
    fleet = Watched(pool())
    for _ in range(50):
        fleet.lease("p", "s0", 0.0)
    assert not fleet.must_wait(["p"], 0.0)


def test_room_goes_to_the_first_in_line() -> None:
    """One place free, one ticket granted, in order of arrival."""
    fleet, (lease,) = full()
    assert fleet.must_wait(["p"], 0.0)
    first, second = fleet.join(["p"]), fleet.join(["p"])
    lease.end(done(), 1.0)
    assert fleet.woken == [first]
    assert (first.granted, second.granted, fleet.waiting()) == (True, False, 1)
    lease = fleet.lease("p", "s0", 1.0, first)
    assert fleet.woken == [first]
    lease.end(done(), 2.0)
    assert fleet.woken == [first, second]


def test_newcomers_cannot_take_promised_room() -> None:
    """Between a wake-up and the woken one's lease the room is free, but not for others."""
    fleet, (lease,) = full()
    ticket = fleet.join(["p"])
    lease.end(done(), 1.0)
    assert fleet.must_wait(["p"], 1.0)
    with pytest.raises(CannotLease, match="is promised to others"):
        fleet.lease("p", "s0", 1.0)
    fleet.lease("p", "s0", 1.0, ticket).end(done(), 1.0)
    assert not fleet.must_wait(["p"], 1.0)
    assert fleet.waiting() == 0


def test_a_used_ticket_is_worth_nothing() -> None:
    """A second attempt of the same request takes no other's promised room."""
    fleet, (lease,) = full()
    first, second = fleet.join(["p"]), fleet.join(["p"])
    lease.end(done(), 1.0)
    fleet.lease("p", "s0", 1.0, first).end(done(), 1.0)
    assert second.granted
    with pytest.raises(CannotLease, match="promised"):
        fleet.lease("p", "s0", 1.0, first)


def test_who_gives_up_passes_the_room_on() -> None:
    """Whether before or after being woken."""
    fleet, (lease,) = full()
    first, second, third = (fleet.join(["p"]) for _ in range(3))
    fleet.leave(first, 0.5)
    lease.end(done(), 1.0)
    fleet.leave(second, 1.5)
    fleet.leave(second, 1.5)
    assert fleet.woken == [second, third]


def test_a_ticket_waits_for_any_of_its_pools() -> None:
    """Whichever has room first; a lease elsewhere gives the promise back."""
    fleet = Watched(pool(servers=1, limit=1), pool("q", servers=1, limit=2))
    leases = [fleet.lease("p", "s0", 0.0), fleet.lease("q", "s0", 0.0), fleet.lease("q", "s0", 0.0)]
    either, only_q = fleet.join(["p", "q"]), fleet.join(["q"])
    leases[1].end(done(), 1.0)
    assert (either.pool, only_q.granted) == ("q", False)
    leases[0].end(done(), 1.0)
    fleet.lease("p", "s0", 1.0, either)
    assert only_q.granted


def test_a_newcomer_may_use_room_that_nobody_waits_for() -> None:
    """Waiting for one pool does not close another."""
    fleet = Watched(pool(servers=1, limit=1), pool("q", servers=1, limit=1))
    fleet.lease("p", "s0", 0.0)
    fleet.join(["p"])
    assert fleet.must_wait(["p"], 0.0)
    assert not fleet.must_wait(["p", "q"], 0.0)


def test_the_line_is_bounded() -> None:
    """Beyond it a request is refused at once."""
    fleet, _ = full(queue=2)
    fleet.join(["p"])
    fleet.join(["p"])
    with pytest.raises(QueueFull):
        fleet.join(["p"])


@pytest.mark.parametrize("how", ["undrain", "cooled", "probed", "reload", "recovered"])
def test_other_ways_in_which_room_appears(how: str) -> None:
    """They wake at the next look at the clock."""
    fleet = Watched(pool(servers=2, limit=1))
    fleet.lease("p", "s0", 0.0)
    if how == "undrain":
        fleet.drain("p", "s1")
    elif how == "cooled":
        fleet.cool("p", "s1", 5.0, 0.0)
    elif how == "reload":
        fleet.replace([pool(servers=1, limit=1)])
    else:
        fleet.fail("s1", 0.0, outcome=refused())
    fleet.snapshot(0.0)
    ticket = fleet.join(["p"])
    fleet.snapshot(0.5)
    assert fleet.woken == []
    {
        "undrain": lambda: fleet.undrain("p", "s1"),
        "cooled": lambda: None,
        "probed": lambda: fleet.probed("p", "s1", True, 0.6),
        "reload": lambda: fleet.replace([pool(servers=1, limit=2)]),
        "recovered": lambda: None,
    }[how]()
    fleet.snapshot(8.0)
    assert fleet.woken == [ticket]


def test_a_newcomer_finds_the_room_that_time_made() -> None:
    """The question itself looks at the clock; who waited longer goes first."""
    fleet = Watched(pool(servers=1, limit=1))
    fleet.cool("p", "s0", 5.0, 0.0)
    assert fleet.must_wait(["p"], 4.9)
    assert not fleet.must_wait(["p"], 5.0)


def test_half_open_is_room_for_one() -> None:
    """However high its limit."""
    fleet = Watched(pool(servers=2, limit=2))
    fleet.fail("s1", 0.0)
    for _ in range(2):
        fleet.lease("p", "s0", 0.0)
    tickets = [fleet.join(["p"]) for _ in range(2)]
    fleet.snapshot(8.0)
    assert fleet.woken == tickets[:1]


def test_who_waits_for_a_pool_that_is_gone_is_woken() -> None:
    """To find out, instead of waiting for nothing."""
    fleet, _ = full()
    ticket = fleet.join(["p"])
    fleet.replace([pool("q")])
    fleet.snapshot(1.0)
    assert fleet.woken == [ticket]
    assert not fleet.must_wait(["p"], 1.0)


def test_the_woken_may_act_at_once() -> None:
    """`wake` may call back into the fleet, as a simulator does."""
    served: list[Lease] = []

    def wake(ticket: Ticket) -> None:
        served.append(fleet.lease("p", "s0", 1.0, ticket))

    fleet = Fleet([pool(servers=1, limit=2)], random.Random(0), lambda change: None, wake)
    leases = [fleet.lease("p", "s0", 0.0) for _ in range(2)]
    for _ in range(5):
        fleet.entrance.join(["p"], DEFAULT, "", 0.0)
    for lease in leases:
        lease.end(done(), 1.0)
    assert (len(served), fleet.in_flight(), fleet.waiting()) == (2, 2, 3)
    for lease in served:
        lease.end(done(), 1.0)
    assert (len(served), fleet.in_flight(), fleet.waiting()) == (5, 0, 0)


def lengths(fleet: Fleet, *tenants: str, now: float = 0.0) -> list[Ticket]:
    """These wait, one after the other."""
    return [fleet.entrance.join(["p"], DEFAULT, tenant, now) for tenant in tenants]


def test_tenants_take_turns() -> None:
    """A flood of one does not keep the other waiting behind all of it."""
    fleet, (lease,) = full()
    flood, quiet = lengths(fleet, *["flood"] * 5), lengths(fleet, "quiet")[0]
    for now in (1.0, 2.0):
        lease.end(done(), now)
        lease = fleet.lease("p", "s0", now, fleet.woken[-1])
    assert fleet.woken == [flood[0], quiet]


def test_a_flood_gives_way_where_all_places_are_taken() -> None:
    """The youngest of whom the most wait; who would have as many is refused."""
    fleet, _ = full(queue=4)
    flood = lengths(fleet, *["flood"] * 4)
    quiet = lengths(fleet, "quiet", "quiet")
    assert fleet.woken == [flood[3], flood[2]]
    assert [one.left for one in [*flood, *quiet]] == [False, False, True, True, False, False]
    with pytest.raises(QueueFull):
        lengths(fleet, "quiet")


def moving(fleet: Watched, lease: Lease, every: float, until: float) -> float:
    """One answer after the other, and whoever's turn it is begins; the time after it."""
    now = 0.0
    while now < until:
        now += every
        lease.end(done(), now)
        lease = fleet.lease("p", "s0", now, fleet.woken[-1])
    return now


def test_who_would_wait_too_long_is_told_at_once() -> None:
    """In a line that stood for longer than that: ten wait, one has its turn every tenth of a second."""
    fleet, (lease,) = full(queue=200)
    lengths(fleet, *["a"] * 30)
    now = moving(fleet, lease, 0.1, 2.0)
    with pytest.raises(TooLong):
        fleet.entrance.join(["p"], DEFAULT, "a", now, 0.9)
    for rank, tenant, bound in ((DEFAULT, "a", 1.9), (0, "a", 0.9), (DEFAULT, "b", 0.9), (DEFAULT, "a", math.inf)):
        fleet.leave(fleet.entrance.join(["p"], rank, tenant, now, bound), now)


def test_a_burst_is_no_standing_line() -> None:
    """However many wait: only a line that was not empty for that long is refused a newcomer."""
    fleet, _ = full(queue=200)
    lengths(fleet, *["a"] * 100)
    fleet.leave(fleet.entrance.join(["p"], DEFAULT, "a", 0.9, 1.0), 0.9)
    with pytest.raises(TooLong):
        fleet.entrance.join(["p"], DEFAULT, "a", 1.1, 1.0)


def test_where_answers_take_long_as_many_wait_as_are_answered() -> None:
    """Nothing moves for minutes, and still there is a line."""
    fleet, _ = full(servers=3)
    lengths(fleet, "a", "a")
    lengths(fleet, "a", now=100.0)
    with pytest.raises(TooLong):
        fleet.entrance.join(["p"], DEFAULT, "a", 100.0, 1.0)


def shared(pools: int) -> tuple[Watched, tuple[str, ...], list[Lease]]:
    """A route with so many pools of one server, all of them taken."""
    names = tuple([f"p{number}" for number in range(pools)])
    fleet = Watched(*[pool(name, servers=1, limit=1) for name in names], queue=200)
    return fleet, names, [fleet.lease(name, "s0", 0.0) for name in names]


@pytest.mark.parametrize("pools", [1, 4])
def test_a_line_before_several_pools_moves_with_each_of_them(pools: int) -> None:
    """A turn every tenth of a second, by one of one or by each of four in turn: the wait is the same."""
    (fleet, names, leases), now = shared(pools), 0.0
    for _ in range(70):
        fleet.entrance.join(names, DEFAULT, "a", 0.0)
    for turn in range(50):
        now += 0.1
        leases[turn % pools].end(done(), now)
        leases[turn % pools] = fleet.lease(names[turn % pools], "s0", now, fleet.woken[-1])
    left = fleet.waiting()
    with pytest.raises(TooLong):
        fleet.entrance.join(names, DEFAULT, "a", now, 0.08 * left)
    fleet.entrance.join(names, DEFAULT, "a", now, 0.12 * left)


def test_as_many_may_wait_as_all_pools_answer() -> None:
    """Where answers take long: one waits for each of four, whichever will have room first."""
    fleet, names, _ = shared(4)
    for now in (100.0, 200.0, 200.0, 200.0):
        fleet.entrance.join(names, DEFAULT, "a", now, 1.0)
    with pytest.raises(TooLong):
        fleet.entrance.join(names, DEFAULT, "a", 200.0, 1.0)


def test_an_empty_line_stands_no_more() -> None:
    """Whoever left it, or however."""
    fleet, (lease,) = full(queue=200)
    first, second = lengths(fleet, "a", "a")
    fleet.leave(second, 1.0)
    lease.end(done(), 50.0)
    fleet.leave(first, 50.0)
    fleet.lease("p", "s0", 50.0)
    lengths(fleet, *["a"] * 9, now=50.0)
    fleet.entrance.join(["p"], DEFAULT, "a", 50.5, 1.0)


def test_reasons() -> None:
    """In the words of rows."""
    assert (reason_of(QueueFull()), reason_of(TooLong())) == ("full", "long")
