"""Connections of a fake engine: keep-alive, clients that leave or do not read, requests that are none."""

import asyncio
import contextlib
import json
import time

import pytest

from wrp_router.fakes.engine import FakeEngine

CHAT = {"model": "fake", "messages": [{"role": "user", "content": "How do I sort a list?" * 10}]}


def chat(**more: str) -> bytes:
    body = json.dumps({**CHAT, **more}).encode()
    return b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def test_one_connection_serves_many_requests(connect):
    """Keep-alive, pipelining included, in order."""
    async with FakeEngine() as engine:
        client = await connect(engine)
        await client.send(b"GET /health HTTP/1.1\r\n\r\n" * 3 + chat())
        for _ in range(3):
            assert b" 200 " in await client.until(b"\r\n\r\n")
        await client.until(b'"finish_reason"')
        assert [seen.conn_id for seen in engine.seen] == [1, 1, 1, 1]
        assert (engine.counters.accepted, engine.counters.open) == (1, 1)
        client.close()
        await engine.until(lambda e: e.counters.open == 0)
        assert engine.counters.done == 4


async def test_idle_connections_are_closed_after_keep_alive(connect):
    """Only after an answer, and not while something comes."""
    async with FakeEngine(keep_alive=0.02) as engine:
        client = await connect(engine)
        await client.send(b"GET /health HTTP/1.1\r\n\r\n")
        assert (await client.rest()).startswith(b"HTTP/1.1 200 OK")
        client = await connect(engine)
        await client.send(b"GET /health HTTP/1.1\r\n\r\n")
        await client.until(b"\r\n\r\n")
        await client.send(b"GET /health HT")
        await client.send(b"TP/1.1\r\n\r\n")
        assert (await client.rest()).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("how", ["fin", "rst", "half"])
async def test_a_client_that_leaves_is_noticed_at_once(connect, how):
    """While the engine streams with long gaps; the slot is free again."""
    async with FakeEngine(fault="gap=60s") as engine:
        client = await connect(engine)
        await client.send(chat(stream=True))
        await client.until(b"data: ")
        await engine.until(lambda e: e.load().running == 1)
        left = time.monotonic()
        if how == "rst":
            client.reset()
        elif how == "half":
            client.shut()
        else:
            client.close()
        await engine.until(lambda e: e.seen[-1].ended == "client_gone")
        assert engine.seen[-1].ended_at >= left
        await engine.until(lambda e: e.counters.open == 0)
        assert (engine.counters.cancellations, engine.load().running, engine.model.running(left)) == (1, 0, 0)


async def test_a_client_that_leaves_before_the_first_byte_is_noticed(connect):
    """While it waits for a whole answer."""
    async with FakeEngine(fault="ttft=60s") as engine:
        client = await connect(engine)
        await client.send(chat())
        await engine.until(lambda e: e.counters.requests == 1)
        client.close()
        await engine.until(lambda e: e.seen[-1].ended == "client_gone")
        assert engine.seen[-1].bytes_sent == 0


async def test_wrong_requests_are_refused_and_the_connection_closes(connect):
    """As the first, after another, while another is served."""
    async with FakeEngine() as engine:
        client = await connect(engine)
        await client.send(b"GARBAGE\r\n\r\n")
        assert (await client.rest()).startswith(b"HTTP/1.1 400 Bad Request")
        client = await connect(engine)
        await client.send(b"GET /health HTTP/1.1\r\n\r\nGARBAGE\r\n\r\n")
        both = await client.rest()
        assert both.startswith(b"HTTP/1.1 200 OK")
        assert b"HTTP/1.1 400 Bad Request" in both
        engine.mishaps.probes = "ttft=60s"
        client = await connect(engine)
        await client.send(b"GET /health HTTP/1.1\r\n\r\n")
        await engine.until(lambda e: e.counters.requests == 2)
        with contextlib.suppress(ConnectionError):
            await client.send(b"x" * 70_000_000)
        await engine.until(lambda e: e.counters.open == 0)


async def test_expect_100_continue(connect):
    """curl waits for it with large bodies."""
    async with FakeEngine() as engine:
        client = await connect(engine)
        head, _, body = chat().partition(b"\r\n\r\n")
        await client.send(head + b"\r\nExpect: 100-continue\r\n\r\n")
        assert await client.until(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await client.send(body)
        assert b" 200 OK" in await client.until(b"\r\n\r\n")


async def test_a_reader_that_does_not_read_stops_the_writer(connect):
    """The stream waits for room instead of filling memory, and goes on when it is read."""
    async with FakeEngine() as engine:
        client = await connect(engine)
        await client.send(chat(stream=True, x_fake="huge=20000000"))
        await engine.until(lambda e: e.seen and e.seen[-1].bytes_sent > 100_000)
        sent = -1
        while sent != (sent := engine.seen[-1].bytes_sent):
            for _ in range(20):
                await asyncio.sleep(0)
        assert sent < 15_000_000
        reading = asyncio.ensure_future(client.rest())
        await engine.until(lambda e: e.seen[-1].ended == "done", within=20)
        assert engine.seen[-1].bytes_sent > 20_000_000
        reading.cancel()


async def test_a_mistake_in_the_engine_resets_the_connection(connect, caplog):
    """A programming error is told to the log, and no client waits for ever."""
    async with FakeEngine() as engine:
        del engine.mishaps
        client = await connect(engine)
        await client.send(chat())
        assert await client.rest() == b"RESET"
        await engine.until(lambda e: e.counters.open == 0)
    assert "AttributeError" in caplog.text
