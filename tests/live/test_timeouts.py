"""Of all timeouts exactly the one that was configured short fires, and the client is told which."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.live.conftest import Connect
from tests.live.raw import CHAT, request
from tests.live.scene import ASK, Scene
from wrp_router.config.structs import Clients, Timeouts
from wrp_router.fakes.engine import FakeEngine
from wrp_router.record import Row

SHORT = 0.15
"""Seconds of the timeout that is to fire. All others are much longer."""

STREAM = {**ASK, "stream": True}

LATE: dict[str, tuple[str, str, dict[str, Any]]] = {
    "ttft: no head": ("ttft", "ttft=30s", STREAM),
    "ttft: a head, no token": ("ttft", "lead, ttft=30s", STREAM),
    "ttft: a head byte by byte": ("ttft", "slow_header=30s", STREAM),
    "total: an answer that is no stream": ("total", "ttft=30s", ASK),
    "total: half of an answer": ("total", "stall_after=1", ASK),
}

CUT: dict[str, tuple[str, str]] = {
    "idle: silence": ("idle", "stall_after=3"),
    "idle: silence after the answer": ("idle", "chunks=3, gap=20ms, stall_after=2"),
    "stream: a drip": ("stream", "chunks=1000, gap=20ms"),
    "stream: without end": ("stream", "endless, gap=1ms"),
}


def only(name: str) -> Timeouts:
    """Timeouts of which one is short."""
    return msgspec.structs.replace(Timeouts(), **{name: SHORT})


async def ended(scene: Scene) -> Row:
    """The row of the one request."""
    (row,) = await scene.rows()
    return row


@pytest.mark.fault("R7")
@pytest.mark.parametrize(("name", "fault", "body"), LATE.values(), ids=LATE)
async def test_before_the_first_token(
    scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, name: str, fault: str, body: dict[str, Any]
):
    """504, and the engine's work is cancelled."""
    router = await scene.open(engine, timeouts=only(name))
    async with http.post(router.url + CHAT, json=body, headers={"x-fake": fault}) as answer:
        assert answer.status == 504
        error = (await answer.json())["error"]
    assert (error["code"], f"({name})" in error["message"]) == ("upstream_timeout", True)
    await engine.until(lambda engine: engine.counters.cancellations == 1)
    (outcome,) = (await ended(scene)).outcomes
    assert (outcome.reason, outcome.ended, outcome.fault) == (name, "timed_out", "host")
    assert SHORT * 0.9 <= outcome.duration < 10


@pytest.mark.fault("R7")
@pytest.mark.parametrize(("name", "fault"), CUT.values(), ids=CUT)
async def test_after_the_first_token(
    scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, name: str, fault: str
):
    """The stream ends with an error that names it, and the engine's work is cancelled."""
    router = await scene.open(engine, timeouts=only(name))
    async with http.post(router.url + CHAT, json=STREAM, headers={"x-fake": fault}) as answer:
        last = (await answer.text()).strip().split("\n\n")[-1]
    told = "total" if name == "stream" else name
    error = msgspec.json.decode(last.removeprefix("data: "))["error"]
    assert (error["code"], told in error["message"]) == ("upstream_stream_interrupted", True)
    await engine.until(lambda engine: engine.counters.cancellations == 1)
    row = await ended(scene)
    assert (row.outcomes[0].reason, row.outcomes[0].fault, row.midstream) == (told, "host", True)
    assert SHORT * 0.9 <= row.outcomes[0].duration < 10


@pytest.fixture
def black_hole() -> Iterator[str]:
    """An address whose queue is full: who connects hears nothing."""
    with socket.socket() as server, socket.socket() as first, socket.socket() as second:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.fault("R4", "R7")
async def test_nobody_answers_the_connection(scene: Scene, http: aiohttp.ClientSession, black_hole: str):
    """504 that names it; with a second server the client only waits."""
    engine = await scene.engine()
    lonely = await scene.open(black_hole, timeouts=only("connect"))
    async with http.post(lonely.url + CHAT, json=ASK) as answer:
        assert (answer.status, "(connect)" in await answer.text()) == (504, True)
    paired = await scene.open(black_hole, engine, timeouts=only("connect"))
    for _ in range(4):
        async with http.post(paired.url + CHAT, json=ASK) as answer:
            assert answer.status == 200


@pytest.mark.fault("R4", "R7")
async def test_the_caller_waits_no_longer_for_a_connection(scene: Scene, http: aiohttp.ClientSession, black_hole: str):
    """Its deadline bounds connecting, too, and is no fault of the host's."""
    router = await scene.open(black_hole, timeouts=msgspec.structs.replace(Timeouts(), connect=60.0))
    async with (
        asyncio.timeout(20),
        http.post(router.url + CHAT, json=ASK, headers={"x-wrp-deadline-ms": "150"}) as answer,
    ):
        assert answer.status == 504
    (outcome,) = (await ended(scene)).outcomes
    assert (outcome.reason, outcome.fault) == ("deadline", "none")


@pytest.mark.fault("R7")
async def test_nobody_has_room(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, connect: Connect):
    """503 that names it and says when to come back; nothing was asked of the engine."""
    router = await scene.open(engine, pool={"limit": 1}, timeouts=only("queue"))
    running = await connect(router)
    await running.send(request(STREAM, x_fake="stall_after=2"))
    await running.until(b"\n\n")
    async with http.post(router.url + CHAT, json=ASK) as answer:
        assert (answer.status, (await answer.json())["error"]["code"]) == (503, "queue_timeout")
        assert (answer.headers["retry-after"], answer.headers["retry-after-ms"]) == ("1", "1000")
    async with http.post(router.url + "/v1/messages", json={**ASK, "max_tokens": 9}) as answer:
        assert (answer.status, (await answer.json())["error"]["type"]) == (529, "overloaded_error")
    assert engine.counters.requests == 1
    running.leave("rst")


@pytest.mark.fault("B1")
async def test_a_body_that_does_not_come(scene: Scene, engine: FakeEngine, connect: Connect):
    """408 in the API's shape, the last answer of its connection."""
    router = await scene.open(engine, timeouts=only("body"))
    raw = await connect(router)
    await raw.send(request(ASK)[:-20])
    status, headers, body = await raw.answer()
    assert (status, msgspec.json.decode(body)["error"]["code"]) == (408, "request_timeout")
    assert headers["connection"] == "close"


@pytest.mark.fault("R7")
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_the_caller_waits_no_longer(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, stream: bool):
    """`x-wrp-deadline-ms` bounds whatever is configured; that it passed is no engine's fault."""
    router = await scene.open(engine)
    headers = {"x-fake": "ttft=30s", "x-wrp-deadline-ms": "150"}
    async with http.post(router.url + CHAT, json={**ASK, "stream": stream}, headers=headers) as answer:
        assert answer.status == 504
    row = await ended(scene)
    (outcome,) = row.outcomes
    assert (outcome.reason, outcome.fault) == ("deadline", "none")
    assert SHORT * 0.9 <= row.duration < 10  # from the request's arrival; an attempt begins a little later


@pytest.mark.parametrize(
    "headers",
    [{"x-wrp-deadline-ms": "150"}, {"x-stainless-read-timeout": "0.15"}, {"x-stainless-timeout": "0.15"}],
    ids=["ours", "OpenAI's", "Anthropic's"],
)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_who_gave_up_in_the_queue_goes_to_no_engine(
    scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession, headers: dict[str, str], stream: bool
):
    """Whoever says how: by our header, or an SDK by its own."""
    router = await scene.open(engine, pool={"limit": 1}, cache=None)
    async with http.post(router.url + CHAT, json=STREAM, headers={"x-fake": "stall_after=1"}) as running:
        await running.content.readany()
        async with http.post(router.url + CHAT, json={**ASK, "stream": stream}, headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (504, "deadline_exceeded")
        assert engine.counters.requests == 1


async def test_a_router_behind_is_told_what_is_left(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """Of the caller's deadline, where there is one; an engine that does not know the header passes it over."""
    router = await scene.open(engine, cache=None)
    for headers in ({"x-wrp-deadline-ms": "5000"}, {}):
        async with http.post(router.url + CHAT, json=ASK, headers=headers) as answer:
            assert answer.status == 200
    with_one, without = engine.seen
    assert 0 < int(with_one.headers["x-wrp-deadline-ms"]) <= 5000
    assert "x-wrp-deadline-ms" not in without.headers


async def test_an_sdk_waits_for_the_first_byte_alone(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """A stream that began in time may take as long as it does."""
    router = await scene.open(engine)
    headers = {"x-fake": "chunks=12, gap=50ms", "x-stainless-read-timeout": "0.3"}
    async with http.post(router.url + CHAT, json=STREAM, headers=headers) as answer:
        assert "[DONE]" in await answer.text()


@pytest.mark.fault("R7")
async def test_the_caller_waits_no_longer_for_the_rest(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """The same for a stream that has begun."""
    router = await scene.open(engine)
    headers = {"x-fake": "chunks=1000, gap=10ms", "x-wrp-deadline-ms": "150"}
    async with http.post(router.url + CHAT, json=STREAM, headers=headers) as answer:
        text = await answer.text()
    assert "upstream_stream_interrupted" in text
    row = await ended(scene)
    (outcome,) = row.outcomes
    assert (outcome.reason, outcome.fault) == ("deadline", "none")
    assert SHORT * 0.9 <= row.duration < 10  # from the request's arrival; an attempt begins a little later


@pytest.mark.fault("R14")
async def test_a_client_that_never_reads(scene: Scene, engine: FakeEngine, connect: Connect):
    """It is cut off after the idle time, and the engine's work with it."""
    router = await scene.open(engine, clients=Clients(unread=SHORT))
    raw = await connect(router, receive_buffer=4096)
    await raw.send(request(STREAM, x_fake="endless"))
    await engine.until(lambda engine: engine.counters.cancellations == 1)
    assert (await raw.rest()).endswith(b"RESET")
    row = await ended(scene)
    assert (row.gone, row.outcomes[0].ended) == ("stream", "client_gone")


@pytest.mark.fault("R14")
async def test_a_client_that_reads_slowly_is_not_cut_off(scene: Scene, engine: FakeEngine, connect: Connect):
    """The whole may take longer than the idle time."""
    router = await scene.open(engine, timeouts=Timeouts(idle=0.3))
    raw = await connect(router, receive_buffer=200_000)
    await raw.send(request(STREAM, x_fake="huge=10000000"))
    text = await raw.sip(b"[DONE]", size=100_000, pause=0.005)
    assert len(text) > 10_000_000
    assert (await ended(scene)).duration > 0.3
