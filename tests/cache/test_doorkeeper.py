"""Known faces and strangers."""

from __future__ import annotations

import pytest

from wrp_cache.doorkeeper import Doorkeeper
from wrp_cache.types import name_of


def name(number: int) -> bytes:
    """A digest like those of entries."""
    return name_of("a", b"%d" % number)


def test_who_came_before_is_known() -> None:
    """At once, and for as many strangers as an eighth of its bits."""
    door = Doorkeeper(1 << 13)
    assert not door.seen(name(0))
    assert door.seen(name(0))
    for number in range(1, 1000):
        door.seen(name(number))
    assert door.seen(name(0))


def test_it_forgets() -> None:
    """After enough strangers a face is a stranger's again, so old sightings do not count for ever."""
    door = Doorkeeper(1 << 13)
    door.seen(name(0))
    for number in range(1, 5000):
        door.seen(name(number))
    assert not door.seen(name(0))


def test_few_strangers_are_taken_for_known_faces() -> None:
    """At most one in twenty, however many have come."""
    door = Doorkeeper(1 << 13)
    assert sum(door.seen(name(number)) for number in range(20_000)) <= 1000


@pytest.mark.parametrize(("room", "taken"), [(0, 512), (1 << 14, 1 << 14), (32767, 1 << 14), (1 << 40, 1 << 18)])
def test_it_fits(room: int, taken: int) -> None:
    """It takes what it is given, within reason."""
    assert Doorkeeper.within(room).nbytes == taken
