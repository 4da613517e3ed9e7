"""Classes before pools and before servers: who is called first, who has to give way, who is told of it."""

from __future__ import annotations

import pytest

from tests.fleet.makers import Watched, done, pool
from tests.fleet.queues import NOTHING, fleet_of, left_at, sent, stand, state_of
from wrp_policies.queueing import Deadline
from wrp_router.fleet import QueueFull
from wrp_router.fleet.spec import QueueSpec

TWO = QueueSpec(prefills=1, depth=2)
FOUR = QueueSpec(prefills=1, depth=4)


def test_room_goes_to_the_highest_class() -> None:
    """Whoever came first; the depth of the queue is told by class."""
    fleet = Watched(pool(servers=1, limit=1))
    lease = fleet.lease("p", "s0", 0.0)
    default, critical = fleet.join(["p"]), fleet.join(["p"], "critical")
    assert fleet.depths() == {"critical": 1, "default": 1, "sheddable": 0}
    lease.end(done(), 1.0)
    assert fleet.woken == [critical]
    fleet.lease("p", "s0", 1.0, critical).end(done(), 2.0)
    assert fleet.woken == [critical, default]


def test_a_promise_is_kept_to_whomever_it_was_given() -> None:
    """Somebody of a higher class comes between the wake-up and the lease: it waits."""
    fleet = Watched(pool(servers=1, limit=1), queue=1)
    lease, sheddable = fleet.lease("p", "s0", 0.0), fleet.join(["p"], "sheddable")
    lease.end(done(), 1.0)
    assert fleet.must_wait(["p"], 1.0)
    fleet.join(["p"], "critical")
    assert fleet.lease("p", "s0", 1.0, sheddable).server == "s0"


def test_who_gives_way_before_a_pool_is_told() -> None:
    """Once, and has nothing left to leave."""
    fleet = Watched(pool(servers=1, limit=1), queue=2)
    lease, first, second = fleet.lease("p", "s0", 0.0), fleet.join(["p"]), fleet.join(["p"])
    critical = fleet.join(["p"], "critical")
    assert (fleet.woken, second.granted, second.left) == ([second], False, True)
    fleet.leave(second, 0.5)
    lease.end(done(), 1.0)
    assert fleet.woken == [second, critical]
    assert (first.granted, fleet.waiting()) == (False, 1)


def test_the_highest_class_is_called_first_to_a_server() -> None:
    """And within a class by the pool's order."""
    fleet = fleet_of(QueueSpec(Deadline(), prefills=1))
    lease, late, early = sent(fleet), stand(fleet, until=9.0), stand(fleet, until=5.0)
    sheddable, critical = stand(fleet, until=1.0, priority="sheddable"), stand(fleet, until=50.0, priority="critical")
    for place in (critical, early, late, sheddable):
        lease.first(1.0)
        assert fleet.woken[-1] is place
        lease = fleet.seat(place, 1.0)


def test_who_gives_way_before_a_server_is_told() -> None:
    """All lines are full: the youngest of the lowest class goes, and nothing of it is left there."""
    fleet = fleet_of(TWO, servers=1)
    sent(fleet)
    first, second = stand(fleet), stand(fleet, tokens=500)
    critical = stand(fleet, priority="critical")
    assert (fleet.woken, second.left, second.granted) == ([second], True, False)
    assert (state_of(fleet).queued, fleet.depths()) == (2000, {"critical": 1, "default": 1, "sheddable": 0})
    fleet.lines.leave(second, 0.5)
    for place in (first, critical):
        fleet.lines.leave(place, 0.5)
    assert state_of(fleet).queued == 0


def test_who_gives_way_may_have_another_choice() -> None:
    """Then it goes there, and is told only if its turn has come by that."""
    fleet = fleet_of(TWO)
    sent(fleet)
    stand(fleet)
    first = stand(fleet, "s0", "s1")
    stand(fleet, "s0", priority="critical")
    assert (first.server, first.granted, fleet.woken) == ("s1", True, [first])
    fleet = fleet_of(TWO)
    for server in ("s0", "s1"):
        sent(fleet, server)
    stand(fleet)
    second = stand(fleet, "s0", "s1")
    stand(fleet, "s0", priority="critical")
    assert (second.server, second.granted, second.left, fleet.woken) == ("s1", False, False, [])


def test_a_newcomer_takes_a_free_place_first() -> None:
    """Where another choice has one, nobody gives way; else where the lowest class waits, if that is below its own."""
    fleet = fleet_of(TWO, servers=3)
    for server in ("s0", "s1"):
        sent(fleet, server)
    stand(fleet, "s0", priority="critical")
    stand(fleet, "s0")
    stand(fleet, "s1")
    assert stand(fleet, "s0", "s1", priority="critical").server == "s1"
    assert fleet.woken == []
    assert stand(fleet, "gone", "s0", "s1", priority="critical").server == "s0"
    with pytest.raises(QueueFull):
        stand(fleet, "s0", "s1")


def test_sheddable_requests_stand_in_half_of_a_line() -> None:
    """They are refused beyond it, and go as others fill it."""
    fleet = fleet_of(FOUR, servers=1)
    sent(fleet)
    first, second = (stand(fleet, priority="sheddable") for _ in range(2))
    with pytest.raises(QueueFull):
        stand(fleet, priority="sheddable")
    stand(fleet)
    assert (fleet.woken, fleet.depths()["sheddable"]) == ([second], 1)
    stand(fleet)
    assert fleet.woken == [second, first]
    stand(fleet)
    assert (fleet.woken, fleet.depths()["default"]) == ([second, first], 3)


def test_when_a_server_goes_down_the_highest_class_moves_first() -> None:
    """There is a place for one elsewhere."""
    fleet = fleet_of(QueueSpec(prefills=1, depth=2))
    for server in ("s0", "s1"):
        sent(fleet, server)
    stand(fleet, "s1")
    default, critical = stand(fleet, "s0", "s1"), stand(fleet, "s0", "s1", now=1.0, priority="critical")
    fleet.drain("p", "s0")
    fleet.snapshot(1.0)
    assert (critical.server, default.server) == ("s1", "s0")


def test_a_newcomer_that_is_served_at_once_sends_nobody_away() -> None:
    """It has a seat, and needs no place."""
    fleet = fleet_of(TWO, servers=1)
    assert stand(fleet, priority="sheddable").granted
    assert left_at(state_of(fleet)) != NOTHING
    assert fleet.woken == []
