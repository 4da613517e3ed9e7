"""A client that leaves takes its work along: no engine goes on for nobody."""

from __future__ import annotations

from asyncio import StreamReader, StreamWriter
from statistics import median
from time import monotonic

import pytest

from tests.live.conftest import Connect
from tests.live.raw import Raw, request
from tests.live.scene import ASK, Scene, until
from tests.live.upstream.scripted import Scripted, scripted
from wrp_router.build import Router
from wrp_router.config.caching import CacheConfig
from wrp_router.fakes.engine import FakeEngine

pytestmark = pytest.mark.fault("R13")

CLIENTS = 5
SOON = 0.2
"""Seconds from a client's leaving to the end of its connection to the engine."""

STREAM = {**ASK, "stream": True}
LEAVING = pytest.mark.parametrize("how", ["fin", "rst"])


@pytest.fixture(params=["lean", "aiohttp"])
def http(request: pytest.FixtureRequest) -> str:
    """Who reads the requests. Both notice who leaves."""
    return str(request.param)


async def open_router(scene: Scene, engine: FakeEngine, http: str, limit: int = 0) -> Router:
    """A router that caches."""
    return await scene.open(engine, http=http, pool={"limit": limit}, cache=CacheConfig(semantic=False))


async def gone(scene: Scene, router: Router) -> list[tuple[str, int, str]]:
    """Phase, status and error of every row, after the check that nothing was kept."""
    await until(lambda: not router.gateway.in_flight)
    assert router.parts.fleet.in_flight() == 0
    assert router.parts.rooms.cache is not None
    assert len(router.parts.rooms.cache) == 0
    return [(row.gone, row.status, row.error) for row in await scene.rows()]


async def leave_all(engine: FakeEngine, clients: list[Raw], how: str) -> None:
    """They leave, and the engine notices in time that the work is nobody's any more."""
    left = monotonic()
    for raw in clients:
        raw.leave(how)
    await engine.until(lambda engine: engine.counters.cancellations == len(clients))
    assert {seen.ended for seen in engine.seen} == {"client_gone"}
    assert 0 <= median(seen.ended_at - left for seen in engine.seen) < SOON
    await engine.until(lambda engine: not engine.counters.open)


@LEAVING
@pytest.mark.parametrize("body", [ASK, STREAM], ids=["whole", "stream"])
async def test_before_the_first_token(
    scene: Scene, engine: FakeEngine, connect: Connect, http: str, body: dict, how: str
):
    """The engine's connection closes at once, streamed or not; the row says when the client left."""
    router = await open_router(scene, engine, http)
    clients = [await connect(router) for _ in range(CLIENTS)]
    for seed, raw in enumerate(clients):  # all different, or they would wait for the first one's answer
        await raw.send(request({**body, "seed": seed}, x_fake="ttft=30s"))
    await engine.until(lambda engine: len(engine.seen) == CLIENTS)
    await leave_all(engine, clients, how)
    assert await gone(scene, router) == [("ttft", 499, "client_gone")] * CLIENTS


@LEAVING
async def test_after_the_head_before_the_first_token(
    scene: Scene, engine: FakeEngine, connect: Connect, http: str, how: str
):
    """The same where the engine has begun to answer, with nothing yet that could be passed on."""
    router = await open_router(scene, engine, http)
    raw = await connect(router)
    await raw.send(request(STREAM, x_fake="lead, ttft=30s"))
    await engine.until(lambda engine: engine.seen and engine.seen[0].bytes_sent)
    await leave_all(engine, [raw], how)
    assert await gone(scene, router) == [("ttft", 499, "client_gone")]


@LEAVING
async def test_in_mid_stream(scene: Scene, engine: FakeEngine, connect: Connect, http: str, how: str):
    """The same after the first bytes; half an answer is not kept."""
    router = await open_router(scene, engine, http)
    clients = [await connect(router) for _ in range(CLIENTS)]
    for raw in clients:
        await raw.send(request(STREAM, x_fake="chunks=1000, gap=20ms"))
        await raw.until(b"\n\n")
    await leave_all(engine, clients, how)
    assert await gone(scene, router) == [("stream", 499, "client_gone")] * CLIENTS


@LEAVING
async def test_while_the_engine_is_silent(scene: Scene, engine: FakeEngine, connect: Connect, http: str, how: str):
    """No write fails that could tell: the leaving itself is noticed."""
    router = await open_router(scene, engine, http)
    raw = await connect(router)
    await raw.send(request(STREAM, x_fake="stall_after=2"))
    await raw.until(b"\n\n")
    await leave_all(engine, [raw], how)
    assert await gone(scene, router) == [("stream", 499, "client_gone")]


@LEAVING
async def test_in_the_queue(scene: Scene, engine: FakeEngine, connect: Connect, http: str, how: str):
    """Who waits and leaves is never sent; the place in line is free for the next."""
    router = await open_router(scene, engine, http, limit=1)
    running, waiting, patient = [await connect(router) for _ in range(3)]
    fleet = router.parts.fleet
    await running.send(request(STREAM, x_fake="stall_after=2"))
    await running.until(b"\n\n")
    await waiting.send(request(ASK))
    await until(lambda: fleet.waiting() == 1)
    await patient.send(request({**ASK, "tools": []}, x_fake="ttft=30s"))
    await until(lambda: fleet.waiting() == 2)
    waiting.leave(how)
    await until(lambda: fleet.waiting() == 1)
    running.leave(how)
    await engine.until(lambda engine: len(engine.seen) == 2)
    patient.leave(how)
    await engine.until(lambda engine: not engine.counters.open)
    assert [phase for phase, _, _ in await gone(scene, router)] == ["queue", "stream", "ttft"]


@LEAVING
async def test_inside_the_body(scene: Scene, engine: FakeEngine, connect: Connect, http: str, how: str):
    """A request that never came whole is noted, and no engine hears of it."""
    router = await open_router(scene, engine, http)
    raw = await connect(router)
    await raw.send(request(ASK)[:-20])
    await until(lambda: router.gateway.in_flight)
    raw.leave(how)
    assert await gone(scene, router) == [("body", 499, "client_gone")]
    assert not engine.seen


@LEAVING
async def test_inside_the_headers(scene: Scene, engine: FakeEngine, connect: Connect, http: str, how: str):
    """That was no request yet: there is nothing to note, and nothing is left of it."""
    router = await open_router(scene, engine, http)
    raw = await connect(router)
    await raw.send(request(ASK)[:40])
    raw.leave(how)
    if how == "fin":
        assert await raw.rest() == b""
    assert await gone(scene, router) == []
    assert not engine.seen


async def without_last_chunk(server: Scripted, reader: StreamReader, writer: StreamWriter) -> None:
    """All of an answer, and then not the chunk that ends its body."""
    await server.read_request(reader)
    event = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    writer.write(b"%x\r\n%b\r\n" % (len(event), event))
    await reader.read()


@LEAVING
async def test_after_the_last_byte(scene: Scene, connect: Connect, http: str, how: str):
    """A client that closes as soon as it has all has not left, whatever the engine still owes: the answer counts."""
    async with scripted(without_last_chunk) as server:
        router = await scene.open(server.url, http=http, cache=CacheConfig(semantic=False))
        raw = await connect(router)
        await raw.send(request(STREAM))
        await raw.until(b"0\r\n\r\n")
        raw.leave(how)
        await until(lambda: not router.gateway.in_flight)
        assert router.parts.rooms.cache is not None
        assert len(router.parts.rooms.cache) == 1
        (row,) = await scene.rows()
    assert (row.gone, row.status, row.outcomes[0].ok) == ("", 200, True)
