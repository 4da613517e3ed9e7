"""What a driver looks at is let go with its request."""

from __future__ import annotations

import random

from tests.live.test_driver import VIEW
from wrp_router.fleet import Fleet
from wrp_router.flow import Embed, Fetch, Fetched, Read, Review
from wrp_router.live.consulting import Consults
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.waiting import WaitingRoom
from wrp_router.live.world import World
from wrp_signals import KeywordSpec


def consults() -> Consults:
    """Before nobody, with one signal."""
    fleet = Fleet([], random.Random(0), lambda change: None)
    signals = {"refund": KeywordSpec(words=("refund",)).build()}
    return Consults(World(fleet, {}, WaitingRoom(), ReadingRoom(signals), lambda record: None, Streams()))


async def test_what_is_there_is_looked_at() -> None:
    """Signals by their reader; nothing else is there."""
    one = consults()
    readings = one._read(Read(VIEW, ("refund",), 1.0))
    assert isinstance(readings, dict)
    assert readings["refund"].value is True
    assert one._embed(Embed(VIEW, 1.0)) is None
    assert one._review(Review("a", "b", 0.9, 1.0)) is None
    assert await one._fetch(Fetch(b"k", "local")) == Fetched(None)
    one._leave_lines()


async def test_nothing_was_looked_at() -> None:
    """Nothing to let go."""
    consults()._leave_lines()
