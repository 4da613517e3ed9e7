"""Engines that are killed, or stopped, as processes: what SDKs hear of it, and who answers instead."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import openai
import pytest

from tests.live.scene import ASK, MODEL, Scene, until
from wrp_router.build import Router
from wrp_router.config.bounds import Timeouts
from wrp_router.config.pools import Health


@asynccontextmanager
async def engine(fault: str = "") -> AsyncIterator[tuple[Process, str]]:
    """A process of its own, and its address."""
    command = [sys.executable, "-m", "wrp_router.fakes", "--model", MODEL, "--fault", fault]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        yield process, line.decode().strip()
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.communicate()


@asynccontextmanager
async def sdk(router: Router) -> AsyncIterator[openai.AsyncOpenAI]:
    """As applications have it, but that it does not try again."""
    async with openai.AsyncOpenAI(base_url=f"{router.url}/v1", api_key="x", max_retries=0, timeout=60) as client:
        yield client


class Read:
    """A stream that an SDK reads to its end, whichever that is."""

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self._client = client
        self.pieces = 0
        self.error: openai.APIError | None = None

    async def run(self) -> None:
        try:
            async for chunk in await self._client.chat.completions.create(**ASK, stream=True):
                self.pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        except openai.APIError as error:
            self.error = error


@pytest.mark.fault("R1")
@pytest.mark.parametrize("streams", [20, pytest.param(200, marks=pytest.mark.long)])
async def test_killed_in_mid_stream(scene: Scene, streams: int):
    """Every SDK raises, after all that came; not one takes what it has for an answer. Streams of another engine go on,
    and the next request is answered by it."""
    slow = "chunks=400,gap=200ms"  # nobody is through before the last has begun
    async with engine(slow) as (victim, first), engine("chunks=60,gap=50ms") as (_, second):
        dying, living = await scene.open(first, cache=None), await scene.open(second, cache=None)
        async with sdk(dying) as lost, sdk(living) as kept:
            broken, whole = [Read(lost) for _ in range(streams)], [Read(kept) for _ in range(5)]
            running = [asyncio.create_task(read.run()) for read in (*broken, *whole)]
            await until(lambda: all(read.pieces >= 3 for read in broken), within=30.0)
            assert not [read for read in broken if read.pieces >= 400]
            victim.kill()
            await asyncio.wait_for(asyncio.gather(*running), 60)
    assert [type(read.error) for read in broken] == [openai.APIError] * streams
    assert {read.error.code for read in broken if read.error is not None} == {"upstream_stream_interrupted"}
    assert min(read.pieces for read in broken) >= 3
    assert [(read.error, read.pieces) for read in whole] == [(None, 60)] * 5


@pytest.mark.fault("R6")
async def test_stopped(scene: Scene):
    """It accepts connections and never answers: everybody is answered by the other one, and it gets requests again once
    it goes on."""
    async with engine() as (victim, first), engine() as (_, second):
        health = Health(every=0.2, timeout=0.5)
        router = await scene.open(
            first, second, cache=None, pool={"health": health}, timeouts=Timeouts(ttft=0.5, connect=0.5)
        )
        name = first.removeprefix("http://")

        def up() -> bool:
            return {server.name: server.up for pool in router.pools() for server in pool.servers}[name]

        async with sdk(router) as client:
            victim.send_signal(signal.SIGSTOP)
            reads = [Read(client) for _ in range(50)]
            await asyncio.wait_for(asyncio.gather(*[read.run() for read in reads]), 60)
            assert [read.error for read in reads if read.error is not None] == []
            await until(lambda: not up(), within=10.0)
            victim.send_signal(signal.SIGCONT)
            await until(up, within=30.0)
            after = [Read(client) for _ in range(50)]
            await asyncio.wait_for(asyncio.gather(*[read.run() for read in after]), 60)
            assert [read.error for read in after if read.error is not None] == []
    rows = await scene.rows()
    assert {row.outcomes[-1].server for row in rows[:50]} == {second.removeprefix("http://")}
