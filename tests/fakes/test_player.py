"""Faults as they arrive at the other end of the socket."""

import json

import pytest

from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.faults import TRUNCATIONS

CHAT, MESSAGES, RESPONSES = "/v1/chat/completions", "/v1/messages", "/v1/responses"
TEXT = {CHAT: b'"content":"', MESSAGES: b'"text_delta"', RESPONSES: b"response.output_text.delta"}
TERMINAL = {CHAT: b"data: [DONE]", MESSAGES: b"event: message_stop", RESPONSES: b"event: response.completed"}
FINISH = {
    CHAT: b'"finish_reason":"stop"',
    MESSAGES: b'"stop_reason":"end_turn"',
    RESPONSES: b"response.output_text.done",
}


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
async def test_a_healthy_stream_is_complete(ask, path):
    """Text, finish, terminal event, last chunk."""
    async with FakeEngine() as engine:
        answer = await ask(engine, path, stream=True)
    assert TEXT[path] in answer
    assert FINISH[path] in answer
    assert TERMINAL[path] in answer
    assert answer.endswith(b"0\r\n\r\n")
    assert engine.seen[0].ended == "done"


@pytest.mark.parametrize("path", [CHAT, MESSAGES, RESPONSES])
@pytest.mark.parametrize("name", sorted(TRUNCATIONS))
async def test_a_truncated_stream_has_text_and_is_not_complete(connect, ask, name, path):
    """Each of the thirteen shapes, in each dialect."""
    async with FakeEngine(fault=TRUNCATIONS[name]) as engine:
        if name == "stall":
            client = await connect(engine)
            body = json.dumps({"model": "fake", "max_tokens": 99, "stream": True, "input": "Hi", **HELLO}).encode()
            await client.send(b"POST %b HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (path.encode(), len(body), body))
            await engine.until(lambda e: e.seen and e.seen[0].bytes_sent > 0)
            client.close()
            await engine.until(lambda e: e.seen[0].ended == "client_gone")
            return
        answer = await ask(engine, path, stream=True)
        await engine.until(lambda e: e.seen[0].ended)
    assert TEXT[path] in answer
    assert not (FINISH[path] in answer and TERMINAL[path] in answer)
    if name.startswith(("fin_", "half_event_then_fin", "reset_")):
        assert not answer.endswith(b"0\r\n\r\n")
    assert answer.endswith(b"RESET") is (name == "reset_after_events")


HELLO = {"messages": [{"role": "user", "content": "Hello there, how are you?"}]}


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
async def test_a_reset_comes_after_what_was_said(ask, path):
    """All events before it arrive, large ones too."""
    async with FakeEngine(fault="die_after=3:rst, big_line=600000") as engine:
        answer = await ask(engine, path, stream=True)
        assert engine.seen[0].ended == "fault"
    assert answer.count(b"data: ") >= 4
    assert answer.endswith(b"RESET")
    assert b"x" * 600_000 in answer


@pytest.mark.parametrize(
    ("line", "got"),
    [
        ("die_before_headers", b""),
        ("die_before_headers=rst", b"RESET"),
        ("die_after_headers", None),
        ("status=503, retry_after=1", b"HTTP/1.1 503 Service Unavailable"),
        ("bad_status_line", b"HTTP/1.1 OK"),
        ("slow_header=10ms", b"HTTP/1.1 200 OK"),
    ],
)
async def test_faults_around_the_head(ask, line, got):
    """From the header `x-fake`, over the socket."""
    async with FakeEngine() as engine:
        answer = await ask(engine, fake=line)
    assert answer.endswith(b"\r\n\r\n") if got is None else answer.startswith(got)
    assert bool(answer) is bool(got != b"")


async def test_an_unknown_knob_is_a_500_that_names_it(ask):
    """No misspelt fault passes for health."""
    async with FakeEngine() as engine:
        answer = await ask(engine, fake="teapot=1")
    assert answer.startswith(b"HTTP/1.1 500")
    assert b"x-fake: unknown knob 'teapot'" in answer


async def test_the_engine_s_own_fault_can_be_changed_under_way(ask):
    """And strikes POSTs only; probes have their own."""
    async with FakeEngine(fault="status=500, times=1") as engine:
        assert b" 500 " in await ask(engine)
        assert b" 200 " in await ask(engine)
        engine.fault = "status=429, error_code=insufficient_quota"
        assert engine.fault.startswith("status=429")
        assert b"insufficient_quota" in await ask(
            engine, CHAT, fake="status=429,error_code=insufficient_quota,error_shape=openai"
        )
        assert b" 429 " in await ask(engine)
        assert b" 200 " in await ask(engine, "/health", method="GET")
        engine.mishaps.probes = "status=503"
        assert b" 503 " in await ask(engine, "/health", method="GET")
        assert b" 503 " in await ask(engine, "/metrics", method="GET")


async def test_clean_truncation_leaves_the_connection_open(connect):
    """The next request on it is served."""
    async with FakeEngine() as engine:
        client = await connect(engine)
        for fault in ("die_after=1:clean", "gzip"):
            body = json.dumps({"model": "fake", "stream": True, "x_fake": fault, **HELLO}).encode()
            await client.send(b"POST %b HTTP/1.1\r\nContent-Length: %d\r\n\r\n%b" % (CHAT.encode(), len(body), body))
            await client.until(b"\r\n0\r\n\r\n")
        assert [seen.ended for seen in engine.seen] == ["fault", "done"]
        assert engine.counters.faults == 1


async def test_an_endless_answer_ends_with_the_client(connect):
    """Bytes for as long as they are read."""
    async with FakeEngine() as engine:
        client = await connect(engine)
        await client.send(b"GET /v1/models HTTP/1.1\r\nx-fake: endless\r\n\r\n")
        for _ in range(40):
            await client.until(b" " * 65_536)
        client.close()
        await engine.until(lambda e: e.counters.cancellations == 1)
