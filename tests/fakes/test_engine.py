"""The fake engine on its socket: what it remembers and counts, how it queues, how it stops."""

import json
import time

import pytest

from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile

CHAT = {"model": "fake", "messages": [{"role": "user", "content": "How do I sort a list?" * 10}]}


def body_of(response: bytes) -> dict:
    return json.loads(response.partition(b"\r\n\r\n")[2])


def chat(**more: str) -> bytes:
    body = json.dumps({**CHAT, **more}).encode()
    return b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def test_it_answers_and_remembers(ask):
    """Method, path, headers, body, times, bytes."""
    async with FakeEngine() as engine:
        before = time.monotonic()
        answer = await ask(engine, body=CHAT, X_Request_Id="mine")
        (seen,) = engine.seen
    assert b"x-request-id: mine" in answer
    assert (seen.method, seen.path, seen.json(), seen.ended) == ("POST", "/v1/chat/completions", CHAT, "done")
    assert before <= seen.at <= seen.ended_at <= time.monotonic()
    assert (seen.bytes_sent, seen.status, seen.headers["host"]) == (len(answer), 200, "fake")
    assert seen.tokens == body_of(answer)["usage"]["completion_tokens"]


async def test_prefixes_are_cached_and_told(ask):
    """In the usage of the second request, in the counters, in the metrics."""
    async with FakeEngine() as engine:
        await ask(engine, body=CHAT)
        cached = body_of(await ask(engine, body=CHAT))["usage"]["prompt_tokens_details"]["cached_tokens"]
        metrics = (await ask(engine, "/metrics", method="GET")).decode()
    assert cached == 48
    assert engine.counters.cached_tokens == engine.seen[1].cached_tokens == 48
    assert 'vllm:prefix_cache_hits_total{engine="0",model_name="fake"} 48.0' in metrics


async def test_requests_beyond_the_slots_wait_and_move_up(connect):
    """The queue is told in the metrics; who leaves makes room for the next."""
    profile = Profile(slots=1, decode_tokens_per_s=1e-3)
    async with FakeEngine(profile=profile) as engine:
        first, second = await connect(engine), await connect(engine)
        await first.send(chat(stream=True))
        await first.until(b'"content":""')
        await second.send(chat(stream=True))
        await engine.until(lambda e: e.counters.requests == 2)
        load = engine.load()
        assert (load.running, load.waiting) == (1, 1)
        assert engine.seen[1].bytes_sent < 300
        first.close()
        await second.until(b'"content":""')
        assert engine.load().waiting == 0


async def test_until_tells_the_state_when_it_gives_up():
    """So that a failing test says why."""
    async with FakeEngine() as engine:
        await engine.until(lambda e: True)
        with pytest.raises(TimeoutError, match=r"not within 0.01 s: Counters\(requests=0"):
            await engine.until(lambda e: e.counters.requests, within=0.01)


async def test_stopping_drops_everything_and_keeps_the_port(connect, ask):
    """Connections, tasks, the listener; started again it is found at the same place."""
    engine = FakeEngine(fault="stall_after=1")
    await engine.stop()
    async with engine:
        client = await connect(engine)
        await client.send(chat(stream=True))
        await client.until(b'"content":"')
        idle = await connect(engine)
        port = engine.port
    assert await client.rest()
    assert engine.counters.open == 0
    assert engine.seen[-1].ended == "fault"
    await idle.rest()
    with pytest.raises(ConnectionRefusedError):
        await connect(port)
    engine.fault = ""
    async with engine:
        assert engine.url == f"http://127.0.0.1:{port}"
        assert b" 200 OK" in await ask(engine, body=CHAT)
