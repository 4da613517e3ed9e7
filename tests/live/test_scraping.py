"""Asking servers how loaded they are."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.fleet.makers import Watched, pool
from tests.live.scene import until
from tests.live.upstream.scripted import Scripted, replying, scripted
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.looking import Look
from wrp_router.live.scraping import ANSWER_LIMIT, SELDOM, Scrape, Scraping, Untold, load_of, pause_after
from wrp_router.live.upstream.origin import Origin
from wrp_router.wire.engine_metrics import READERS, Gauges

SHORT = b"content-length: 0\r\n\r\n"
OFTEN = 0.001


def page(text: str) -> bytes:
    """An answer with this text."""
    return f"HTTP/1.1 200 OK\r\ncontent-length: {len(text)}\r\n\r\n{text}".encode()


LOADED = page("vllm:num_requests_running 5\nvllm:num_requests_waiting 2\nvllm:kv_cache_usage_perc 0.5\n")
AWAY = b"HTTP/1.1 503 Service Unavailable\r\n" + SHORT


def scrape(url: str, server: str = "s0", **changes: Any) -> Scrape:
    """Of a vLLM."""
    fields = {"path": "/metrics", "every": 1.0, "patience": 0.5} | changes
    return Scrape(Look("p", server, Origin(url), **fields), READERS["vllm"])


async def test_one_look():
    """At the path that is asked for, uncompressed, with the key if there is one."""
    async with scripted(replying(LOADED, LOADED)) as server:
        looking = scrape(server.url + "/base", path="/m", authorization="Bearer key")
        assert await load_of(looking) == Gauges(5, 2, 0.5)
        head = server.requests[0]
        assert head.startswith(b"GET /base/m HTTP/1.1\r\nhost: 127.0.0.1:")
        assert b"\r\naccept-encoding: identity\r\nauthorization: Bearer key\r\n\r\n" in head
        assert "Bearer" not in repr(looking)
        assert await load_of(scrape(server.url)) == Gauges(5, 2, 0.5)
        assert b"authorization" not in server.requests[1]
        looking.look.origin.close()


UNTOLD = {
    "away": (AWAY, "status 503", False),
    "no such page": (b"HTTP/1.1 404 Not Found\r\n" + SHORT, "status 404", True),
    "not with this key": (b"HTTP/1.1 401 Unauthorized\r\n" + SHORT, "status 401", True),
    "not built in": (b"HTTP/1.1 501 Not Implemented\r\n" + SHORT, "status 501", True),
    "no HTTP": (b"hello\r\n\r\n", "malformed", False),
    "of another engine": (page("sglang:num_running_reqs 1\n"), "it is not in the answer", False),
    "memory alone": (page("vllm:kv_cache_usage_perc 0.5\n"), "it is not in the answer", False),
    "cut short": (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\na", "truncated", False),
    "without end": (
        b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n" + b"a" * (ANSWER_LIMIT + 1),
        f"over {ANSWER_LIMIT} bytes",
        False,
    ),
}


@pytest.mark.parametrize(("reply", "why", "absent"), UNTOLD.values(), ids=UNTOLD)
async def test_nothing_is_told(reply: bytes, why: str, absent: bool):
    """What is no answer to the question, for whatever reason; so much is read and no more."""
    async with scripted(replying(reply, close=why == "truncated")) as server:
        looking = scrape(server.url, patience=5.0)
        with pytest.raises(Untold) as untold:
            await load_of(looking)
        assert (str(untold.value), untold.value.absent) == (why, absent)
        assert looking.look.origin.idle == (reply.endswith(SHORT) or why.startswith("it is not"))
        looking.look.origin.close()


async def silent(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request, says nothing."""
    await reader.read()


async def test_patience_and_nobody_there():
    """A look takes so long at most; where nobody is there it is over at once."""
    async with scripted(silent) as server:
        with pytest.raises(Untold, match="timeout"):
            await load_of(scrape(server.url, patience=0.05))
    with pytest.raises(Untold, match="connect"):
        await load_of(scrape(server.url))


async def test_who_shows_nothing_is_asked_seldom():
    """It has to be started otherwise first; who is only away is asked as ever."""
    looking = scrape("http://127.0.0.1:1", every=2.0)
    assert pause_after(looking.look, Untold("status 404", absent=True)) == SELDOM
    assert pause_after(looking.look, Untold("status 503")) == 2.0
    assert pause_after(scrape("http://127.0.0.1:1", every=99.0).look, Untold("", absent=True)) == 99.0


@asynccontextmanager
async def following(fleet: Watched, *scrapes: Scrape) -> AsyncIterator[Scraping]:
    """Looks at these servers until the block ends."""
    scraping = Scraping(fleet, random.Random(1))
    scraping.follow(scrapes)
    try:
        yield scraping
    finally:
        await scraping.stop()
        for one in scrapes:
            one.look.origin.close()


async def test_the_fleet_hears_of_it():
    """Of every look that told something."""
    fleet = Watched(pool())
    async with scripted(replying(*[LOADED] * 100)) as server, following(fleet, scrape(server.url, every=OFTEN)) as it:
        await until(lambda: it.counts()["p", "s0", "told"] > 3)
        seen = fleet.server("s0", 0.0)
        assert (seen.waiting, seen.running) == (2, 7)
        assert fleet.heard(0.0)["p", "s0"].kv_usage == 0.5


async def test_failing_harms_nobody_and_is_said_once(caplog: pytest.LogCaptureFixture):
    """No breaker hears of it; the log says when it begins and when it is over, and nothing between."""
    caplog.set_level(logging.INFO, "wrp_router.live.scraping")
    fleet = Watched(pool())
    replies = [LOADED, *[AWAY] * 20, *[LOADED] * 20, *[AWAY] * 2]
    async with (
        scripted(replying(*replies)) as server,
        following(fleet, scrape(server.url, every=OFTEN, patience=60.0)) as it,
    ):
        await until(lambda: it.counts() == {("p", "s0", "told"): 21.0, ("p", "s0", "failed"): 22.0})
    assert fleet.changes == []
    assert [(one.levelname, one.getMessage()) for one in caplog.records] == [
        ("WARNING", "p/s0 does not tell its load at /metrics: status 503"),
        ("INFO", "p/s0 tells its load again"),
        ("WARNING", "p/s0 does not tell its load at /metrics: status 503"),
    ]


async def test_servers_come_and_go():
    """Those that stay are looked at as before, those that are gone no more, and nothing is counted of them."""
    fleet = Watched(pool())
    async with FakeEngine() as stays, FakeEngine() as leaves, FakeEngine() as comes:
        engines = {"s0": stays, "s1": leaves, "s2": comes}
        looks = {name: scrape(engine.url, name, every=OFTEN) for name, engine in engines.items()}
        async with following(fleet, looks["s0"], looks["s1"]) as it:
            before = it._tasks[looks["s0"]]
            await until(lambda: min(engine.counters.requests for engine in (stays, leaves)) > 2)
            gone = it._tasks[looks["s1"]]
            it.follow([looks["s0"], looks["s2"]])
            await until(lambda: gone.done() and comes.counters.requests > 2)
            assert it._tasks[looks["s0"]] is before
            assert {key[1] for key in it.counts()} == {"s0", "s2"}
            looked = stays.counters.requests
            await until(lambda: stays.counters.requests > looked)
        assert it._tasks == {}
        for one in looks.values():
            one.look.origin.close()
