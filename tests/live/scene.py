"""A router before fake engines, all on real sockets, and what must hold when the scene is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import pytest

from wrp_router.build import Router
from wrp_router.config.structs import Config, Log
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.accounting import OwnBooks
from wrp_router.record import Row
from wrp_router.telemetry.decisions import read
from wrp_router.zero import config_for

MODEL = "fake"
ASK: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "How do I sort a list?"}]}


async def until(holds: Callable[[], object], within: float = 3.0) -> None:
    """Looks again and again. Raises TimeoutError."""
    end = monotonic() + within
    while not holds():
        if monotonic() > end:
            raise TimeoutError(f"not within {within} s")
        await asyncio.sleep(0.002)


def config(*urls: str, pool: dict[str, Any] | None = None, **changes: Any) -> Config:
    """One pool of the model `fake` on these servers; `pool` changes the pool, the rest the configuration."""
    made = config_for({url: [MODEL] for url in urls}, "127.0.0.1:0")
    pools = tuple(msgspec.structs.replace(one, **(pool or {})) for one in made.pools)
    return msgspec.structs.replace(made, **{"pools": pools, **changes})


def unsettled(router: Router) -> int:
    """Reservations of tokens and money that nobody settled, in the books of this process."""
    accounting = router._accounting
    return accounting.books.unsettled() if isinstance(accounting, OwnBooks) else 0


class Scene:
    """Opens engines and routers; `close` ends them and holds them to account."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._stack = AsyncExitStack()
        self._routers: list[Router] = []
        self._engines: list[FakeEngine] = []

    async def engine(self, *adapters: str, **options: Any) -> FakeEngine:
        """An engine that serves `fake`, and these."""
        engine = await self._stack.enter_async_context(FakeEngine([MODEL, *adapters], **options))
        self._engines.append(engine)
        return engine

    async def open(self, *servers: FakeEngine | str, pool: dict[str, Any] | None = None, **changes: Any) -> Router:
        """A router before these servers, which logs its decisions."""
        urls = [server if isinstance(server, str) else server.url for server in servers]
        changes.setdefault("log", Log(decisions=str(self._log)))
        router = Router(config(*urls, pool=pool, **changes))
        await router.start()
        self._routers.append(router)
        return router

    async def rows(self) -> list[Row]:
        """All that was logged, once the routers are closed."""
        await self.close()
        return list(read(self._log)) if self._log.exists() else []

    async def close(self) -> None:
        """Every lease is back, nobody waits, and no engine has a connection that the router forgot."""
        routers, self._routers = self._routers, []
        try:
            for router in routers:
                await until(lambda router=router: not router.gateway.in_flight)
                assert (router.parts.fleet.in_flight(), router.parts.fleet.waiting()) == (0, 0)
                assert router.parts.rooms.retries.in_flight == 0
                assert unsettled(router) == 0
        finally:
            for router in routers:
                await router.close()
        for engine in self._engines:
            await engine.until(lambda engine: not engine.counters.open, within=1.0)
        await self._stack.aclose()


@asynccontextmanager
async def staged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Scene]:
    """A scene. After it no task is left, and nothing was logged as an error."""
    before = asyncio.all_tasks()
    scene = Scene(tmp_path / "decisions.jsonl")
    try:
        yield scene
    finally:
        await scene.close()
    await until(lambda: not asyncio.all_tasks() - before - {asyncio.current_task()})
    assert not [one.getMessage() for one in caplog.get_records("call") if one.levelno >= logging.ERROR]
