"""Adapters of a model, on real sockets: engines serve each as a model of its own."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from tests.live.raw import CHAT
from tests.live.scene import MODEL, Scene
from wrp_policies.balancing import Adaptive, ContextLength, LeastLoad, Lora
from wrp_router.build import Router
from wrp_router.config.pools import ServerConfig
from wrp_router.fakes.engine import FakeEngine

ADAPTERS = ("sql-lora", "law-*")
LONG = "word " * 4_000


async def ask(
    http: aiohttp.ClientSession, router: Router, model: str, text: str = "Hi"
) -> tuple[int, dict[str, Any], str]:
    """Status, body, and which server answered."""
    body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": 4}
    async with http.post(router.url + CHAT, json=body) as answer:
        return answer.status, json.loads(await answer.text()), answer.headers.get("x-wrp-server", "")


async def engines(scene: Scene) -> list[FakeEngine]:
    return [await scene.engine("sql-lora", "law-eu", "law-us") for _ in range(3)]


async def test_an_adapter_goes_to_its_pool_as_it_is(scene: Scene, http: aiohttp.ClientSession):
    """By its name or by how that begins; the engine is asked for it, and answers as it; `auto` is the base model."""
    router = await scene.open(*await engines(scene), pool={"adapters": ADAPTERS, "balance": Lora()}, cache=None)
    for model, answers in (("sql-lora", "sql-lora"), ("law-eu", "law-eu"), (MODEL, MODEL), ("auto", MODEL)):
        status, body, _ = await ask(http, router, model)
        assert (status, body.get("model")) == (200, answers)
    assert (await ask(http, router, "med-lora"))[0] == 404
    rows = await scene.rows()
    assert [row.route for row in rows[:2]] == ["adapters:fake", "adapters:fake"]
    assert [row.facts.asked_model for row in rows[:3]] == ["sql-lora", "law-eu", MODEL]


async def test_it_sticks_to_a_server(scene: Scene, http: aiohttp.ClientSession):
    """One after the other, requests for an adapter go where it was loaded; other adapters have other homes."""
    router = await scene.open(
        *await engines(scene), pool={"adapters": ("law-*", "sql-lora"), "balance": Lora()}, cache=None
    )
    for model in ("law-eu", "law-us", "sql-lora"):
        assert len({(await ask(http, router, model))[2] for _ in range(6)}) == 1


async def test_prompts_of_two_adapters_share_no_cache(scene: Scene, http: aiohttp.ClientSession):
    """However alike they begin: what is remembered of one says nothing of the other."""
    router = await scene.open(*await engines(scene), pool={"adapters": ADAPTERS, "balance": Adaptive()}, cache=None)
    for model in ("sql-lora", "law-eu", "law-eu", MODEL):
        await ask(http, router, model, LONG)
    prefixes = [set(row.facts.prefix) for row in await scene.rows()]
    assert prefixes[1] == prefixes[2]
    assert prefixes[0].isdisjoint(prefixes[1])
    assert prefixes[3].isdisjoint(prefixes[0] | prefixes[1])


async def test_they_are_listed(scene: Scene, http: aiohttp.ClientSession):
    """Those that are written out; of those that only begin alike nobody knows the names."""
    router = await scene.open(*await engines(scene), pool={"adapters": ADAPTERS}, cache=None)
    async with http.get(f"{router.url}/v1/models") as answer:
        assert [model["id"] for model in (await answer.json())["data"]] == ["auto", MODEL, "sql-lora"]
    async with http.get(f"{router.url}/v1/models/sql-lora") as answer:
        assert answer.status == 200


async def test_by_context_length(scene: Scene, http: aiohttp.ClientSession):
    """Short prompts go to the short server, long ones to the long one, and what fits on neither is refused in the
    caller's dialect."""
    short, long = await scene.engine(), await scene.engine()
    servers = (ServerConfig(short.url, name="short", context=1_000), ServerConfig(long.url, name="long", context=9_000))
    pool = {"servers": servers, "balance": ContextLength(then=LeastLoad()), "abilities": ("chat", "messages")}
    router = await scene.open(short, long, pool=pool, cache=None)
    assert [(await ask(http, router, MODEL, text))[2] for text in ("Hi", LONG, "Hi")] == ["short", "long", "short"]
    status, body, _ = await ask(http, router, MODEL, LONG * 3)
    assert (status, body["error"]["code"]) == (400, "no_capable_model")
    assert "holds 9000 tokens" in body["error"]["message"]
    asked = {"model": MODEL, "max_tokens": 5, "messages": [{"role": "user", "content": LONG * 3}]}
    async with http.post(f"{router.url}/v1/messages", json=asked) as answer:
        assert (answer.status, (await answer.json())["error"]["type"]) == (400, "invalid_request_error")
