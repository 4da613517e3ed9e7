"""Cached streams given again: the same events at either pace, to clients that read, read slowly, or leave."""

from __future__ import annotations

import asyncio
from math import inf
from time import monotonic
from typing import Any

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live.conftest import Connect
from tests.live.raw import request
from tests.live.scene import ASK, MODEL, Scene, until
from wrp_cache.types import Entry, Hit
from wrp_router.build import Router
from wrp_router.config.caching import CacheConfig
from wrp_router.config.structs import Drain
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.downstream import Headers, Shared
from wrp_router.live.relay import Streams
from wrp_router.live.replay import TICKS, Pace, give, in_ticks
from wrp_router.wire.sse import Splitter

EVENT_STREAM = "text/event-stream; charset=utf-8"
LONG = {**ASK, "stream": True, "max_tokens": 200, "min_tokens": 200}


class Client:
    """Writes down what it gets. With `reads` False it reads nothing."""

    unread, unsent = 60.0, 0

    def __init__(self, reads: bool = True) -> None:
        self.got: list[bytes] = []
        self.headers: Headers = []
        self.ended = self.aborted = self.started = False
        self._reads = reads

    async def start(self, status: int, headers: Headers, shared: Shared = ()) -> None:
        self.headers, self.started = headers, True

    async def write(self, data: bytes) -> None:
        self.got.append(data)
        if not self._reads:
            await asyncio.Event().wait()

    async def end(self, data: bytes = b"") -> None:
        await self.write(data)
        self.ended = True

    async def respond(self, status: int, headers: Headers, body: bytes, shared: Shared = ()) -> None:
        self.headers = headers
        await self.end(body)

    def hang_up(self) -> None:
        raise AssertionError("no error here")

    def abort(self) -> None:
        self.aborted = True


def hit(body: bytes, content_type: str = EVENT_STREAM) -> Hit:
    """An exact hit, 61 s old."""
    return Hit(Entry(b"k", b"p", "t", "default", "", body, content_type, 0.0), "exact", 1.0, 61.9)


async def given_to(client: Client, body: bytes, pace: Pace, **options: Any) -> Streams:
    """Gives a stream to a client; all at once, as its time is up."""
    streams = Streams()
    await give(client, hit(body), [("x", "y")], (), streams, pace, **({"until": 0.0} | options))
    return streams


@given(st.lists(st.sampled_from([b"data: a\n\n", b": ping\n\n", b"event: e\r\ndata: b\r\n\r\n", b"\n"]), max_size=2000))
def test_ticks_hold_whole_events(events: list[bytes]):
    """All of the bytes, cut at ends of events only, in no more ticks than there may be; few events have one each."""
    body = b"".join(events)
    pieces = in_ticks(body)
    assert b"".join(pieces) == body
    assert 1 <= len(pieces) <= TICKS
    whole = Splitter()
    assert not any(whole.feed(piece) and whole.rest for piece in pieces[:-1])
    count = len(Splitter().feed(body))
    assert len(pieces) >= min(count, TICKS) / 2


def test_a_last_event_without_its_blank_line():
    """Is given as it came."""
    assert in_ticks(b"data: a\n\ndata: [DONE]") == [b"data: a\n\n", b"data: [DONE]"]


async def test_a_whole_answer_is_no_stream():
    """It goes out as it is, with its age."""
    client = Client()
    await give(client, hit(b"{}", "application/json"), [("x", "y")], (), Streams(), "paced", inf)
    assert (client.started, client.got) == (False, [b"{}"])
    assert client.headers == [("content-type", "application/json"), ("age", "61"), ("x", "y")]


async def test_at_once():
    """In one piece, which says how long it is."""
    client = Client()
    streams = await given_to(client, b"data: a\n\n" * 1000, "immediate")
    assert (client.started, client.got, streams.active) == (False, [b"data: a\n\n" * 1000], 0)


@pytest.mark.parametrize("body", [b"", b"data: a\n\n", b"data: a\n\n" * 10_000])
async def test_all_of_it_comes(body: bytes):
    """Be it long or short; and then nobody counts it as a stream any more."""
    client = Client()
    streams = await given_to(client, body, "paced")
    assert (client.started, client.ended, b"".join(client.got), streams.active) == (True, True, body, 0)
    assert client.headers[0] == ("content-type", EVENT_STREAM)


async def test_who_does_not_read_is_cut_off():
    """Nothing is written ahead of it, and it does not hold the answer for ever."""
    client = Client(reads=False)
    client.unread = 0.01
    with pytest.raises(ConnectionResetError):
        await given_to(client, b"data: a\n\n" * 10_000, "paced")
    assert (len(client.got), client.aborted, client.ended) == (1, True, False)


async def test_paced_takes_its_time():
    """No event comes before its tick."""
    begun = monotonic()
    await given_to(Client(), b"data: a\n\n" * 11, "paced", until=inf)
    assert monotonic() - begun >= 0.04


# On real connections ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["lean", "aiohttp"])
def http(request: pytest.FixtureRequest) -> str:
    """Who writes the answers."""
    return str(request.param)


async def opened(scene: Scene, engine: FakeEngine, http: str, pace: Pace, **more: Any) -> Router:
    """A router that caches, and gives streams again at this pace."""
    return await scene.open(engine, http=http, cache=CacheConfig(semantic=False, replay=pace), **more)


@pytest.mark.parametrize("pace", ["immediate", "paced"])
async def test_the_sdk_sees_the_same_chunks(scene: Scene, engine: FakeEngine, http: str, pace: Pace):
    """One by one, the last with its usage; and the header says that it was a hit."""
    router = await opened(scene, engine, http, pace)
    seen = []
    async with openai.DefaultAsyncHttpxClient(verify=False) as plain:
        client = openai.AsyncOpenAI(base_url=f"{router.url}/v1", api_key="k", max_retries=0, http_client=plain)
        for _ in range(2):
            answer = await client.chat.completions.with_raw_response.create(
                model=MODEL, messages=ASK["messages"], stream=True, stream_options={"include_usage": True}
            )
            chunks = [chunk.model_dump() async for chunk in answer.parse()]
            seen.append((answer.headers["x-wrp-cache"], answer.headers["content-type"], chunks))
    (first, kind, chunks), (second, kind_again, again) = seen
    assert (first, second, kind, chunks) == ("miss", "hit-exact", kind_again, again)
    assert len(chunks) > 3
    assert chunks[-1]["usage"]["completion_tokens"] > 0
    assert len(engine.seen) == 1


async def asked_twice(connect: Connect, router: Router, body: dict[str, Any]) -> tuple[bytes, bytes]:
    """The bodies of an answer and of its replay, with the framing of HTTP."""
    raw = await connect(router)
    bodies = []
    for _ in range(2):
        await raw.send(request(body))
        await raw.until(b"\r\n\r\n")
        bodies.append(await raw.until(b"\r\n0\r\n\r\n"))
    return bodies[0], bodies[1]


async def test_paced_events_come_one_by_one(scene: Scene, engine: FakeEngine, http: str, connect: Connect):
    """Each in a chunk of its own."""
    router = await opened(scene, engine, http, "paced")
    _, again = await asked_twice(connect, router, {**ASK, "stream": True})
    sizes = [line for line in again.split(b"\r\n") if line and not line.startswith(b"data:")]
    assert len(sizes) == again.count(b"data: ") + 1


async def test_who_leaves_ends_its_replay(scene: Scene, engine: FakeEngine, http: str, connect: Connect):
    """The row says so, and nothing runs on."""
    router = await opened(scene, engine, http, "paced")
    await asked_twice(connect, router, LONG)
    raw = await connect(router)
    await raw.send(request(LONG))
    await raw.until(b"data: ")
    raw.leave("rst")
    await until(lambda: not router.gateway.in_flight)
    last = (await scene.rows())[-1]
    assert (last.cache, last.gone, last.status) == ("hit-exact", "stream", 499)


async def test_a_drain_waits_for_a_replay(scene: Scene, engine: FakeEngine, http: str, connect: Connect):
    """It comes to its end."""
    router = await opened(scene, engine, http, "paced", drain=Drain(notice=0.0, grace=5.0))
    first, _ = await asked_twice(connect, router, LONG)
    raw = await connect(router)
    await raw.send(request(LONG))
    await raw.until(b"data: ")
    await router.drain(asyncio.Event())
    assert b"[DONE]" in await raw.until(b"\r\n0\r\n\r\n")
    assert b"[DONE]" in first
