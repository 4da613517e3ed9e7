"""A caller who may know is told why its answer came from there: on both server paths, streamed, cached and refused."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.live.scene import ASK, Scene
from wrp_policies.selection import Static
from wrp_router.config.caching import CacheConfig
from wrp_router.config.secret import Secret
from wrp_router.config.structs import EmbedderConfig, KeyConfig, RouteConfig, Telemetry
from wrp_signals import KeywordSpec

AUTO = {**ASK, "model": "auto"}
EXPLAIN = {"x-wrp-explain": "1"}


@pytest.mark.parametrize("server", ["lean", "aiohttp"])
@pytest.mark.parametrize("stream", [False, True])
async def test_why(scene: Scene, http: aiohttp.ClientSession, server: str, stream: bool) -> None:
    """The route with what made it hold, the readings; the second time the cache. Who does not ask is not told."""
    routes = (RouteConfig("sorting", Static(("local",)), when="sort"),)
    router = await scene.open(
        await scene.engine(),
        pool={"name": "local"},
        http=server,
        signals={"sort": KeywordSpec(words=("sort",))},
        routes=routes,
        cache=CacheConfig(semantic=False),
        embedder=EmbedderConfig(tier="none"),
    )
    said: list[Any] = []
    for headers in (EXPLAIN, EXPLAIN, {}):
        async with http.post(
            f"{router.url}/v1/chat/completions", json={**AUTO, "stream": stream, "temperature": 0}, headers=headers
        ) as answer:
            await answer.read()
            said.append((answer.headers.get("x-wrp-why"), answer.headers.get("x-wrp-signals")))
    assert said[0][0] == "sorting matched: sort = true; static order"
    assert json.loads(said[0][1]) == {"sort": [True, 1.0]}
    assert said[1:] == [("answered from the cache: the same request", "{}"), (None, None)]


async def test_who_may_know(scene: Scene, http: aiohttp.ClientSession) -> None:
    """With keys, who has an admin's; others get their answers, and what all are told."""
    keys = (
        KeyConfig("red", key=Secret("sk-red-0123456789")),
        KeyConfig("ops", key=Secret("sk-ops-0123456789"), admin=True),
    )
    router = await scene.open(await scene.engine(), keys=keys, telemetry=Telemetry(vsr_headers=True))
    told = {}
    for key in ("sk-red-0123456789", "sk-ops-0123456789"):
        headers = EXPLAIN | {"authorization": f"Bearer {key}"}
        async with http.post(f"{router.url}/v1/chat/completions", json=ASK, headers=headers) as answer:
            assert answer.status == 200
            told[key[3:6]] = ("x-wrp-why" in answer.headers, answer.headers.get("x-vsr-selected-model"))
    assert told == {"red": (False, "fake"), "ops": (True, "fake")}
