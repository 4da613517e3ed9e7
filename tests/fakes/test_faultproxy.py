"""The faulty network, between a client and an engine."""

import asyncio

import pytest

from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.faultproxy import FaultProxy, black_hole, closed_port
from wrp_router.fakes.toxics import (
    Bandwidth,
    Garbage,
    HalfOpen,
    Latency,
    LimitData,
    ResetPeer,
    Slicer,
    SlowClose,
    StallAfter,
    Timeout,
)

HEALTH = b"GET /health HTTP/1.1\r\n\r\n"


@pytest.fixture
async def engine():
    async with FakeEngine() as engine:
        yield engine


@pytest.fixture
async def proxy(engine):
    async with FaultProxy(engine.port) as proxy:
        yield proxy


async def test_it_passes_everything_on(proxy, engine, ask, connect):
    """Both ways, several requests on a connection, and the ends."""
    assert b'"finish_reason":"stop"' in await ask(proxy, stream=True)
    client = await connect(proxy)
    for _ in range(2):
        await client.send(HEALTH)
        assert await client.until(b"\r\n\r\n")
    assert (proxy.accepted, proxy.url) == (2, f"http://127.0.0.1:{proxy.port}")
    client.close()
    await engine.until(lambda e: e.counters.open == 0)
    await proxy.drained()


async def test_the_engine_hears_of_a_client_that_left(proxy, engine, connect):
    """Through the proxy, in mid-stream."""
    engine.mishaps.probes = "ttft=60s"
    client = await connect(proxy)
    await client.send(HEALTH)
    await engine.until(lambda e: e.counters.requests == 1)
    client.close()
    await engine.until(lambda e: e.seen[0].ended == "client_gone")


@pytest.mark.parametrize("toxic", [Latency(0.02), Bandwidth(20_000), Slicer(100, 0.001), SlowClose(0.02)])
async def test_slow_networks_deliver_in_the_end(proxy, ask, toxic):
    """Everything, later."""
    proxy.add(toxic)
    assert (await ask(proxy)).endswith(b"}")


async def test_what_is_late_is_not_lost_at_the_end(proxy, ask):
    """Events that are still on their way when the engine has finished arrive."""
    proxy.add(Latency(0.05, jitter=0.02))
    assert b"[DONE]" in await ask(proxy, stream=True, fake="chunks=50, gap=1ms")


async def test_waiting_for_the_end_is_bounded(proxy, engine, connect):
    """It says how many connections are left."""
    await proxy.drained()
    await connect(proxy)
    await engine.until(lambda e: e.counters.open == 1)
    with pytest.raises(TimeoutError, match="1 connections are open"):
        await proxy.drained(within=0.01)


@pytest.mark.parametrize(
    ("toxic", "ends"),
    [
        (LimitData(100), b""),
        (LimitData(100, "rst"), b"RESET"),
        (ResetPeer(0.01), b"RESET"),
        (Timeout(0.01), b""),
    ],
)
async def test_connections_end_early(proxy, engine, ask, toxic, ends):
    """After bytes or after a time, with a FIN or a reset; the engine's side is closed too."""
    proxy.add(toxic)
    answer = await ask(proxy, fake="gap=10s, chunks=99", stream=True)
    assert answer.endswith(ends)
    assert len(answer) == (100 + len(ends) if isinstance(toxic, LimitData) else len(answer))
    await engine.until(lambda e: e.counters.open == 0)


async def test_garbage_arrives_in_place_of_the_answer(proxy, ask):
    """Bytes that are no HTTP."""
    proxy.add(Garbage(4, b"\x00\x01"))
    assert await ask(proxy) == b"HTTP\x00\x01"


async def test_requests_can_be_hurt_as_well(proxy, engine, ask):
    """The other direction."""
    proxy.add(Garbage(0, b"GARBAGE\r\n\r\n"), "up")
    assert (await ask(proxy)).startswith(b"HTTP/1.1 400")
    assert engine.counters.requests == 0
    assert proxy.toxics("up")
    assert not proxy.toxics("down")


@pytest.mark.parametrize("toxic", [StallAfter(20), HalfOpen()])
async def test_what_was_held_back_comes_when_the_toxic_goes(proxy, connect, toxic):
    """A stalled network recovers, and nothing is lost."""
    proxy.add(toxic)
    client = await connect(proxy)
    await client.send(HEALTH)
    if isinstance(toxic, StallAfter):
        await client.until(b"HTTP/1.1 200 OK")
    proxy.remove(toxic)
    assert b"content-length: 0" in await client.until(b"\r\n\r\n")


async def test_the_end_is_held_back_too(proxy, engine, connect):
    """A half-open peer's FIN comes only after it is back."""
    toxic = proxy.add(HalfOpen(), "up")
    client = await connect(proxy)
    client.shut()
    await engine.until(lambda e: e.counters.open == 1)
    proxy.remove(toxic)
    await engine.until(lambda e: e.counters.open == 0)


async def test_live_connections_can_be_cut_and_armed(proxy, connect):
    """All at once by hand; a toxic's timer starts when it is added and stops when it is removed."""
    client = await connect(proxy)
    await client.send(HEALTH)
    await client.until(b"\r\n\r\n")
    toxic = proxy.add(ResetPeer(3600))
    proxy.remove(toxic)
    with pytest.raises(ValueError, match="not in list"):
        proxy.remove(toxic)
    proxy.add(Timeout(3600))
    proxy.cut("fin")
    assert await client.rest() == b""
    client = await connect(proxy)
    proxy.add(ResetPeer(0.0))
    assert await client.rest() == b"RESET"


async def test_a_target_that_is_not_there_resets(connect):
    """The client connects, and is thrown out."""
    async with closed_port() as nobody, FaultProxy(nobody) as proxy:
        client = await connect(proxy)
        assert await client.rest() == b"RESET"
        await proxy.stop()
        await proxy.stop()


async def test_a_reset_of_the_engine_is_passed_on_after_its_bytes(proxy, ask):
    """Not before."""
    answer = await ask(proxy, stream=True, fake="die_after=3:rst")
    assert answer.count(b'"content":"') >= 3
    assert answer.endswith(b"RESET")


async def test_a_client_that_resets_ends_both_sides(proxy, engine, connect):
    """While much is on its way to it."""
    engine.mishaps.probes = "endless"
    client = await connect(proxy)
    await client.send(HEALTH)
    await engine.until(lambda e: e.seen and e.seen[0].bytes_sent > 10_000_000)
    client.reset()
    await engine.until(lambda e: e.counters.open == 0)
    await proxy.drained()


async def test_ports_nobody_answers_on():
    """One that refuses at once, one that never answers."""
    async with closed_port() as port:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
    async with black_hole() as port:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 0.1)
