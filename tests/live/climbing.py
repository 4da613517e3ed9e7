"""A router with a cascade of two pools before fake engines, asked by the SDK."""

from __future__ import annotations

from typing import Any

import msgspec
import openai

from tests.live.scene import MODEL, Scene
from tests.live.sdk import client_of, said_to
from wrp_policies.cascading.verifiers import Logprob, VerifierSpec
from wrp_policies.selection import Cascade
from wrp_router.build import Router
from wrp_router.config.pools import PoolConfig, ServerConfig
from wrp_router.config.structs import RouteConfig
from wrp_router.fakes.engine import FakeEngine

ASK: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": "How do I sort a list?"}]}
LENIENT, STRICT = Logprob(-5.0), Logprob(-0.001)
"""What every answer of a fake engine passes, and what none does."""


class Stairs:
    """Two engines, small and large, and the router before them after `open`."""

    router: Router
    small: FakeEngine
    large: FakeEngine

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def open(
        self, accept: VerifierSpec = STRICT, fault: str = "", pool: dict[str, Any] | None = None, **changes: Any
    ) -> Router:
        """`fault` is the large engine's; `pool` changes both pools; the rest is of the cascade, or `router`'s."""
        given = changes.pop("router", {})
        self.small = await self.scene.engine(**changes.pop("engine", {}))
        self.large = await self.scene.engine(fault=fault)
        pools = tuple(
            PoolConfig(name, (ServerConfig(engine.url, f"{name}0"),), MODEL, engine="vllm", metrics="off")
            for name, engine in (("small", self.small), ("large", self.large))
        )
        pools = tuple([msgspec.structs.replace(one, **(pool or {})) for one in pools])
        use = Cascade(("small", "large"), accept, **changes)
        self.router = await self.scene.open(self.small, pools=pools, routes=(RouteConfig("all", use),), **given)
        return self.router

    def client(self) -> openai.AsyncOpenAI:
        """One that does not try again."""
        return client_of(self.router)

    async def ask(self, **fields: Any) -> tuple[str, Any]:
        """Text and headers, by the SDK."""
        return await said_to(self.router, **{**ASK, **fields})
