"""Prompts of tenants apart in the engines' caches: every request that reaches one says whose it is."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from tests.live.scene import MODEL, Scene
from wrp_policies.selection import Fusion
from wrp_router.config import KeyConfig, Secret
from wrp_router.config.structs import RouteConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.wire.salting import salt_of

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
