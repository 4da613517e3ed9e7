"""Documents that are elsewhere, and how drivers have them."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.live.test_driver import PREAMBLE, RAW, VIEW, Nobody
from wrp_cache.stores import StoreFailed
from wrp_cache.types import Entry, name_of
from wrp_router.fleet import Fleet
from wrp_router.flow import Ask, Fetch, Fetched, Flow
from wrp_router.live.driver import Driver
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.waiting import WaitingRoom
from wrp_router.live.world import Inbound, World
from wrp_router.wire.body import decode

ENTRY = Entry(b"k", b"p", "a", "default", "?", b"body", "text/plain", 0.0)


class Archive:
    """Has one answer, or does not answer."""

    def __init__(self, answer: Entry | Exception | None) -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    async def fetch(self, name: bytes) -> Entry | None:
        self.asked.append(name)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def fetched(archive: Any) -> Fetched:
    """What a flow hears that fetches."""
    heard: list[Fetched] = []

    def flow() -> Flow[None]:
        heard.append((yield Fetch(ENTRY.key, ENTRY.tenant)))

    fleet = Fleet([], random.Random(0), lambda change: None)
    world = World(fleet, {}, WaitingRoom(), ReadingRoom({}), lambda row: None, Streams(), archive=archive)
    ask = Ask("dec_1", "req_1", VIEW, 0.0, 0.0, 1e9)
    await Driver(world, ask, Inbound(decode("chat", RAW), PREAMBLE), Nobody()).run(flow())
    return heard[0]


@pytest.mark.parametrize(
    ("answer", "hears"),
    [(ENTRY, Fetched(ENTRY)), (None, Fetched(None)), (StoreFailed("late"), Fetched(None, late=True))],
)
async def test_a_flow_hears_what_the_archive_says(answer, hears):
    """Under the entry's name; silence is no error."""
    archive = Archive(answer)
    assert await fetched(archive) == hears
    assert archive.asked == [name_of("a", b"k")]


async def test_without_an_archive_there_is_nothing():
    """All is in memory then."""
    assert await fetched(None) == Fetched(None)
