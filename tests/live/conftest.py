"""What the live tests share: a scene, and raw connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.live.asking import KEEPING, Desk
from tests.live.divided import ASK, Division
from tests.live.raw import Raw
from tests.live.scene import Scene, staged
from tests.live.sdk import said_to
from wrp_router.build import Router
from wrp_router.fakes.engine import FakeEngine

Connect = Callable[..., Awaitable[Raw]]
LoopFactory = Callable[[], asyncio.AbstractEventLoop]


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, LoopFactory]:
    """These tests run on the loop that `wrp serve` runs on, those of tests/conformance on asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return {"asyncio": asyncio.new_event_loop}
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def scene(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Scene]:
    """Engines and routers, held to account at the end."""
    async with staged(tmp_path, caplog) as scene:
        yield scene


@pytest.fixture
async def engine(scene: Scene) -> FakeEngine:
    """One engine."""
    return await scene.engine()


@pytest.fixture
async def router(scene: Scene, engine: FakeEngine) -> Router:
    """A router before it, as it comes."""
    return await scene.open(engine)


@pytest.fixture
async def http(scene: Scene) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP client."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)) as session:
        yield session


@pytest.fixture
async def connect(scene: Scene) -> AsyncIterator[Connect]:
    """Opens raw connections to a router or an address, and closes them after the test."""
    opened: list[Raw] = []

    async def connected(where: Router | tuple[str, int], receive_buffer: int = 0) -> Raw:
        if isinstance(where, Router):
            assert where.listener is not None
            where = where.listener.address
        sock = socket.socket()
        sock.setblocking(False)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        opened.append(Raw(sock))
        await asyncio.get_running_loop().sock_connect(sock, where)
        return opened[-1]

    yield connected
    for raw in opened:
        raw.close()


@pytest.fixture
async def desk(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession) -> Desk:
    """A router that caches, without keys."""
    return Desk(await scene.open(engine, admin="127.0.0.1:0", **KEEPING), http)


@pytest.fixture(params=["vllm", "sglang"])
def division(scene: Scene, request: pytest.FixtureRequest) -> Division:
    """Engines in two halves, of either dialect."""
    return Division(scene, request.param)


@pytest.fixture
def vllm(scene: Scene) -> Division:
    """The same of the one alone."""
    return Division(scene, "vllm")


@pytest.fixture
def gpt() -> Callable[..., Awaitable[tuple[str, Any]]]:
    """Asks a division by the SDK: text and headers."""

    async def asked(division: Division, **fields: Any) -> tuple[str, Any]:
        return await said_to(division.router, **{**ASK, **fields})

    return asked
