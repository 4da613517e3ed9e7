"""A router whose policy asks several models before one answers, and fake engines for all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import anthropic
import msgspec

from tests.live.scene import MODEL, Scene
from tests.live.sdk import said_to
from wrp_policies.selection import Fusion, MultiRound
from wrp_router.build import Router
from wrp_router.config.pools import PoolConfig, Price, ServerConfig
from wrp_router.config.structs import RouteConfig
from wrp_router.fakes.engine import FakeEngine

NAMES = ("small", "math", "large")
QUESTION = "What is 6 times 7, and why is that so?"
ASK: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": QUESTION}]}
SAID = {"small": "It is forty-one.", "math": "It is forty-two, by sevens.", "large": "Forty-two it is, for six sevens."}
MERGED = "Merged: forty-two."
PRICE = Price(1.0, 2.0)

FUSION = Fusion(("small", "math", "large"), "large")
ROUNDS = MultiRound("router", {"small": "fast", "math": "sums", "large": "everything"}, "large")


def told(engine: FakeEngine, place: int = -1) -> Any:
    """What an engine was sent."""
    return json.loads(engine.seen[place].body)


def last_text(engine: FakeEngine, place: int = -1) -> str:
    """The last message that it was sent."""
    content = told(engine, place)["messages"][-1]["content"]
    return content if isinstance(content, str) else "\n".join([part["text"] for part in content])


class Panel:
    """Engines by the names of their pools, and the router before them after `open`."""

    router: Router

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.engines: dict[str, FakeEngine] = {}

    async def open(
        self,
        use: Fusion | MultiRound = FUSION,
        faults: Mapping[str, str] | None = None,
        router: Sequence[str] = (),
        pools: Mapping[str, dict[str, Any]] | None = None,
        **given: Any,
    ) -> Router:
        """`faults` by name; `router`: what the router model says, round by round; `pools` changes single pools."""
        names = (*NAMES, "router") if isinstance(use, MultiRound) else NAMES
        for name in names:
            rules = {"for the request above": [MERGED], "": [SAID.get(name, "")]}
            if name == "router":
                rules = {f"Rounds that are left: {use_rounds(use) - at}.": [one] for at, one in enumerate(router)}
            self.engines[name] = await self.scene.engine(fault=(faults or {}).get(name, ""), rules=rules)
        made = [
            PoolConfig(name, (ServerConfig(self.engines[name].url, f"{name}0"),), MODEL, engine="vllm", metrics="off",
                       price=PRICE, abilities=("chat", "messages", "tools", "json_schema", "completion"))
            for name in names
        ]  # fmt: skip
        changed = tuple([msgspec.structs.replace(one, **(pools or {}).get(one.name, {})) for one in made])
        routes = (RouteConfig("all", use),)
        self.router = await self.scene.open(self.engines["large"], pools=changed, routes=routes, **given)
        return self.router

    def __getitem__(self, name: str) -> FakeEngine:
        return self.engines[name]

    def seen(self) -> dict[str, int]:
        """How many requests each engine got."""
        return {name: len(engine.seen) for name, engine in self.engines.items()}

    async def ask(self, **fields: Any) -> tuple[str, Any]:
        """Text and headers, by OpenAI's SDK."""
        return await said_to(self.router, **{**ASK, **fields})

    async def ask_claude(self, stream: bool = False, **fields: Any) -> tuple[str, Any]:
        """The same by Anthropic's."""
        asked = {**ASK, "max_tokens": 200, **fields}
        async with anthropic.AsyncAnthropic(base_url=self.router.url, api_key="x", max_retries=0) as client:
            if stream:
                async with client.messages.stream(**asked) as events:
                    return "".join([text async for text in events.text_stream]), events.response.headers
            raw = await client.messages.with_raw_response.create(**asked)
            return (await raw.parse()).content[0].text, raw.headers


def use_rounds(use: Fusion | MultiRound) -> int:
    return use.rounds if isinstance(use, MultiRound) else 1
