"""The one timer of a stream, on a clock that is moved by hand."""

from __future__ import annotations

import heapq
from collections.abc import Callable

import pytest

from wrp_router.config.bounds import Timeouts
from wrp_router.live.target import Target
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import Broken
from wrp_router.live.watch import Watch, in_a_hurry


class Clock:
    """As much of an event loop as a timer needs."""

    def __init__(self) -> None:
        self.now = 100.0
        self._due: list[tuple[float, int, Timer]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        timer = Timer(callback)
        heapq.heappush(self._due, (when, id(timer), timer))
        return timer

    def move_to(self, now: float) -> None:
        """Lets all that is due until then happen, each at its time."""
        while self._due and self._due[0][0] <= now:
            self.now, _, timer = heapq.heappop(self._due)
            timer.ring()
        self.now = now

    @property
    def waiting(self) -> int:
        return len([timer for _, _, timer in self._due if not timer.cancelled])


class Timer:
    """A callback that may be cancelled."""

    def __init__(self, callback: Callable[[], None]) -> None:
        self._callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True

    def ring(self) -> None:
        if not self.cancelled:
            self._callback()


class Engine:
    """The connection to an engine: when it last spoke, and how it ended."""

    def __init__(self) -> None:
        self.active_at = 100.0
        self.ended = ""

    def abort(self) -> None:
        self.ended = "aborted"

    def fail(self, broken: Broken) -> None:
        self.ended = broken.timer


class Client:
    """A client that reads only when told to."""

    unread = 10.0

    def __init__(self) -> None:
        self.cut = False
        self.unsent = 0
        self.got = b""

    async def write(self, data: bytes) -> None:
        self.got += data

    def abort(self) -> None:
        self.cut = True


class Stream:
    """All of it: 10 s of silence are too much, and 60 s in all."""

    def __init__(self, patience: float = 60.0, client: Client | None = None) -> None:
        self.clock, self.engine, self.client = Clock(), Engine(), client or Client()
        target = Target(Origin("http://engine"), timeouts=Timeouts(idle=10.0, stream=60.0))
        self.watch = Watch(self.clock, target, self.engine, self.client, patience)


async def test_silence():
    """After the idle time, counted from the last byte."""
    stream = Stream()
    stream.clock.move_to(109.9)
    stream.engine.active_at = 105.0
    stream.clock.move_to(114.9)
    assert stream.engine.ended == ""
    stream.clock.move_to(115.0)
    assert (stream.engine.ended, stream.clock.waiting) == ("idle", 0)


async def test_the_wall():
    """However lively the stream is."""
    stream = Stream()
    for second in range(1, 60):
        stream.clock.move_to(100.0 + second)
        stream.engine.active_at = 100.0 + second
        assert (stream.engine.ended, stream.clock.waiting) == ("", 1)
    stream.clock.move_to(160.0)
    assert stream.engine.ended == "total"


@pytest.mark.parametrize(
    ("patience", "timer"), [(5.0, "deadline"), (59.9, "total"), (60.0, "total"), (-1.0, "deadline")]
)
async def test_a_caller_in_a_hurry(patience: float, timer: str):
    """The caller's own limit is named; a moment that went by here is not the caller's."""
    stream = Stream(patience)
    for second in range(61):
        stream.clock.move_to(100.0 + second)
        stream.engine.active_at = stream.clock.now
    assert stream.engine.ended == timer


async def test_a_client_that_does_not_read():
    """Both ends are cut after the idle time; that the engine is silent meanwhile is no fault of its."""
    stream = Stream(client=Stalled())
    stream.clock.move_to(105.0)
    writing = stream.watch.write(stream.client, b"x")
    writing.send(None)
    stream.clock.move_to(114.9)
    assert (stream.engine.ended, stream.client.cut) == ("", False)
    stream.clock.move_to(120.0)
    assert (stream.engine.ended, stream.client.cut, stream.clock.waiting) == ("aborted", True, 0)
    writing.close()


class Stalled(Client):
    """Never takes what is written, unless it is told so."""

    async def write(self, data: bytes) -> None:
        self.unsent += len(data)
        await Forever()


class Forever:
    """What never comes."""

    def __await__(self):
        yield


async def test_a_client_that_reads_slowly():
    """Has the time anew whenever it has read something since the last look; that the engine, which is held back, is
    silent is no fault of its. When it stops reading, both ends are cut."""
    stream = Stream(client=Stalled())
    writing = stream.watch.write(stream.client, b"abc")
    writing.send(None)
    for unsent, later in ((2, 111.0), (1, 121.0)):
        stream.client.unsent = unsent
        stream.clock.move_to(later)
        assert (stream.engine.ended, stream.client.cut, stream.clock.waiting) == ("", False, 1)
    stream.clock.move_to(131.0)
    assert (stream.engine.ended, stream.client.cut, stream.clock.waiting) == ("aborted", True, 0)
    writing.close()


async def test_a_client_that_reads():
    """A write that is over counts no more."""
    stream = Stream()
    await stream.watch.write(stream.client, b"ab")
    stream.clock.move_to(109.0)
    stream.engine.active_at = 109.0
    stream.clock.move_to(118.0)
    assert (stream.client.got, stream.engine.ended) == (b"ab", "")


async def test_stopped():
    """Nothing happens any more."""
    stream = Stream()
    stream.watch.stop()
    stream.clock.move_to(1000.0)
    assert (stream.engine.ended, stream.client.cut) == ("", False)


def test_hurry():
    """A quarter of a second may go by before an engine is asked."""
    assert [in_a_hurry(left, 60.0) for left in (1.0, 59.7, 59.8, 60.0)] == [True, True, False, False]
