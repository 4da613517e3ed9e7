"""The line before one server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.makers import asked
from wrp_policies.queueing import Deadline, Fair, Fifo, Shortest, Waiting
from wrp_router.fleet import PoolSpec
from wrp_router.fleet.desks import Desk, Place
from wrp_router.fleet.pool import PoolState
from wrp_router.fleet.ranks import DEFAULT, SHEDDABLE
from wrp_router.fleet.spec import QueueSpec, ServerSpec
from wrp_router.fleet.state import ServerState


def place(since: float = 0.0, until: float = 60.0) -> Place:
    return Place("p", ("s0", "s1"), asked(), since, until)


def desk_of(*places: Place, **spec: object) -> Desk:
    """A desk where these wait, each for a second's work."""
    desk = Desk(QueueSpec(**spec))  # type: ignore[arg-type]
    for one in places:
        desk.join(one, 1.0)
    return desk


def test_a_place_says_before_whom_it_stands() -> None:
    """Nobody, at first."""
    one = place()
    assert one.server == ""
    one.state = ServerState(ServerSpec("s7", "http://h"), PoolState(PoolSpec("p", "m", ())))
    assert one.server == "s7"


def test_the_order_is_the_spec_s() -> None:
    """By arrival, work, deadline or tenant, as configured."""
    early, urgent = place(0.0, until=60.0), place(1.0, until=2.0)
    for order, first in ((Fifo(), early), (Shortest(), urgent), (Deadline(), urgent), (Fair(), early)):
        desk = Desk(QueueSpec(order))
        desk.join(early, 9.0)
        desk.join(urgent, 1.0)
        assert desk.next() is first


def test_what_an_order_hears_of_a_place() -> None:
    """Since when, until when, whose, how much."""
    one = place(3.0, 9.0)
    desk_of(one)
    assert one.waiting == Waiting(0, 3.0, 9.0, asked().tenant, 1.0)


def test_a_desk_is_full_at_its_depth() -> None:
    """And no longer when one has left or had its turn."""
    first, second = place(0.0), place(1.0)
    desk = desk_of(first, second, depth=2)
    assert desk.full(DEFAULT)
    desk.leave(second)
    assert not desk.full(DEFAULT)
    desk.join(second, 1.0)
    assert desk.next() is first
    assert (desk.full(DEFAULT), len(desk), list(desk)) == (False, 1, [second])


def test_nobody_leaves_twice() -> None:
    """A mistake of the caller is not passed over; nobody's turn comes at an empty desk."""
    one = place()
    desk = desk_of(one)
    desk.leave(one)
    with pytest.raises(KeyError):
        desk.leave(one)
    with pytest.raises(IndexError):
        desk.next()


def test_another_spec_is_for_the_same_people() -> None:
    """Nobody is sent away by a reload, even if the new line is shorter; nobody new comes in before it is."""
    places = [place(float(second), until=10.0 - second) for second in range(4)]
    desk = desk_of(*places).under(QueueSpec(Deadline(), depth=2))
    assert (desk.full(DEFAULT), list(desk)) == (True, places)
    assert [desk.next() for _ in places] == places[::-1]


@given(st.lists(st.sampled_from(["join", "leave", "next", "under"]), max_size=50), st.randoms(use_true_random=False))
def test_who_waits(actions: list[str], rng: object) -> None:
    """Exactly those who joined, less those who left and those whose turn it was."""
    desk, here = desk_of(), list[Place]()
    for second, action in enumerate(actions):
        if action == "join":
            here.append(place(float(second)))
            desk.join(here[-1], 1.0)
        elif action == "under":
            desk = desk.under(desk.spec)
        elif here and action == "leave":
            one = rng.choice(here)  # type: ignore[attr-defined]
            here.remove(one)
            desk.leave(one)
        elif here:
            assert desk.next() is here.pop(0)
        assert list(desk) == here
        assert len(desk) == len(here)


def test_higher_classes_go_first() -> None:
    """In any order: that of the pool is the order within a class. Those in line are told as they came."""
    sheddable, default, urgent = (
        Place("p", ("s0",), asked(priority=priority), since, until)
        for priority, since, until in (("sheddable", 0.0, 1.0), ("default", 1.0, 9.0), ("default", 2.0, 5.0))
    )
    critical = Place("p", ("s0",), asked(priority="critical"), 3.0, 60.0)
    desk = desk_of(sheddable, default, urgent, critical, order=Deadline())
    assert (list(desk), desk.counts(), desk.lowest) == ([sheddable, default, urgent, critical], (1, 2, 1), 2)
    assert [desk.next() for _ in range(4)] == [critical, urgent, default, sheddable]
    assert desk.lowest == -1
    with pytest.raises(IndexError):
        desk.next()


def test_a_desk_says_who_gives_way() -> None:
    """The youngest of the lowest class; sheddable requests stand in half of the line only."""
    old, young = place(0.0), place(1.0)
    desk = desk_of(old, young, depth=3)
    assert (desk.full(SHEDDABLE), desk.full(DEFAULT), desk.in_the_way(0)) == (True, False, None)
    desk.join(place(2.0), 1.0)
    desk.leave(old)
    desk.join(old, 1.0)
    assert desk.in_the_way(0) is old


def test_who_is_taken() -> None:
    """There is a place, or somebody gives way."""
    desk = desk_of(place(0.0), place(1.0), depth=2)
    assert (desk.takes(DEFAULT, "local"), desk.takes(0, "local"), desk.takes(DEFAULT, "other")) == (False, True, True)
    assert desk_of(place(0.0), depth=2).takes(DEFAULT, "local")
