"""A small model that answers well only with the right example before the prompt, a large one that always does, and a
client that says so: over sockets, by the SDK."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import anthropic
import msgspec
import openai

from tests.live.asking import Desk
from tests.live.scene import Scene, config
from wrp_policies.learning.reward import Objective
from wrp_policies.selection import InContext
from wrp_policies.selection.in_context import Aiding
from wrp_router.build import Router
from wrp_router.config.caching import CacheConfig
from wrp_router.config.structs import Config, EmbedderConfig, Log, Price, RouteConfig, ServerConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.telemetry.decisions import read

USE = InContext(small="small", large="large", similarity=0.3, objective=Objective(cost=0.3, cost_scale=0.01))
CURIOUS = msgspec.structs.replace(USE, floor=0.33)
"""Chance alone, and each of the three as often as the others."""

PLACES = ("Rome", "Oslo", "Lima", "Cairo", "Quito", "Delhi")


def question(number: int) -> str:
    """No two are the same; each is of one of a few kinds."""
    return f"Tell me about the history of the old town of {PLACES[number % 6]}, as in chapter {number}"


async def unsigned(request: Any) -> None:
    """From nobody."""
    del request.headers["authorization"]


class Town:
    """Two engines, and a router before them."""

    def __init__(self, router: Router, small: FakeEngine, log: Path) -> None:
        self.router, self.small, self.log = router, small, log
        self.voice = ""
        self._clients = AsyncExitStack()
        self._by_key: dict[str, openai.AsyncOpenAI] = {}

    async def __aenter__(self) -> Town:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._clients.aclose()

    async def client(self, key: str) -> openai.AsyncOpenAI:
        """With a key; nobody's, where that is empty."""
        if key not in self._by_key:
            http = None if key else openai.DefaultAsyncHttpxClient(event_hooks={"request": [unsigned]})
            url = f"{self.router.url}/v1"
            made = openai.AsyncOpenAI(base_url=url, api_key=key or "-", max_retries=0, http_client=http)
            self._by_key[key] = await self._clients.enter_async_context(made)
        return self._by_key[key]

    async def ask(self, key: str, number: int, **fields: Any) -> tuple[str, list[Any]]:
        """A question, and the verdict on its answer: the pool, and the messages that the small engine got, if any."""
        client, before = await self.client(key), self.small.counters.requests
        headers = fields.pop("headers", {})
        raw = await client.chat.completions.with_raw_response.create(
            **{"model": "auto", "messages": [{"role": "user", "content": question(number) + self.voice}], **fields},
            extra_headers=headers,
        )
        if fields.get("stream"):
            assert [chunk async for chunk in raw.parse()]
        asked = self.small.counters.requests - before
        messages = list(self.small.seen)[-1].json()["messages"] if asked else []
        pool, place = raw.headers["x-wrp-pool"], PLACES[number % 6]
        good = pool == "large" or any([place in one["content"] for one in messages[:-1]])
        verdict = {"decision": raw.headers["x-wrp-decision"], "verdict": "good" if good else "bad"}
        await client.post("/feedback", body=verdict, cast_to=dict[str, object])
        return pool, messages

    async def given(self, key: str, numbers: range, **fields: Any) -> int:
        """How many of these questions went to the small engine with an example before them."""
        found = [await self.ask(key, number, **fields) for number in numbers]
        return sum([len(messages) > 1 for _, messages in found])


@asynccontextmanager
async def town(scene: Scene, folder: Path, use: InContext = USE, **cache: Any) -> AsyncIterator[Town]:
    """The cache never answers: no two questions are the same."""
    small, large = await scene.engine("small"), await scene.engine("large")
    made: Config = config(small.url)
    engines = (("small", small, Price(0.1, 0.2)), ("large", large, Price(20.0, 80.0)))
    pools = tuple(
        [
            msgspec.structs.replace(
                made.pools[0], name=name, model=name, servers=(ServerConfig(one.url),), price=price, metrics="off"
            )
            for name, one, price in engines
        ]
    )
    made = msgspec.structs.replace(
        made,
        pools=pools,
        routes=(RouteConfig("all", use),),
        embedder=EmbedderConfig(tier="static"),
        cache=CacheConfig(semantic=False, **cache),
        admin="127.0.0.1:0",
        log=Log(decisions=str(folder / "decisions.jsonl")),
    )
    async with Router(made, rng=random.Random(3)) as router, Town(router, small, folder / "decisions.jsonl") as here:
        yield here


async def test_the_small_model_serves(scene: Scene, tmp_path: Path) -> None:
    """Once it is shown how: its share rises, what answers cost falls; the log says what went before each prompt, and
    holds no text."""
    async with town(scene, tmp_path) as here:
        served = [await here.ask("ann", number) for number in range(300)]
    early, late = served[:60], served[200:]
    aided = [sum([len(messages) > 1 for _, messages in part]) / len(part) for part in (early, late)]
    assert aided[1] > 0.8
    rows = list(read(here.log))
    costs = [sum([row.cost for row in part]) / len(part) for part in (rows[:60], rows[200:])]
    assert costs[1] < 0.5 * costs[0]
    ids = [row.facts.id for row in rows]
    for row in rows:
        plan = row.plan
        assert plan is not None
        assert abs(sum(plan.chances.values()) - 1.0) < 1e-9
        assert plan.propensity == plan.chances[plan.attempts[0].arm]
        given = plan.attempts[0].given
        assert given is None or all([ids.index(id) < ids.index(row.facts.id) for id in given.ids])
    assert not any([place in here.log.read_text() for place in PLACES])


async def test_nobody_is_given_anothers(scene: Scene, tmp_path: Path) -> None:
    """The same questions of other keys, and of nobody, go to the small engine without a word of hers."""
    async with town(scene, tmp_path, CURIOUS) as here:
        here.voice = ", says Ann"
        assert await here.given("ann", range(60)) > 10
        here.voice = ""
        before = here.small.counters.requests
        for number in range(60):
            await here.ask(f"eve-{number}", number)
        assert await here.given("", range(60)) > 5
        asked = [one.json()["messages"] for one in list(here.small.seen)[before:]]
    words = [message["content"] for messages in asked for message in messages]
    assert len(asked) > 20
    assert not any(["Ann" in word for word in words])
    assert max([len(messages) for messages in asked]) > 1, "nobody's own come from nobody"


async def test_other_instructions(scene: Scene, tmp_path: Path) -> None:
    """What was answered under one set of instructions is no example under another; of the same it stands after them."""
    async with town(scene, tmp_path, CURIOUS) as here:
        told = {"role": "system", "content": "Answer like a sailor."}
        assert await here.given("ann", range(50)) > 5
        for number in range(40):
            asked = [told, {"role": "user", "content": question(number) + " at sea"}]
            _, messages = await here.ask("ann", number, messages=asked)
            assert not messages or messages[0] == told
            assert all(["at sea" in one["content"] for one in messages if one["role"] == "user"])


async def test_who_wants_nothing_kept(scene: Scene, tmp_path: Path) -> None:
    """Leaves no example; who wants nothing old gets none."""
    async with town(scene, tmp_path, CURIOUS) as here:
        store, cache = {"headers": {"x-wrp-cache": "no-store"}}, {"headers": {"x-wrp-cache": "no-cache"}}
        assert await here.given("ann", range(40), **store) == 0
        assert await here.given("ann", range(40, 80), **cache) == 0
        assert await here.given("ann", range(80, 120), headers={"x-wrp-cache": "max-age=60"}) == 0
        assert await here.given("ann", range(120, 150)) > 3


async def test_what_the_cache_may_not_keep(scene: Scene, tmp_path: Path) -> None:
    """Is no example either."""
    async with town(scene, tmp_path, CURIOUS, unless="request.tokens > 1") as here:
        assert await here.given("ann", range(40)) == 0


async def test_what_is_purged(scene: Scene, tmp_path: Path, http: aiohttp.ClientSession) -> None:
    """With a tenant's cached answers go its examples, text and books."""
    async with town(scene, tmp_path, CURIOUS) as here:
        await here.given("ann", range(30))
        await here.given("bob", range(30))
        (way,) = here.router.parts.rooms.ways
        assert way.shelves is not None
        texts, policy = way.shelves.texts, way.shelves.policy
        assert isinstance(policy, Aiding)
        ann, bob = {tenant: None for tenant, _ in texts.named(None, None)}
        kept = len(texts.named(bob, None))
        status, told = await Desk(here.router, http).purge(tenant=ann)
        assert (status, told["examples"] > 5) == (200, True)
        assert len(texts) == len(policy.memory) == kept
        assert (await Desk(here.router, http).purge(all=True))[1]["examples"] == kept
        assert len(texts) == len(policy.memory) == policy.memory.bytes == 0


async def test_a_stream_becomes_one(scene: Scene, tmp_path: Path) -> None:
    """And may be given some; a request with tools, or a form, may not."""
    async with town(scene, tmp_path, CURIOUS) as here:
        assert await here.given("ann", range(40), stream=True) > 3
        tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
        assert await here.given("ann", range(40, 60), tools=[tool], tool_choice="none") == 0
        assert await here.given("ann", range(60, 80), response_format={"type": "json_object"}) == 0
        assert await here.given("ann", range(80, 100), n=2) == 0


async def test_the_other_dialect(scene: Scene, tmp_path: Path) -> None:
    """Anthropic's: instructions stand beside the messages, and what was answered there is found there."""
    async with town(scene, tmp_path, CURIOUS) as here:
        async with anthropic.AsyncAnthropic(base_url=here.router.url, api_key="ann", max_retries=0) as client:
            for number in range(40):
                message = {"role": "user", "content": question(number)}
                await client.messages.create(model="auto", max_tokens=50, messages=[message])  # type: ignore[list-item]
        asked = [one.json()["messages"] for one in here.small.seen]
    aided = [messages for messages in asked if len(messages) > 1]
    assert aided
    for messages in aided:
        assert [one["role"] for one in messages] == ["user", "assistant"] * (len(messages) // 2) + ["user"]
