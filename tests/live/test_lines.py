"""Lines before servers, on real sockets: a few prompts at a time, in order of urgency, nobody lost."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from tests.fleet.makers import kept_of
from tests.live.raw import CHAT
from tests.live.scene import MODEL, Scene, until
from wrp_policies.balancing import DualMap
from wrp_policies.queueing import Fifo, Shortest
from wrp_router.config.pools import QueueConfig
from wrp_router.fakes.model import Profile

SLOW = Profile(prefill_tokens_per_s=20_000)


def said(size: int, name: str = "") -> dict[str, Any]:
    """A streamed question of so many characters."""
    return {"model": MODEL, "messages": [{"role": "user", "content": name + "x" * size}], "stream": True}


async def asked(http: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> int:
    async with http.post(url + CHAT, json=body) as answer:
        await answer.read()
        return answer.status


async def test_a_server_is_sent_one_prompt_at_a_time(scene: Scene, http: aiohttp.ClientSession):
    """Thirty at once: the engine never has more than one that it has not computed, and all are answered."""
    engine = await scene.engine(profile=SLOW)
    router = await scene.open(engine, pool={"queue": QueueConfig(Fifo(), prefills=1)}, cache=None)
    fleet, pool = router.parts.fleet, router.pools()[0]
    most = 0

    async def look() -> None:
        nonlocal most
        while True:
            most = max(most, kept_of(fleet, pool.name, pool.servers[0].name).prefills)
            await asyncio.sleep(0.001)

    looking = asyncio.create_task(look())
    answers = await asyncio.gather(*(asked(http, router.url, said(800, str(n))) for n in range(30)))
    looking.cancel()
    assert answers == [200] * 30
    assert most == 1


async def test_the_shortest_goes_first(scene: Scene, http: aiohttp.ClientSession):
    """While one prompt is computed a long one and then a short one come: the short one is answered before the long."""
    engine = await scene.engine(profile=SLOW)
    router = await scene.open(engine, pool={"queue": QueueConfig(Shortest(), prefills=1)}, cache=None)
    order: list[str] = []

    async def ask(name: str, size: int) -> None:
        assert await asked(http, router.url, said(size, name)) == 200
        order.append(name)

    tasks = [asyncio.create_task(ask("first", 20_000))]
    await engine.until(lambda engine: engine.counters.requests == 1)
    tasks.append(asyncio.create_task(ask("long", 30_000)))
    await until(lambda: router.parts.fleet.waiting() == 1)
    tasks.append(asyncio.create_task(ask("short", 100)))
    await asyncio.gather(*tasks)
    assert order == ["first", "short", "long"]


async def test_a_full_line_is_said_so(scene: Scene, http: aiohttp.ClientSession):
    """One is served, one waits, the third is told to come back: 503 with a time."""
    engine = await scene.engine(profile=SLOW)
    router = await scene.open(engine, pool={"queue": QueueConfig(Fifo(), prefills=1, depth=1)}, cache=None)
    first = asyncio.create_task(asked(http, router.url, said(20_000, "a")))
    await engine.until(lambda engine: engine.counters.requests == 1)
    second = asyncio.create_task(asked(http, router.url, said(100, "b")))
    await until(lambda: router.parts.fleet.waiting() == 1)
    async with http.post(router.url + CHAT, json=said(100, "c")) as answer:
        assert answer.status == 503
        assert "retry-after-ms" in answer.headers
        assert (await answer.json())["error"]["code"] == "overloaded"
    assert [await first, await second] == [200, 200]


async def test_who_leaves_the_line_leaves_nothing_behind(scene: Scene, http: aiohttp.ClientSession):
    """A client that goes while it waits frees its place, and the one behind it is served."""
    engine = await scene.engine(profile=SLOW)
    router = await scene.open(engine, pool={"queue": QueueConfig(Fifo(), prefills=1)}, cache=None)
    first = asyncio.create_task(asked(http, router.url, said(20_000, "a")))
    await engine.until(lambda engine: engine.counters.requests == 1)
    leaving = asyncio.create_task(asked(http, router.url, said(100, "b")))
    await until(lambda: router.parts.fleet.waiting() == 1)
    leaving.cancel()
    await until(lambda: router.parts.fleet.waiting() == 0)
    assert [await first, await asked(http, router.url, said(100, "c"))] == [200, 200]
    assert engine.counters.requests == 2


async def test_when_a_server_dies_its_line_goes_elsewhere(scene: Scene, http: aiohttp.ClientSession):
    """Forty conversations before two engines of which one resets every connection: all are answered by the other."""
    bad, good = await scene.engine(fault="die_before_headers=rst"), await scene.engine()
    router = await scene.open(bad, good, pool={"queue": QueueConfig(Fifo()), "balance": DualMap()}, cache=None)
    answers = await asyncio.gather(*(asked(http, router.url, said(2_000, str(n))) for n in range(40)))
    assert answers == [200] * 40
