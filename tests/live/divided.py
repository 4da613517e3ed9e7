"""A router before servers of which some compute prompts and others answer: fake ones, joined by a fabric."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.scene import Scene, until
from wrp_policies.balancing import Disaggregated, LeastLoad
from wrp_policies.types import Server
from wrp_router.build import Router
from wrp_router.config.pools import Engine, ServerConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.fabric import Fabric
from wrp_router.fakes.half import BOOTSTRAP_PORT, Side
from wrp_router.record import Row

BALANCE = Disaggregated(prefill=LeastLoad())
ALONE = Disaggregated(prefill=LeastLoad(), alone=True)
STREAMED = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
ASK: dict[str, Any] = {"model": "fake", "messages": [{"role": "user", "content": "How do I sort a list? " * 20}]}

STREAM = {**ASK, "stream": True}


class Division:
    """Engines of one dialect, each called after its half and number: prefill0, decode1, … All is open after `stage`."""

    router: Router

    def __init__(self, scene: Scene, engine: Engine) -> None:
        self.scene = scene
        self.engine = engine
        self.fabric = Fabric()
        self.prefills: list[FakeEngine] = []
        self.decodes: list[FakeEngine] = []
        self.servers: list[ServerConfig] = []

    async def stage(
        self, prefills: int = 1, decodes: int = 1, balance: Disaggregated = BALANCE, **changes: Any
    ) -> Router:
        """`limits` by name; all other changes are those of `Scene.open`."""
        limits: dict[str, int] = changes.pop("limits", {})
        for number in range(prefills):
            await self._join("prefill", number, limits)
        for number in range(decodes):
            await self._join("decode", number, limits)
        pool = {"servers": tuple(self.servers), "engine": self.engine, "balance": balance} | changes.pop("pool", {})
        self.router = await self.scene.open(*self.prefills, *self.decodes, pool=pool, **changes)
        return self.router

    async def _join(self, side: Side, number: int, limits: dict[str, int]) -> None:
        port = BOOTSTRAP_PORT + number
        engine = await self.scene.engine(dialect=self.engine, side=side, fabric=self.fabric, bootstrap_port=port)
        (self.prefills if side == "prefill" else self.decodes).append(engine)
        self.add(engine.url, side, f"{side}{number}", limits.get(f"{side}{number}"), port)

    def add(self, url: str, side: Side, name: str, limit: int | None = None, port: int | None = None) -> None:
        """A server, before they are staged."""
        met = port if side == "prefill" and self.engine == "sglang" else None
        self.servers.append(ServerConfig(url, name, limit=limit, role=side, bootstrap_port=met))

    def shown(self) -> dict[str, Server]:
        """The servers as the fleet shows them."""
        return {server.name: server for pool in self.router.pools() for server in pool.servers}

    def booked(self) -> dict[str, tuple[int, int]]:
        """Requests and prompt tokens at each server that has any."""
        shown = self.shown().values()
        return {one.name: (one.in_flight, one.pending) for one in shown if one.in_flight or one.pending}


async def told(division: Division) -> list[Row]:
    """The rows, when nothing is left booked anywhere and no prompt was kept for nobody."""
    await until(lambda: not division.router.gateway.in_flight)
    assert division.booked() == {}
    return await division.scene.rows()


def seen(division: Division) -> tuple[list[int], list[int]]:
    """How many requests each prefill and each decode server got."""
    return [len(one.seen) for one in division.prefills], [len(one.seen) for one in division.decodes]
