"""Identical requests at once, over real sockets: one reaches the engine."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.live.scene import ASK, Scene, until
from wrp_router.config.caching import CacheConfig

pytestmark = pytest.mark.fault("C7")

HASTY = {"x-wrp-deadline-ms": "50"}
CACHED: dict[str, Any] = {"cache": CacheConfig(semantic=False)}


async def post(session: aiohttp.ClientSession, url: str, **changes: Any) -> tuple[int, str, str]:
    """Status, what the cache said, and the text of the answer."""
    async with session.post(f"{url}/v1/chat/completions", json=ASK | changes) as response:
        tree = await response.json()
        text = tree["choices"][0]["message"]["content"] if response.status == 200 else tree["error"]["code"]
        return response.status, response.headers["x-wrp-cache"], text


async def test_one_of_many_goes_upstream(scene: Scene) -> None:
    """All get its answer, and the rows say who did the work."""
    engine = await scene.engine()
    router = await scene.open(engine, **CACHED)
    async with aiohttp.ClientSession() as session:
        answers = await asyncio.gather(*[post(session, router.url) for _ in range(20)])
    assert engine.counters.requests == 1
    assert len({text for _, _, text in answers}) == 1
    said = sorted(cache for _, cache, _ in answers)
    assert said.count("miss") == 1
    assert set(said) <= {"miss", "hit-shared", "hit-exact"}
    rows = await scene.rows()
    assert sum(len(row.outcomes) for row in rows) == 1


async def test_when_the_first_leaves_another_is_fetched(scene: Scene) -> None:
    """The client of the first hangs up: the next one goes upstream, and the rest get that answer."""
    engine = await scene.engine(fault="ttft=200ms")
    router = await scene.open(engine, **CACHED)
    async with aiohttp.ClientSession() as session:
        first = asyncio.create_task(post(session, router.url))
        await until(lambda: engine.counters.requests == 1)
        others = [asyncio.create_task(post(session, router.url)) for _ in range(3)]
        await until(lambda: router.gateway.in_flight == 4)
        first.cancel()
        answers = await asyncio.gather(*others)
    assert [status for status, _, _ in answers] == [200] * 3
    assert sorted(cache for _, cache, _ in answers) == ["hit-shared", "hit-shared", "miss"]


async def test_who_will_not_wait_is_not_kept(scene: Scene) -> None:
    """The deadline of one that waits for another's answer holds."""
    engine = await scene.engine(fault="ttft=5s")
    router = await scene.open(engine, **CACHED)
    async with aiohttp.ClientSession() as session, aiohttp.ClientSession(headers=HASTY) as hasty:
        first = asyncio.create_task(post(session, router.url))
        await until(lambda: engine.counters.requests == 1)
        status, _, code = await post(hasty, router.url)
        assert status == 504, code
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
