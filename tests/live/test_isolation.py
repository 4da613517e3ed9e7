"""Prompts of tenants apart in the engines' caches: every request that reaches one says whose it is."""

from __future__ import annotations

from typing import Any

import msgspec
import openai
import pytest

from tests.live.scene import MODEL, Scene, config
from wrp_policies.selection import Fusion, Static
from wrp_router.config import KeyConfig, Secret
from wrp_router.config.caching import CacheConfig
from wrp_router.config.structs import RouteConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.wire.salting import salt_of
from wrp_signals import HeaderSpec

RED, BLUE = "sk-red-0123456789", "sk-blue-0123456789"
KEYS = (KeyConfig("red", Secret(RED)), KeyConfig("blue", Secret(BLUE)))


async def ask(url: str, key: str, model: str = MODEL, **more: Any) -> None:
    """One question."""
    async with openai.AsyncOpenAI(base_url=url + "/v1", api_key=key, max_retries=0) as client:
        messages: Any = [{"role": "user", "content": "How do I sort a list?"}]
        await client.chat.completions.create(model=model, messages=messages, **more)


def salts(engine: FakeEngine) -> list[Any]:
    """What the engine was told, in turn."""
    return [seen.json().get("cache_salt") for seen in engine.seen]


@pytest.mark.parametrize("more", [{}, {"extra_body": {"cache_salt": "mine"}}, {"stream": True}])
async def test_each_has_its_own(scene: Scene, engine: FakeEngine, more: dict[str, Any]):
    """Not the one that a caller would like; where the pool does not say so, it is the caller's affair."""
    router = await scene.open(engine, keys=KEYS, pool={"kv_isolation": "tenant"}, secret=Secret("0123456789abcdef"))
    for key in (RED, BLUE, RED):
        await ask(router.url, key, **more)
    secret = router.parts.secret
    assert salts(engine) == [salt_of(tenant, secret) for tenant in ("red", "blue", "red")]
    other = await scene.open(engine, keys=KEYS)
    await ask(other.url, RED, **more)
    assert salts(engine)[3] == more.get("extra_body", {}).get("cache_salt")


async def test_our_own_questions_too(scene: Scene, engine: FakeEngine):
    """A panel asks the tenant's prompt again and again: all of it is in the same cache."""
    use = Fusion(ask=("fake",), write="fake", samples=2)
    routes = (RouteConfig("all", use),)
    router = await scene.open(engine, keys=KEYS, pool={"kv_isolation": "tenant"}, routes=routes)
    await ask(router.url, RED, "auto")
    assert len(salts(engine)) == 3
    assert set(salts(engine)) == {salt_of("red", router.parts.secret)}


@pytest.mark.parametrize("cached", [True, False])
async def test_routes_by_a_header_apart_in_the_routers_own(scene: Scene, cached: bool):
    """Where a header leads elsewhere, the answer that was kept without it is not given; nor is any given where the
    route has nothing to do with the cache."""
    one, other = await scene.engine(), await scene.engine()
    made = config(one.url, other.url)
    (server, another), pool = made.pools[0].servers, made.pools[0]
    pools = (
        msgspec.structs.replace(pool, name="plain", servers=(server,)),
        msgspec.structs.replace(pool, name="safe", servers=(another,)),
    )
    routes = (
        RouteConfig("safe", Static(pools=("safe",)), when='ward == "icu"', cache=cached),
        RouteConfig("plain", Static(pools=("plain",))),
    )
    signals = {"ward": HeaderSpec(name="x-ward")}
    router = await scene.open(
        one, other, pools=pools, routes=routes, signals=signals, cache=CacheConfig(semantic=False)
    )
    for headers in ({}, {"x-ward": "icu"}, {"x-ward": "icu"}, {}):
        await ask(router.url, RED, "auto", extra_headers=headers)
    assert (one.counters.requests, other.counters.requests) == (1, 1 if cached else 2)


async def test_a_route_without_a_cache_that_a_class_leads_to(scene: Scene):
    """It asks its engine each time, whatever another class was told; that one still has its hits."""
    one, other = await scene.engine(), await scene.engine()
    pool = config(one.url, other.url).pools[0]
    pools = tuple(
        msgspec.structs.replace(pool, name=name, servers=(server,))
        for name, server in zip(("plain", "fresh"), pool.servers, strict=True)
    )
    routes = (
        RouteConfig("fresh", Static(pools=("fresh",)), when='request.priority == "critical"', cache=False),
        RouteConfig("plain", Static(pools=("plain",))),
    )
    router = await scene.open(one, other, pools=pools, routes=routes, cache=CacheConfig(semantic=False))
    for priority in ("default", "critical", "critical", "default"):
        await ask(router.url, RED, "auto", extra_headers={"x-wrp-priority": priority})
    assert (one.counters.requests, other.counters.requests) == (1, 2)
