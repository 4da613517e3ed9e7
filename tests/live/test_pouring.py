"""Streams poured from an engine's connection into a client, by callbacks and by a task."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from wrp_router.live.downstream import Headers, Push, Shared
from wrp_router.live.pouring import Pouring
from wrp_router.live.relay import Recorder, StreamRelay
from wrp_router.live.target import Target
from wrp_router.live.upstream.connection import Connection
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import PAUSE_AT, Broken
from wrp_router.live.watch import Watch
from wrp_router.wire.meter import StreamMeter

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
WORD = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


def piece(data: bytes) -> bytes:
    """A chunk of a body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class Transport(asyncio.Transport):
    """An engine's side that says nothing by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.paused = self.closed = False

    def write(self, data: object) -> None:
        """Nobody reads it."""

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class Client:
    """What it was given. It has enough to read from `room` pieces on, until it `reads`; it is gone after `gone`."""

    started = True
    unread, unsent = 60.0, 0

    def __init__(self, *, pushes: bool = True, room: int = 1000, gone: int = 1000) -> None:
        self.got: list[bytes] = []
        self.waits = 0
        self._pushes, self._room, self._gone = pushes, room, gone
        self._read = asyncio.Event()

    @property
    def push(self) -> Push | None:
        return self._push if self._pushes else None

    def _push(self, data: bytes) -> bool:
        if len(self.got) >= self._gone:
            raise ConnectionResetError("it left")
        self.got.append(data)
        return len(self.got) < self._room

    async def write(self, data: bytes) -> None:
        if not self._push(data):
            await self.until_read()

    async def until_read(self) -> None:
        if len(self.got) >= self._room:
            self.waits += 1
            await self._read.wait()

    def reads(self) -> None:
        """From now on it takes everything."""
        self._room = 1000
        self._read.set()

    async def respond(self, status: int, headers: Headers, body: bytes, shared: Shared = ()) -> None: ...

    async def start(self, status: int, headers: Headers, shared: Shared = ()) -> None: ...

    async def end(self, data: bytes = b"") -> None: ...

    def hang_up(self) -> None: ...

    def abort(self) -> None: ...


class Scene:
    """An engine that has sent its head, a client, and the pouring between them."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.transport = Transport()
        loop = asyncio.get_running_loop()
        self.engine = Connection(loop)
        self.engine.connection_made(self.transport)
        self.engine.begin(b"", 60.0, "total")
        self.engine.data_received(HEAD)
        self.engine.relax()
        self.stream = StreamRelay(StreamMeter("chat", 1))
        self.recorder = Recorder(1 << 20)
        target = Target(Origin("http://127.0.0.1:1"))
        watch = Watch(loop, target, self.engine, client, 60.0)
        self._pouring = Pouring(self.engine, self.stream, watch, client, self.recorder, None)
        self.stop: Callable[[], None] = watch.stop

    async def run(self) -> bytes:
        """What is left to be given."""
        try:
            return await asyncio.wait_for(self._pouring.run(b""), 10)
        finally:
            self.stop()

    def send(self, *events: bytes) -> None:
        """The engine sends these, each by itself."""
        for event in events:
            self.engine.data_received(piece(event))


async def turns(count: int = 3) -> None:
    """Lets others run."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("pushes", [True, False], ids=["pushed", "written"])
async def test_event_by_event(pushes: bool):
    """All that came before the end, in order, and recorded; the end is for the caller to give."""
    scene = Scene(Client(pushes=pushes))
    task = asyncio.ensure_future(scene.run())
    await turns()
    for event in (WORD, WORD[:30], WORD[30:], LAST):
        scene.send(event)
        await turns()
    assert scene.client.got == [WORD, WORD, LAST]
    scene.engine.data_received(piece(DONE) + b"0\r\n\r\n")
    assert await task == DONE
    assert (scene.stream.ended, scene.engine.sink) == (True, None)
    assert scene.recorder.body() == WORD + WORD + LAST


async def test_pieces_are_passed_on_as_they_come():
    """No task has run in between."""
    scene = Scene(Client())
    task = asyncio.ensure_future(scene.run())
    await turns()
    scene.send(WORD)
    assert scene.client.got == [WORD]
    scene.send(LAST, DONE)
    assert await task == DONE


async def test_what_came_before_is_not_lost():
    """Events that were here before anybody poured, the end among them."""
    scene = Scene(Client())
    scene.send(WORD, LAST, DONE)
    assert await scene.run() == WORD + LAST + DONE


async def test_a_client_that_reads_slowly():
    """Nothing is pushed at it while it has enough; what comes meanwhile waits, in order."""
    scene = Scene(Client(room=1))
    task = asyncio.ensure_future(scene.run())
    await turns()
    scene.send(WORD, WORD)
    await turns()
    scene.send(LAST)
    assert (scene.client.got, scene.client.waits) == ([WORD], 1)
    scene.client.reads()
    await turns()
    assert b"".join(scene.client.got) == WORD + WORD + LAST
    scene.send(DONE)
    assert await task == DONE


@pytest.mark.parametrize("pushes", [True, False], ids=["pushed", "written"])
async def test_a_stream_that_breaks_off(pushes: bool):
    """What came whole has been given; the stream says what happened."""
    scene = Scene(Client(pushes=pushes))
    task = asyncio.ensure_future(scene.run())
    await turns()
    scene.send(WORD, WORD[:20])
    scene.engine.connection_lost(None)
    assert await task == b""
    assert scene.client.got == [WORD]
    assert (scene.stream.error, scene.stream.ended) == ("truncated", False)


@pytest.mark.parametrize("pushes", [True, False], ids=["pushed", "written"])
@pytest.mark.parametrize("ending", [b"0\r\n\r\n", b"no chunk at all\r\n"], ids=["an end", "a fault"])
async def test_what_comes_with_the_end(pushes: bool, ending: bytes):
    """Nothing more will call: what came in the same piece as an early end, or as bytes that are none, is all."""
    scene = Scene(Client(pushes=pushes))
    task = asyncio.ensure_future(scene.run())
    await turns()
    scene.engine.data_received(piece(WORD) + ending)
    assert await task == b""
    assert (scene.client.got, scene.stream.ended, bool(scene.stream.error)) == ([WORD], False, True)


async def test_a_timer_ends_it():
    """By its name."""
    scene = Scene(Client())
    task = asyncio.ensure_future(scene.run())
    await turns()
    scene.engine.fail(Broken("timeout", timer="idle"))
    assert await task == b""
    assert (scene.stream.error, scene.transport.closed) == ("idle", True)


async def test_a_client_that_left():
    """The event loop sees no exception; whoever pours does, and nothing more is written."""
    scene = Scene(Client(gone=1))
    task = asyncio.ensure_future(scene.run())
    await turns()
    scene.send(WORD, WORD, WORD)
    with pytest.raises(ConnectionResetError):
        await task
    assert scene.client.got == [WORD]
    assert scene.engine.sink is None


async def test_cancelled():
    """What comes afterwards goes nowhere."""
    scene = Scene(Client())
    task = asyncio.ensure_future(scene.run())
    await turns()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    scene.send(WORD)
    assert (scene.client.got, scene.engine.sink) == ([], None)


async def test_more_than_a_connection_holds_and_then_the_end():
    """An engine that was stopped from sending, and is gone by the time there is room again."""
    scene = Scene(Client(room=1))
    task = asyncio.ensure_future(scene.run())
    await turns()
    scene.send(*[WORD] * (2 * PAUSE_AT // len(WORD)))
    assert scene.transport.paused
    scene.engine.connection_lost(None)
    scene.client.reads()
    assert await task == b""
    assert sum(map(len, scene.client.got)) == len(WORD) * (2 * PAUSE_AT // len(WORD))
    assert scene.stream.error == "truncated"
