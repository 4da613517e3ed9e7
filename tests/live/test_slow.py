"""Slow servers and limits that are found, on real sockets."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import aiohttp
import pytest

from tests.live.raw import CHAT
from tests.live.scene import MODEL, Scene, until
from wrp_policies.balancing import PowerOfTwo
from wrp_router.build import Router
from wrp_router.config.pools import AdaptiveLimit, OutlierConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile
from wrp_router.fleet.limits import FIRST

pytestmark = pytest.mark.fault("R11")

SOON = OutlierConfig(samples=4, every=0.05)


async def ask(http: aiohttp.ClientSession, router: Router, text: str) -> int:
    body: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": text}], "stream": True}
    async with http.post(router.url + CHAT, json=body) as answer:
        await answer.read()
        return answer.status


def state(router: Router, engine: FakeEngine) -> str:
    """`up`, or how many times it was seen going down."""
    (pool,) = router.pools()
    return next("up" if server.up else "out" for server in pool.servers if engine.url.endswith(server.name))


async def test_an_engine_that_answers_too_slowly_is_taken_out(
    scene: Scene, http: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
):
    """Nobody's answer was lost by it, the log and the metrics say why, and the other engines go on."""
    engines = [await scene.engine(fault="ttft=30ms") for _ in range(4)]
    engines[2].mishaps.line = "ttft=400ms"
    router = await scene.open(*engines, pool={"balance": PowerOfTwo(), "outliers": SOON}, cache=None)
    answers: list[int] = []

    async def client(number: int) -> None:
        while state(router, engines[2]) == "up":
            answers.append(await ask(http, router, f"{number} {len(answers)} " + "word " * (number % 3)))

    await asyncio.gather(*(client(number) for number in range(8)))
    assert {*answers} == {200}
    assert [state(router, engine) for engine in engines] == ["up", "up", "out", "up"]
    assert any("closed -> open (slow: ttft " in one.getMessage() for one in caplog.records)
    page = (await router.exposition()).decode()
    assert 'wrp_ejections_total{pool="fake",why="slow"} 1.0' in page
    caplog.set_level(logging.WARNING)


async def test_a_limit_falls_where_first_tokens_wait(scene: Scene, http: aiohttp.ClientSession):
    """Thirty clients before an engine that computes one prompt after the other: it gets fewer at once, the others wait
    in the router, and all are answered."""
    engine = await scene.engine(profile=Profile(prefill_tokens_per_s=20_000))
    router = await scene.open(engine, pool={"balance": PowerOfTwo(), "limit": AdaptiveLimit()}, cache=None)
    most = 0

    def limit() -> int:
        nonlocal most
        server = router.pools()[0].servers[0]
        most = max(most, server.in_flight)
        return server.limit

    assert limit() == FIRST
    answers: list[int] = []

    async def client(number: int) -> None:
        while limit() >= FIRST:
            answers.append(await ask(http, router, f"{number} {len(answers)} " + "x" * 1000))

    await asyncio.gather(*(client(number) for number in range(30)))
    assert {*answers} == {200}
    assert most <= 2 * FIRST
    page = (await router.exposition()).decode()
    assert any(line.startswith('wrp_server_limit{pool="fake"') for line in page.splitlines())
    await until(lambda: router.pools()[0].servers[0].in_flight == 0)
