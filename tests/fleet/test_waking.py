"""What those may do who are woken: they may call back into the fleet at once, as a simulator does."""

from __future__ import annotations

import random
from typing import Any

from tests.fleet.makers import asked, done
from tests.fleet.queues import NOTHING, left_at, lined, sent, stand, state_of
from wrp_router.fleet import Fleet, Lease
from wrp_router.fleet.desks import Place
from wrp_router.fleet.spec import QueueSpec


def test_the_woken_may_act_at_once() -> None:
    """`wake` may call back into the fleet, also while a line is dispersed: everyone is served once."""
    leases: list[Lease] = []

    def wake(place: Any) -> None:
        assert isinstance(place, Place)
        leases.append(fleet.seat(place, 1.0))
        fleet.snapshot(1.0)
        leases[-1].end(done(), 1.0)

    fleet = Fleet([lined(servers=3)], random.Random(0), lambda change: None, wake)
    holders = [sent(fleet, name) for name in ("s0", "s1")]
    places = [stand(fleet, name, "s2") for name in ("s0", "s1") * 4]
    fleet.drain("p", "s0")
    fleet.replace([lined(servers=4)])
    fleet.drain("p", "s1")
    fleet.snapshot(1.0)
    for lease in holders:
        lease.abandon(1.0)
    assert all(place.left for place in places)
    assert (len(leases), fleet.waiting(), fleet.in_flight()) == (8, 0, 0)


def test_the_woken_may_send_others_away() -> None:
    """Whoever left in between is not woken."""
    woken: list[Any] = []

    def wake(place: Any) -> None:
        woken.append(place)
        for one in places:
            fleet.lines.leave(one, 1.0)

    fleet = Fleet([lined(servers=3)], random.Random(0), lambda change: None, wake)
    sent(fleet)
    places = [stand(fleet, "s0", other) for other in ("s1", "s2")]
    fleet.drain("p", "s0")
    fleet.snapshot(1.0)
    assert woken == places[:1]
    assert left_at(state_of(fleet, "s2")) == NOTHING


def test_the_woken_may_bring_a_reload_to_bear() -> None:
    """It was configured, but not looked at yet: the line that goes on is the new one, and nobody's turn comes twice."""
    woken: list[Any] = []

    def wake(place: Any) -> None:
        woken.append(place)
        fleet.snapshot(2.0)

    fleet = Fleet([lined(servers=1)], random.Random(0), lambda change: None, wake)
    lease, *places = sent(fleet), stand(fleet), stand(fleet), stand(fleet)
    fleet.replace([lined(QueueSpec(prefills=4), servers=1)])
    lease.first(2.0)
    assert woken == places
    assert left_at(state_of(fleet))[:3] == (3, 0, 3000)


def test_the_woken_may_end_what_is_being_settled() -> None:
    """Two prompts nobody sees computed are over at once; the one who is called by the first ends the second."""
    leases: list[Lease] = []
    fleet = Fleet([lined()], random.Random(0), lambda change: None, lambda place: leases[1].abandon(9.0))
    for name in ("s0", "s1"):
        place = fleet.lines.stand("p", (name,), asked(stream=False), 0.0, 60.0)
        leases.append(fleet.seat(place, 0.0))
    stand(fleet)
    fleet.snapshot(9.0)
    assert left_at(state_of(fleet, "s1")) == NOTHING
