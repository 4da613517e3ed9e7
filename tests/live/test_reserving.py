"""What a driver set aside does not stay so, whatever becomes of its request."""

from __future__ import annotations

import random
from time import monotonic

import pytest

from tests.fleet.makers import pool
from wrp_router.accounts import Ceiling, Charge, Quota, Reserved
from wrp_router.fleet import Fleet
from wrp_router.flow import Reserve, Settle
from wrp_router.live.accounting import OwnBooks
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.reserving import Reserves
from wrp_router.live.waiting import WaitingRoom
from wrp_router.live.world import World


@pytest.fixture
def kept() -> World:
    """Nothing but the books of `red`."""
    room = WaitingRoom()
    fleet = Fleet([pool(servers=1)], random.Random(1), lambda change: None, room.wake, 8)
    books = OwnBooks({"red": Quota(tokens=Ceiling(100, 60.0))})
    return World(fleet, {}, room, ReadingRoom({}), lambda record: None, Streams(), accounting=books)


def test_what_was_never_settled_stays_charged(kept: World):
    """A mistake of ours does not make a request free, nor keep its place for ever."""
    driver = Reserves(kept)
    most = Charge(1, 70, 0)
    assert isinstance(driver._reserve(Reserve("red", "1", most)), Reserved)
    driver._leave_lines()
    driver._leave_lines()
    assert isinstance(kept.accounting, OwnBooks)
    books = kept.accounting.books
    assert (books.open("red"), books.used("red", monotonic()).tokens) == (0, 70)


def test_settled_once(kept: World):
    """Leaving afterwards settles nothing more."""
    driver = Reserves(kept)
    driver._reserve(Reserve("red", "1", Charge(1, 70, 0)))
    driver._settle(Settle("red", "1", Charge(1, 7, 0)))
    driver._leave_lines()
    assert isinstance(kept.accounting, OwnBooks)
    assert kept.accounting.books.open("red") == 0
