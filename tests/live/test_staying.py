"""Conversations that stay where they were: tool loops with their model, kept responses with their server."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import openai
import pytest

from tests.live.scene import MODEL, Scene, config
from wrp_policies.balancing.round_robin import RoundRobin
from wrp_policies.selection import Weighted
from wrp_router.build import Router
from wrp_router.config.structs import Config, RouteConfig, ServerConfig
from wrp_router.fakes.engine import FakeEngine

TOOLS = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
CALL = {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}


def two_models(engines: list[FakeEngine], **route: Any) -> Config:
    """A route that draws one of two pools, of a server each."""
    made = config(engines[0].url)
    pools = tuple(
        [
            msgspec.structs.replace(
                made.pools[0],
                name=name,
                servers=(ServerConfig(engine.url),),
                abilities=("chat", "messages", "responses", "tools"),
            )
            for name, engine in zip(("one", "two"), engines, strict=True)
        ]
    )
    use = Weighted({"one": 1, "two": 1})
    return msgspec.structs.replace(made, pools=pools, routes=(RouteConfig("drawn", use, **route),))


async def loop(client: openai.AsyncOpenAI, asked: str, turns: int) -> list[str]:
    """The pools of one conversation: a question, and so many turns with what a tool answered."""
    messages: list[Any] = [{"role": "user", "content": asked}]
    pools = []
    for _ in range(turns + 1):
        raw = await client.chat.completions.with_raw_response.create(model="auto", messages=messages, tools=TOOLS)
        pools.append(raw.headers["x-wrp-pool"])
        messages += [
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "c1", "content": "18 degrees"},
        ]
    return pools


@pytest.mark.parametrize("stay", [True, False])
async def test_a_tool_loop(scene: Scene, stay: bool) -> None:
    """Is answered by one model from its first turn to its last, conversations differing; or not, where that is wanted.
    By the fingerprint of how it began: the client says nothing of sessions."""
    engines = [await scene.engine(), await scene.engine()]
    async with (
        Router(two_models(engines, stay=stay), rng=random.Random(1)) as router,
        openai.AsyncOpenAI(base_url=f"{router.url}/v1", api_key="-") as client,
    ):
        loops = [await loop(client, f"Weather in town {number}?", 5) for number in range(8)]
    assert {pools[0] for pools in loops} == {"one", "two"}
    assert all(len(set(pools)) == 1 for pools in loops) == stay


@pytest.mark.parametrize("stream", [False, True])
async def test_a_kept_response(scene: Scene, stream: bool) -> None:
    """What goes on from a response goes to the server that gave it; another tenant's id means nothing here."""
    engines = [await scene.engine() for _ in range(4)]
    changes: dict[str, Any] = {"balance": RoundRobin(), "abilities": ("responses",)}
    router = await scene.open(*engines, pool=changes)
    async with openai.AsyncOpenAI(base_url=f"{router.url}/v1", api_key="-") as client:
        for number in range(6):
            last, server = await told(client, f"Begin {number}", stream, None)
            for _ in range(3):
                last, again = await told(client, "Go on", stream, last)
                assert again == server
        servers = {(await told(client, "Go on", stream, f"resp_unknown_{number}"))[1] for number in range(4)}
    assert len(servers) > 1


async def told(client: openai.AsyncOpenAI, asked: str, stream: bool, before: str | None) -> tuple[str, str]:
    """The response's name, and the server that gave it."""
    more: dict[str, Any] = {} if before is None else {"previous_response_id": before}
    raw = await client.responses.with_raw_response.create(model=MODEL, input=asked, stream=stream, **more)
    if not stream:
        return raw.parse().id, raw.headers["x-wrp-server"]
    found = ""
    async for event in raw.parse():
        if event.type == "response.completed":
            found = event.response.id
    return found, raw.headers["x-wrp-server"]


async def test_its_server_is_down(scene: Scene) -> None:
    """The client is told to try again, and not by another server that it never said this."""
    engines = [await scene.engine(), await scene.engine()]
    changes: dict[str, Any] = {"balance": RoundRobin(), "abilities": ("responses",)}
    router = await scene.open(*engines, pool=changes)
    async with openai.AsyncOpenAI(base_url=f"{router.url}/v1", api_key="-", max_retries=0) as client:
        last, server = await told(client, "Begin", False, None)
        (pool,) = router.parts.fleet.snapshot(0.0)
        router.parts.fleet.drain(pool.name, server)
        with pytest.raises(openai.APIStatusError) as refused:
            await told(client, "Go on", False, last)
        assert (refused.value.status_code, refused.value.code) == (503, "no_server")
        router.parts.fleet.undrain(pool.name, server)
        assert (await told(client, "Go on", False, last))[1] == server
