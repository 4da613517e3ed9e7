"""A router that stops loses no request: it says so first, then finishes, then closes."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import aiohttp
import pytest

import wrp_cache
import wrp_policies
import wrp_signals
from tests.live.conftest import Connect
from tests.live.raw import CHAT, Raw, request
from tests.live.scene import ASK, Scene, until
from wrp_router.build import Router
from wrp_router.config.structs import Drain
from wrp_router.fakes.engine import FakeEngine

pytestmark = pytest.mark.fault("R16")

NOTICE = 0.3
STREAM = {**ASK, "stream": True}
ROOT = Path(__file__).parents[2]
PACKAGES = (wrp_cache, wrp_policies, wrp_signals)


async def answered(raw: Raw, path: str) -> tuple[int, str]:
    """Status and `connection` of a GET."""
    await raw.send(request(None, path, "GET"))
    status, headers, _ = await raw.answer()
    return status, headers.get("connection", "")


def address(router: Router) -> tuple[str, int]:
    """Where it listens."""
    assert router.listener is not None
    return router.listener.address


async def refused(connect: Connect, where: tuple[str, int], within: float = 0.0) -> bool:
    """Whether the port takes no connection any more, or soon none."""
    end = monotonic() + within
    while True:
        try:
            (await connect(where)).close()
        except ConnectionRefusedError:
            return True
        except ConnectionResetError:  # it was in the listener's queue when that closed
            continue
        if monotonic() > end:
            return False
        await asyncio.sleep(0.01)


@asynccontextmanager
async def draining(router: Router, forced: asyncio.Event | None = None) -> AsyncIterator[asyncio.Task[None]]:
    """A drain under way, which is over in the end."""
    task = asyncio.create_task(router.drain(forced or asyncio.Event()))
    await until(lambda: router.gateway.draining)
    yield task
    await asyncio.wait_for(task, 5)


async def test_first_it_says_so_and_goes_on(scene: Scene, engine: FakeEngine, connect: Connect):
    """Not ready, but whoever comes is served, on old and new connections, and told that it was the last time."""
    router = await scene.open(engine, drain=Drain(notice=NOTICE, grace=5.0))
    where, idle, other = address(router), await connect(router), await connect(router)
    assert await answered(idle, "/readyz") == (200, "")
    assert await answered(other, "/v1/models") == (200, "")
    async with draining(router):
        fresh = await connect(where)
        assert await answered(fresh, "/readyz") == (503, "close")
        assert await answered(other, "/v1/models") == (200, "close")
        await idle.send(request(STREAM))
        assert b"connection: close" in (await idle.until(b"\r\n\r\n")).lower()
        assert (await idle.rest()).endswith(b"[DONE]\n\n\r\n0\r\n\r\n")
    assert await refused(connect, where)


async def test_then_it_finishes_what_runs(scene: Scene, engine: FakeEngine, connect: Connect):
    """A stream that outlasts the notice comes whole, though nobody new gets in; then the drain is over."""
    router = await scene.open(engine, drain=Drain(notice=0.05, grace=10.0))
    where, raw = address(router), await connect(router)
    await raw.send(request(STREAM, x_fake="chunks=40, gap=10ms"))
    await raw.until(b"\n\n")
    async with draining(router) as task:
        assert await refused(connect, where, within=3.0)
        assert not task.done()
        assert (await raw.until(b"0\r\n\r\n")).endswith(b"[DONE]\n\n\r\n0\r\n\r\n")


async def test_a_stream_longer_than_the_grace_is_cut_off(scene: Scene, engine: FakeEngine, connect: Connect):
    """And not as if it were whole; the engine's work ends too."""
    router = await scene.open(engine, drain=Drain(notice=0.0, grace=0.1))
    raw = await connect(router)
    await raw.send(request(STREAM, x_fake="stall_after=2"))
    await raw.until(b"\n\n")
    async with draining(router):
        pass
    await router.close()
    rest = await raw.rest()
    assert b"[DONE]" not in rest
    assert not rest.endswith(b"0\r\n\r\n") or b"error" in rest
    await engine.until(lambda engine: engine.counters.cancellations == 1)


async def test_a_second_signal_ends_the_waiting(scene: Scene, engine: FakeEngine, connect: Connect):
    """However long notice and grace are."""
    router = await scene.open(engine, drain=Drain(notice=60.0, grace=60.0))
    raw = await connect(router)
    await raw.send(request(STREAM, x_fake="stall_after=2"))
    await raw.until(b"\n\n")
    forced = asyncio.Event()
    async with draining(router, forced):
        forced.set()
    raw.leave("rst")


@asynccontextmanager
async def served(config: Path) -> AsyncIterator[tuple[Process, str]]:
    """`wrp serve` in a process of its own, and where it listens. It must have ended by itself."""
    paths = [str(ROOT), *(str(Path(package.__file__ or "").parents[1]) for package in PACKAGES)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "wrp_router", "serve", "-c", str(config), stderr=PIPE, env=environment
    )
    try:
        assert process.stderr is not None
        async with asyncio.timeout(20):
            while not (found := re.search(r"(http://\S+)/v1 ", (await process.stderr.readline()).decode())):
                assert process.returncode is None
        yield process, found[1]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def file(tmp_path: Path, engine: FakeEngine) -> Path:
    """A configuration before the engine."""
    pool = {"name": "only", "model": "fake", "servers": [engine.url]}
    drain = {"notice": "500ms", "grace": "30s"}
    path = tmp_path / "wrp.yaml"
    path.write_text(json.dumps({"version": 1, "listen": "127.0.0.1:0", "pools": [pool], "drain": drain}))
    return path


async def test_sigterm(file: Path, http: aiohttp.ClientSession):
    """Streams that run and requests that come meanwhile all succeed; the process ends well."""
    headers = {"x-fake": "chunks=50, gap=10ms"}

    async def ask(url: str) -> str:
        async with http.post(url + CHAT, json=STREAM, headers=headers) as answer:
            return await answer.text()

    async with served(file) as (process, url):
        running = [asyncio.create_task(ask(url)) for _ in range(5)]
        async with http.get(f"{url}/readyz") as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        running += [asyncio.create_task(ask(url)) for _ in range(5)]
        texts = await asyncio.gather(*running)
        assert [text.endswith("[DONE]\n\n") for text in texts] == [True] * 10
        assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_sigterm_twice(file: Path, connect: Connect, engine: FakeEngine):
    """The second one ends it although a stream hangs; the client does not take what it got for all."""
    async with served(file) as (process, url):
        port = int(url.rpartition(":")[2])
        raw = await connect(("127.0.0.1", port))
        await raw.send(request(STREAM, x_fake="stall_after=2"))
        await raw.until(b"\n\n")
        process.send_signal(signal.SIGTERM)
        health = await connect(("127.0.0.1", port))
        while (await answered(health, "/readyz"))[0] != 503:
            health = await connect(("127.0.0.1", port))
        process.send_signal(signal.SIGTERM)
        rest = await raw.rest()
        assert await asyncio.wait_for(process.wait(), 10) == 0
    assert b"[DONE]" not in rest
    assert not rest.endswith(b"0\r\n\r\n") or b"error" in rest
