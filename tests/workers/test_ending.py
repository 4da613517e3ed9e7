"""SIGTERM under load, one process and several: nobody loses anything, and whoever balances hears of it first."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bench.steady import Line, Steady, request
from tests.workers.scene import PATIENCE, Crew, crew, loaded, polled

pytestmark = pytest.mark.fault("R16")

STREAMS, SECONDS = 50, 3.0
IDLE = 8
OPTIONS = pytest.mark.parametrize(
    ("options", "begun"), [((), "wrp listens at"), (("--workers", "2"), "2 workers take requests")], ids=["one", "two"]
)


class Stream:
    """One stream that a client reads to its end."""

    def __init__(self, port: int, script: str) -> None:
        fields = {"stream": True, "x_fake": script, "messages": [{"role": "user", "content": "tell me"}]}
        body = json.dumps({"model": "auto", **fields}).encode()
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
        self._request = head + b"content-length: %d\r\n\r\n" % len(body) + body
        self._port = port
        self.began = asyncio.Event()

    async def read(self) -> bytes:
        """All that came, up to the end of the answer or of the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        got = bytearray()
        try:
            writer.write(self._request)
            while not got.endswith(b"\r\n0\r\n\r\n"):
                piece = await reader.read(65_536)
                got += piece
                if not piece:
                    break
                if b"data: " in got:
                    self.began.set()
        except ConnectionResetError:
            got += b"RESET"
        finally:
            writer.close()
        return bytes(got)


@asynccontextmanager
async def streaming(port: int, script: str) -> AsyncIterator[list[asyncio.Task[bytes]]]:
    """In the block all of them have begun."""
    streams = [Stream(port, script) for _ in range(STREAMS)]
    reading = [asyncio.create_task(stream.read()) for stream in streams]
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*[stream.began.wait() for stream in streams])
    yield reading
    for task in reading:
        task.cancel()


async def status_of(port: int, path: str) -> int:
    """On a connection of its own; 0 where nobody takes it."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionRefusedError:
        return 0
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        return int((await reader.read()).split(b" ", 2)[1])
    finally:
        writer.close()


async def dialled(port: int) -> Line:
    """A connection that was used once."""
    _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", port)
    assert await line.ask(request("first")) == 200
    return line


async def drained(made: Crew, load: Steady, idle: list[Line]) -> None:
    """SIGTERM, and what a balancer and clients see of it: not ready first, with everybody still served, then the port
    is closed, and idle connections are still answered on, once."""
    made.signal(signal.SIGTERM)
    while (status := await status_of(made.port, "/readyz")) == 200:
        await asyncio.sleep(0.01)
    assert status == 503, made.said
    assert await status_of(made.port, "/v1/models") == 200
    load.stop.set()
    before, after = idle[::2], idle[1::2]
    assert await asyncio.gather(*[line.ask(request("not ready")) for line in before]) == [200] * len(before)
    assert [line.last for line in before] == [True] * len(before)
    async with asyncio.timeout(PATIENCE):
        while await status_of(made.port, "/healthz"):
            await asyncio.sleep(0.01)
    assert await asyncio.gather(*[line.ask(request("closed")) for line in after]) == [200] * len(after)
    for line in idle:
        line.close()


@OPTIONS
async def test_nothing_is_lost(engine: str, tmp_path: Path, options: tuple[str, ...], begun: str):
    """Fifty streams of three seconds end as they should, no request of those that keep coming fails or is refused, and
    the status is 0 before the grace is over."""
    with crew(tmp_path, engine, *options, begun=begun, notice="2s", grace="60s") as made:
        gap = SECONDS / 60
        async with streaming(made.port, f"chunks=60,gap={gap * 1000:g}ms") as streams:
            idle = [await dialled(made.port) for _ in range(IDLE)]
            async with loaded(made) as load:
                await asyncio.to_thread(polled, lambda: load.answered > 20)
                await drained(made, load, idle)
            texts = await asyncio.gather(*streams)
        assert [text.count(b"data: [DONE]") for text in texts] == [1] * STREAMS
        assert not [text for text in texts if b"error" in text]
        assert (load.failed, load.refused) == ({}, 0), made.said
        assert await asyncio.to_thread(made.process.wait, PATIENCE) == 0, made.said
        assert "cut off" not in made.said
        assert "Traceback" not in made.said


@OPTIONS
async def test_the_second_signal_forces(engine: str, tmp_path: Path, options: tuple[str, ...], begun: str):
    """It does not wait for streams that never end, and none of them looks as if it had ended; the status is 0."""
    with crew(tmp_path, engine, *options, begun=begun, notice="1h", grace="1h") as made:
        async with streaming(made.port, "stall_after=2") as streams:
            made.signal(signal.SIGTERM)
            while await status_of(made.port, "/readyz") == 200:
                await asyncio.sleep(0.01)
            assert not [stream for stream in streams if stream.done()]
            made.signal(signal.SIGTERM)
            texts = await asyncio.wait_for(asyncio.gather(*streams), PATIENCE)
        assert await asyncio.to_thread(made.process.wait, PATIENCE) == 0, made.said
        assert not [text for text in texts if b"[DONE]" in text]
        assert not [text for text in texts if text.endswith(b"\r\n0\r\n\r\n") and b"error" not in text]
        assert "Traceback" not in made.said


@OPTIONS
async def test_ctrl_c(engine: str, tmp_path: Path, options: tuple[str, ...], begun: str):
    """Gives no notice, which would take an hour here: the port is closed, what runs ends as it should, and then it is
    over, whatever connections are idle; the status is 0."""
    with crew(tmp_path, engine, *options, begun=begun, notice="1h", grace="1h") as made:
        async with streaming(made.port, "chunks=30,gap=30ms") as streams:
            idle = await dialled(made.port)
            made.signal(signal.SIGINT)
            async with asyncio.timeout(PATIENCE):
                while await status_of(made.port, "/healthz"):
                    await asyncio.sleep(0.01)
            texts = await asyncio.wait_for(asyncio.gather(*streams), PATIENCE)
        assert [text.count(b"data: [DONE]") for text in texts] == [1] * STREAMS
        assert await asyncio.to_thread(made.process.wait, PATIENCE) == 0, made.said
        idle.close()
        assert "cut off" not in made.said.replace("they are cut off", "")
        assert "Traceback" not in made.said


@OPTIONS
async def test_ctrl_c_twice(engine: str, tmp_path: Path, options: tuple[str, ...], begun: str):
    """Nobody waits for what never ends."""
    with crew(tmp_path, engine, *options, begun=begun, notice="1h", grace="1h") as made:
        async with streaming(made.port, "stall_after=2") as streams:
            made.signal(signal.SIGINT)
            async with asyncio.timeout(PATIENCE):
                while await status_of(made.port, "/healthz"):
                    await asyncio.sleep(0.01)
            assert not [stream for stream in streams if stream.done()]
            made.signal(signal.SIGINT)
            assert await asyncio.to_thread(made.process.wait, PATIENCE) == 0, made.said
        assert "Traceback" not in made.said
