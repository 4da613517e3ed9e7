"""An overloaded server's line is spread between those who stand in it and their other choices."""

from __future__ import annotations

from tests.fleet.makers import Watched
from tests.fleet.queues import NOTHING, SECOND, fleet_of, left_at, sent, stand, state_of
from wrp_policies.queueing import Fifo
from wrp_router.fleet.lines import EVERY, wait_of
from wrp_router.fleet.spec import QueueSpec

SLO = 5.0
QUEUE = QueueSpec(Fifo(), prefills=1, depth=8, slo_ttft=SLO)


def hot(servers: int = 2, queue: QueueSpec = QUEUE) -> Watched:
    """Before s0 a prompt of four seconds is computed, and one of a second waits that could also go to s1."""
    fleet = fleet_of(queue, servers)
    sent(fleet, tokens=4 * SECOND)
    stand(fleet, "s0", "s1", tokens=SECOND)
    return fleet


def test_a_line_that_is_in_time_stays() -> None:
    """Five seconds are not too long."""
    fleet = hot()
    assert (fleet.waiting(), wait_of(state_of(fleet))) == (1, SLO)
    assert left_at(state_of(fleet, "s1")) == NOTHING


def test_the_newcomer_that_makes_it_late_is_the_one_to_go() -> None:
    """It gains most; it is granted there at once, and not woken before it knows its place."""
    fleet = hot()
    place = stand(fleet, "s0", "s1", tokens=2 * SECOND)
    assert (place.server, place.granted, fleet.woken) == ("s1", True, [])
    assert wait_of(state_of(fleet)) == SLO


def test_others_who_gain_more_go_and_are_woken() -> None:
    """A newcomer with nowhere else to go makes room by those who have."""
    fleet = hot()
    place = stand(fleet, "s0", tokens=SECOND)
    assert (place.server, place.granted) == ("s0", False)
    assert [(moved.server, moved.granted) for moved in fleet.woken] == [("s1", True)]
    assert wait_of(state_of(fleet)) == SLO


def test_nobody_goes_where_it_would_be_late() -> None:
    """Nor to one that is down, nor where the line is full."""
    for trouble in ("late", "down", "full"):
        fleet = hot(queue=QueueSpec(Fifo(), prefills=1, depth=2, slo_ttft=SLO))
        sent(fleet, "s1", tokens=5 * SECOND if trouble == "late" else 1)
        if trouble == "down":
            fleet.drain("p", "s1")
        for _ in range(2 if trouble == "full" else 0):
            stand(fleet, "s1", tokens=1)
        assert stand(fleet, "s0", "s1", tokens=SECOND).server == "s0"
        assert fleet.waiting() == (4 if trouble == "full" else 2)


def test_a_line_that_fills_up_meanwhile_takes_no_more() -> None:
    """Depth is kept by those who are moved, too: of three who would gain, the first to go takes the last place."""
    fleet = fleet_of(QueueSpec(Fifo(), prefills=1, depth=4, slo_ttft=SLO))
    sent(fleet, tokens=4 * SECOND)
    stand(fleet, "s0", tokens=3 * SECOND)
    sent(fleet, "s1", tokens=1)
    for _ in range(3):
        stand(fleet, "s1", tokens=1)
    three = [stand(fleet, "s0", "s1", tokens=SECOND, now=now) for now in (0.1, 0.2, EVERY)]
    assert [place.server for place in three] == ["s0", "s0", "s1"]


def test_of_two_candidates_the_other() -> None:
    """A third choice is for when servers are down: it keeps what is cached at two of them."""
    fleet = hot(servers=3)
    place = stand(fleet, "s0", "s0", "s2", tokens=2 * SECOND)
    assert place.server == "s0"
    assert left_at(state_of(fleet, "s2")) == NOTHING


def test_a_line_is_not_looked_through_all_the_time() -> None:
    """Every so often is enough: looking costs as much as the line is long."""
    fleet = hot()
    stays = stand(fleet, "s0", tokens=9 * SECOND)
    assert [place.server for place in fleet.woken] == ["s1"]
    soon = stand(fleet, "s0", "s1", tokens=SECOND, now=EVERY / 2)
    assert soon.server == "s0"
    later = stand(fleet, "s0", tokens=SECOND, now=EVERY)
    assert (soon.server, later.server, stays.server) == ("s1", "s0", "s0")
    assert (soon.granted, soon.waiting.since) == (False, EVERY / 2)
