"""Tenants with limits, on real sockets: what they are told, and what they are charged."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from time import monotonic
from typing import Any

import aiohttp
import anthropic
import openai
import pytest

from tests.live.conftest import Connect
from tests.live.raw import request
from tests.live.scene import ASK, MODEL, Scene, until
from wrp_router.accounts import Charge
from wrp_router.build import Router
from wrp_router.config import KeyConfig, Secret
from wrp_router.config.caching import CacheConfig
from wrp_router.config.pools import Price
from wrp_router.config.structs import TenantConfig, TenantLimits
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.accounting import OwnBooks

RED, BLUE = "sk-red-0123456789", "sk-blue-0123456789"
KEYS = (KeyConfig("red", Secret(RED)), KeyConfig("blue", Secret(BLUE)))
PRICED = {"price": Price(1.0, 2.0)}


USAGE = {"stream": True, "stream_options": {"include_usage": True}}


async def limited(scene: Scene, engine: FakeEngine, models: tuple[str, ...] | None = None, **limits: Any) -> Router:
    """A router whose tenant `red` has these limits."""
    tenant = TenantConfig("red", models, limits=TenantLimits(**limits))
    return await scene.open(engine, keys=KEYS, pool=PRICED, tenants=(tenant,), **{"cache": CacheConfig(semantic=False)})


def sdk(router: Router, key: str = RED) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=router.url + "/v1", api_key=key, max_retries=0)


def used(router: Router) -> Charge:
    """What counts of red's."""
    accounting = router._accounting
    assert isinstance(accounting, OwnBooks)
    assert accounting.books.open("red") == 0
    return accounting.books.used("red", monotonic())


def chat(text: str, **fields: Any) -> dict[str, Any]:
    return {"model": MODEL, "messages": [{"role": "user", "content": text}], **fields}


@pytest.mark.parametrize("http", ["lean", "aiohttp"])
async def test_what_sdks_are_told(scene: Scene, engine: FakeEngine, http: str):
    """How the account stands with every answer; the third of two is a RateLimitError that says when to come back."""
    router = await limited(scene, engine, requests="2/min", tokens="100000/min")
    async with sdk(router) as client:
        first = await client.chat.completions.with_raw_response.create(**chat("one"))
        assert first.headers["x-ratelimit-limit-requests"] == "2"
        assert first.headers["x-ratelimit-remaining-requests"] == "1"
        assert int(first.headers["x-ratelimit-remaining-tokens"]) < 100_000
        assert len(first.headers.get_list("x-ratelimit-remaining-requests", split_commas=True)) == 1
        await client.chat.completions.create(**chat("two"))
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(**chat("three"))
    headers = refused.value.response.headers
    assert refused.value.code == "rate_limit_exceeded"
    assert 0 < int(headers["retry-after"]) <= 63
    assert 0 < int(headers["retry-after-ms"]) <= 63_000
    assert headers["x-ratelimit-remaining-requests"] == "0"
    assert headers["x-ratelimit-reset-requests"]
    async with sdk(router, BLUE) as client:
        other = await client.chat.completions.with_raw_response.create(**chat("three"))
        assert "x-ratelimit-limit-requests" not in other.headers


async def test_in_anthropics_words(scene: Scene, engine: FakeEngine):
    """The other dialect has its own headers, and its own error."""
    router = await limited(scene, engine, requests="1/min")
    asked = chat("one", max_tokens=9)
    async with anthropic.AsyncAnthropic(base_url=router.url, api_key=RED, max_retries=0) as client:
        first = await client.messages.with_raw_response.create(**asked)
        assert first.headers["anthropic-ratelimit-requests-remaining"] == "0"
        with pytest.raises(anthropic.RateLimitError):
            await client.messages.create(**chat("two", max_tokens=9))


async def test_an_exhausted_budget(scene: Scene, engine: FakeEngine):
    """Is told by the code that OpenAI has for it, and nobody is to try again by itself."""
    router = await limited(scene, engine, budget="$0.000001/day")
    async with sdk(router) as client:
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(**chat("one"))
    assert (refused.value.code, refused.value.response.headers["x-should-retry"]) == ("insufficient_quota", "false")
    assert not engine.seen


@pytest.mark.parametrize("fields", [{}, USAGE], ids=["whole", "stream"])
async def test_what_is_charged_is_what_the_engine_said(scene: Scene, engine: FakeEngine, fields: dict[str, Any]):
    """And what the row says; the cached answer to the same question is free."""
    router = await limited(scene, engine, budget="$1/day", tokens="100000/day", requests="100/day")
    async with sdk(router) as client:
        for _ in range(2):
            answer = await client.chat.completions.create(**chat("one", **fields))
            if fields:
                assert [chunk async for chunk in answer]
    charged = used(router)
    first, second = await scene.rows()
    (attempt,) = first.outcomes
    assert second.cache == "hit-exact"
    assert charged == Charge(1, attempt.tokens_in + attempt.tokens_out, round(first.cost * 1e9))
    assert min(attempt.tokens_in, attempt.tokens_out, first.cost) > 0


@pytest.mark.parametrize("fault", ["", "die_after=4"])
async def test_streams_without_usage_are_metered(scene: Scene, fault: str):
    """Every delta counts, and the prompt by our estimate; also where the engine dies in the middle."""
    engine = await scene.engine(fault=fault)
    router = await limited(scene, engine, budget="$1/day", tokens="100000/day")
    async with sdk(router) as client:
        stream = await client.chat.completions.create(**chat("one two three", stream=True))
        with pytest.raises(openai.APIError) if fault else nullcontext():
            assert [chunk async for chunk in stream]
    charged = used(router)
    (row,) = await scene.rows()
    (attempt,) = row.outcomes
    assert attempt.tokens_out > 0
    assert charged.tokens == attempt.tokens_out + row.facts.prompt_tokens
    assert charged.nanos == row.facts.prompt_tokens * 1000 + attempt.tokens_out * 2000


async def test_who_leaves_pays(scene: Scene, connect: Connect):
    """For the prompt, and for what was streamed; the place among those under way is free again."""
    engine = await scene.engine(fault="stall_after=3")
    router = await limited(scene, engine, budget="$1/day", tokens="100000/day", concurrent=1)
    raw = await connect(router)
    await raw.send(request(chat("one two three", stream=True), authorization=f"Bearer {RED}"))
    await raw.until(b'"content"')
    raw.leave("fin")
    await until(lambda: not router.gateway.in_flight)
    charged = used(router)
    (row,) = await scene.rows()
    assert (row.status, row.gone) == (499, "stream")
    assert charged.tokens == row.facts.prompt_tokens + row.outcomes[0].tokens_out
    assert charged.nanos == round(row.cost * 1e9) > 0


async def test_so_many_at_a_time(scene: Scene):
    """Of ten at once two are answered where two may be under way."""
    engine = await scene.engine(fault="ttft=0.2")
    router = await limited(scene, engine, concurrent=2)
    async with sdk(router) as client:
        asked = [client.chat.completions.create(**chat(str(number))) for number in range(10)]
        found = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, openai.RateLimitError) for one in found) == 8
    assert len(engine.seen) == 2


async def test_models(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """Others are refused with 403, and not even listed; whoever is not limited sees all."""
    router = await limited(scene, engine, ("auto",))
    async with sdk(router) as client:
        assert [model.id async for model in client.models.list()] == ["auto"]
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve(MODEL)
        with pytest.raises(openai.PermissionDeniedError) as refused:
            await client.chat.completions.create(**chat("one"))
        assert refused.value.code == "model_not_allowed"
        await client.chat.completions.create(**{**chat("one"), "model": "auto"})
    async with sdk(router, BLUE) as client:
        assert [model.id async for model in client.models.list()] == ["auto", MODEL]
        await client.chat.completions.create(**ASK)


async def test_those_that_are_not_named(scene: Scene, engine: FakeEngine):
    """Have the limits and the models of `*`, each for itself; who is named has its own terms alone."""
    others = TenantConfig("*", ("auto",), limits=TenantLimits(requests="1/min"))
    names = ("blue", "green")
    keys = (*KEYS, KeyConfig("green", Secret("sk-green-0123456789")))
    router = await scene.open(engine, keys=keys, tenants=(others, TenantConfig("red")))
    for name, key in zip(names, (BLUE, "sk-green-0123456789"), strict=True):
        async with sdk(router, key) as client:
            assert [model.id async for model in client.models.list()] == ["auto"]
            await client.chat.completions.create(**{**chat(name), "model": "auto"})
            with pytest.raises(openai.RateLimitError):
                await client.chat.completions.create(**{**chat(name), "model": "auto"})
            with pytest.raises(openai.PermissionDeniedError):
                await client.chat.completions.create(**chat(name))
    async with sdk(router) as client:
        assert [model.id async for model in client.models.list()] == ["auto", MODEL]
        for number in range(2):
            await client.chat.completions.create(**chat(str(number)))
