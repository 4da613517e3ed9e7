"""Who gets a place."""

from __future__ import annotations

import json
import logging

import pytest

from tests.live.lean.front import front
from tests.live.raw import request
from tests.live.scene import until
from tests.live.serving import serving
from tests.live.test_server import fine
from wrp_router.live.places import Places
from wrp_router.live.seating import Reception
from wrp_router.live.sources import Sources


async def test_at_the_strict_server(caplog: pytest.LogCaptureFixture):
    """Who finds none is told why, and one line in the log says so however many they are."""
    reception = Reception(Places(1, each=1))
    async with serving(fine, reception) as dial:
        one = await dial()
        await one.send(request(None))
        assert (await one.answer())[0] == 200
        for _ in range(3):
            other = await dial()
            status, headers, body = await other.answer()
            assert (status, json.loads(body)["error"]["code"]) == (503, "too_many_connections")
            assert (headers["connection"], headers["retry-after"]) == ("close", "1")
            assert await other.rest() == b""
        assert (reception.places.open, reception.places.turned_away) == (1, 3)
        one.close()
        await until(lambda: not reception.places.open)
        again = await dial()
        await again.send(request(None))
        assert (await again.answer())[0] == 200
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize("leaving", [1, 0])
async def test_who_finds_none_can_read_why(leaving: int):
    """Though it asks meanwhile: that is read and dropped, and the connection not reset. But only so many at once: they
    take files that those with a place need."""
    reception = Reception(Places(1), most_leaving=leaving)
    async with serving(fine, reception) as dial:
        one = await dial()
        await until(lambda: reception.places.open)
        told, other = await dial(), await dial()
        await until(lambda: reception.places.turned_away == 2)
        assert reception.leaving == leaving
        if leaving:
            await told.send(request(None) + b"a" * 100_000)
        for raw in (told, other):
            words = await raw.until(b"\r\n\r\n")
            assert words.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
            assert (await raw.rest()).endswith(b"}")
        told.close()
        await until(lambda: not reception.leaving)
        one.close()
        await until(lambda: not reception.places.open)


async def test_at_the_door():
    """The same, and whoever is given away keeps its place."""
    reception = Reception(Places(2, each=2))
    async with front(reception=reception) as door:
        stays, goes = await door.dial(), await door.dial()
        for raw, path in ((stays, "/v1/chat/completions"), (goes, "/healthz")):
            await raw.send(request("a", path))
            assert (await raw.answer())[0] == 200
        assert (door.door.given, reception.places.open) == (1, 2)
        assert (await (await door.dial()).answer())[0] == 503
        goes.close()
        await until(lambda: reception.places.open == 1)
        stays.close()
        await until(lambda: not reception.places.open)


async def test_proxies_are_not_counted_as_one_address():
    """But in all."""
    reception = Reception(Places(3, each=1), Sources(("127.0.0.0/8",)))
    async with serving(fine, reception) as dial:
        opened = [await dial() for _ in range(3)]
        for one in opened:
            await one.send(request(None))
            assert (await one.answer())[0] == 200
        assert (await (await dial()).answer())[0] == 503


async def test_the_time_that_is_left_goes_along():
    """A head that begins for the door and ends elsewhere has no more time than any other."""
    async with front(head=0.3) as door:
        raw = await door.dial()
        await raw.send(b"POST /v1/chat/completions HTTP/1.1\r\n")
        await until(lambda: door.door.made[0]._held)
        await raw.send(b"bad: \n")  # now it is not for the door
        assert await raw.rest(within=5.0) in (b"",) or door.door.given == 1
    assert door.door.given == 1
