"""Reading signals for live requests: at once, in batches, on a thread; and what becomes of the failed and the late."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable
from time import perf_counter
from typing import Any

import numpy as np
import pytest

from tests.live.scene import until
from wrp_router.flow import Embed, Read
from wrp_router.live.batcher import QUEUE_LIMIT, Batcher
from wrp_router.live.reading import CROWD, HEAVY, KEPT, KEPT_LENGTH, LARGE, Reader, ReadingRoom
from wrp_signals import KeywordSpec, Message, Reading, RequestView, Tier, ValueType, Vector
from wrp_signals.cost import Cost

from .test_batcher import Lengths

SLOW = Cost(1e-6, 1.0)


class Told:
    """A signal whose value is whether the vector it was given is `expects`; raises where told to, waits if closed."""

    value_type: ValueType = "bool"
    expected_cost = 1e-6

    def __init__(self, tier: Tier = "none", error: Exception | None = None) -> None:
        self.tier = tier
        self.error = error
        self.open = threading.Event()
        self.open.set()
        self.threads: list[str] = []

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        self.threads.append(threading.current_thread().name)
        assert self.open.wait(10)
        if self.error is not None:
            raise self.error
        return Reading("none" if vector is None else str(float(vector[0])))


def view(text: str = "abc", size: int = 100, tenant: str = "local") -> RequestView:
    return RequestView("chat", "auto", (Message("user", text),), size=size, tenant=tenant)


Made = Callable[..., ReadingRoom]


@pytest.fixture
async def make() -> AsyncIterator[Made]:
    """Makes reading rooms with a model that gives lengths; ends them."""
    rooms: list[ReadingRoom] = []

    def made(model: bool = True, **named: Any) -> ReadingRoom:
        signals = {name: one for name, one in named.items() if hasattr(one, "tier")}
        rest = {name: one for name, one in named.items() if name not in signals}
        rooms.append(ReadingRoom(signals, batcher=Batcher(Lengths()) if model else None, **rest))
        return rooms[-1]

    yield made
    for room in rooms:
        for signal in room.signals.values():
            if isinstance(signal, Told):
                signal.open.set()
        if room.batcher is not None:
            gate(room).set()
        room.close()


def gate(room: ReadingRoom) -> threading.Event:
    """What holds the model up while it is clear."""
    assert room.batcher is not None
    embedder = room.batcher.embedder
    assert isinstance(embedder, Lengths)
    return embedder.open


async def read(reader: Reader, *names: str, patience: float = 5.0, of: RequestView | None = None) -> dict[str, Reading]:
    found = reader.read(Read(of or view(), names, patience))
    return found if isinstance(found, dict) else await found


async def embed(reader: Reader, patience: float = 5.0, of: RequestView | None = None) -> Vector | None:
    found = reader.embed(Embed(of or view(), patience))
    return await found if asyncio.iscoroutine(found) else found


def at_once(room: ReadingRoom, command: Read) -> dict[str, Reading]:
    """Read without a coroutine; tried again where the machine itself held the reader up for a millisecond."""
    for _ in range(50):
        found = room.reader().read(command)
        if isinstance(found, dict):
            return found
        found.close()
    raise AssertionError("it always takes a coroutine")


async def test_quick_signals_are_read_at_once(make: Made) -> None:
    """Without a coroutine: no tier, and the static one; each with the seconds it took."""
    room = make(plain=Told(), table=Told("static"), word=KeywordSpec(words=("abc",)).build(), static=Lengths())
    readings = at_once(room, Read(view(), ("plain", "table", "word"), 1.0))
    assert [(name, one.value) for name, one in readings.items()] == [
        ("plain", "none"),
        ("table", "3.0"),
        ("word", True),
    ]
    assert min(one.cost for one in readings.values()) > 0
    assert room.unknown == {}


async def test_each_tier_embeds_once_a_request(make: Made) -> None:
    """However many signals want its vector, and the cache after them."""
    static = Lengths()
    room = make(a=Told("static"), b=Told("static"), c=Told("model"), d=Told("model"), plain=Told(), static=static)
    reader = room.reader()
    readings = await read(reader, "a", "b", "c", "plain", "d")
    assert [one.value for one in readings.values()] == ["3.0", "3.0", "3.0", "none", "3.0"]
    assert await embed(reader) == np.array([3.0])
    assert room.batcher is not None
    assert (static.batches, room.batcher.embedder.batches) == ([["abc"]], [["abc"]])
    assert (room.texts(), room.waiting()) == ({("static",): 1, ("model",): 1}, 0)
    assert min(room.seconds().values()) > 0


@pytest.mark.parametrize("tier", ["none", "static", "model"])
async def test_a_signal_that_raises_is_unknown(make: Made, caplog: pytest.LogCaptureFixture, tier: Tier) -> None:
    """For this request; others go on. It is logged once a minute, without the words of the error."""
    room = make(bad=Told(tier, ValueError("the prompt")), good=Told(), static=Lengths())
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert [*await read(room.reader(), "bad", "good")] == ["good"]
    assert room.unknown == {("bad", "failed"): 3.0}
    assert len(caplog.records) == 1
    assert "signal bad failed" in caplog.text
    assert "ValueError" in caplog.text
    assert "the prompt" not in caplog.text


async def test_a_static_embedder_that_fails_makes_its_signals_unknown(make: Made) -> None:
    """As if the signal had failed."""
    static = Lengths()
    static.fails = True
    room = make(a=Told("static"), static=static)
    assert await read(room.reader(), "a") == {}
    assert room.unknown == {("a", "failed"): 1.0}


async def test_what_is_not_there_is_missing(make: Made) -> None:
    """Signals that were not built, and tiers that nobody gave."""
    room = make(False, table=Told("static"), deep=Told("model"))
    assert await read(room.reader(), "gone", "table", "deep", "gone") == {}
    assert room.unknown == {("gone", "missing"): 2.0, ("table", "missing"): 1.0, ("deep", "missing"): 1.0}
    assert await embed(room.reader()) is None
    assert (room.texts()["model",], room.seconds()["model",], room.waiting()) == (0, 0, 0)


async def test_without_patience_everything_is_late(make: Made) -> None:
    """Nothing is even tried."""
    room = make(plain=Told(), deep=Told("model"))
    assert await read(room.reader(), "plain", "deep", patience=0.0) == {}
    assert await embed(room.reader(), 0.0) is None
    assert room.unknown == {("plain", "late"): 1.0, ("deep", "late"): 1.0}


async def test_a_late_vector_is_nobodys(make: Made) -> None:
    """Where nothing but signals wants it, it is taken out of the queue."""
    room = make(deep=Told("model"), plain=Told())
    gate(room).clear()
    batcher = room.batcher
    assert batcher is not None
    running = asyncio.ensure_future(read(room.reader(), "deep", patience=5.0, of=view("running")))
    await until(lambda: batcher.embedder.batches)
    assert [*await read(room.reader(), "deep", "plain", "deep", patience=0.01)] == ["plain"]
    gate(room).set()
    assert (await running)["deep"].value == "7.0"
    assert room.unknown == {("deep", "late"): 2.0}
    assert batcher.embedder.batches == [["running"]]


async def test_a_late_vector_still_serves_the_cache(make: Made) -> None:
    """The text is embedded once; leaving ends the wait."""
    room = make(deep=Told("model"), keeps=True)
    gate(room).clear()
    reader, other = room.reader(), room.reader()
    assert await read(reader, "deep", patience=0.01) == {}
    assert await read(other, "deep", patience=0.01, of=view("other")) == {}
    other.leave()
    other.leave()
    gate(room).set()
    assert await embed(reader) == np.array([3.0])
    assert room.batcher is not None
    assert room.batcher.embedder.batches == [["abc"]]


async def test_a_model_that_fails_is_counted(make: Made) -> None:
    """And asked again for the next signal."""
    room = make(deep=Told("model"))
    assert room.batcher is not None
    room.batcher.embedder.fails = True
    reader = room.reader()
    assert await read(reader, "deep") == {}
    assert room.unknown == {("deep", "failed"): 1.0}
    room.batcher.embedder.fails = False
    assert [*await read(reader, "deep")] == ["deep"]


async def test_a_full_queue_is_counted(make: Made) -> None:
    """As such."""
    room = make(deep=Told("model"))
    gate(room).clear()
    assert room.batcher is not None
    for number in range(QUEUE_LIMIT + 1):
        room.batcher.submit(str(number))
    assert await read(room.reader(), "deep") == {}
    assert room.unknown == {("deep", "full"): 1.0}


async def test_what_a_tenant_asked_before_is_known(make: Made) -> None:
    """The turns of a tool loop are embedded once; another tenant's are not shared, long texts and old ones not kept."""
    room = make(deep=Told("model"))
    await read(room.reader(), "deep")
    again = room.reader()
    assert isinstance(again.read(Read(view(), ("deep",), 1.0)), dict)
    assert again.embed(Embed(view(), 1.0)) == np.array([3.0])
    assert room.kept(view(tenant="other")) is None
    await embed(room.reader(), of=view("x" * (KEPT_LENGTH + 1)))
    assert room.kept(view("x" * (KEPT_LENGTH + 1))) is None
    for number in range(KEPT):
        room.keep(view(f"{number}"), np.zeros(1, np.float32))
    assert room.kept(view()) is None


async def test_heavy_signals_are_read_on_a_thread(make: Made) -> None:
    """Where the body is large and the signal dear; with the vector it wants."""
    dear, cheap, table = Told(), Told(), Told("static")
    room = make(dear=dear, cheap=cheap, table=table, static=Lengths(), costs={"dear": SLOW, "table": SLOW})
    large = view("a" * LARGE, LARGE + 100)
    readings = await read(room.reader(), "cheap", "dear", "table", of=large)
    assert [one.value for one in readings.values()] == ["none", "none", str(float(LARGE))]
    assert [one.threads[0].startswith("wrp-read") for one in (dear, cheap, table)] == [True, False, True]
    await read(room.reader(), "dear")
    assert not dear.threads[1].startswith("wrp-read")
    assert await read(room.reader(), "dear", patience=-1.0, of=large) == {}


async def test_the_event_loop_gets_its_turn(make: Made) -> None:
    """Signals that took a moment together are not all read in one go, though each is quick."""

    class Slow(Told):
        def read(self, view: RequestView, vector: Vector | None) -> Reading:
            until_then = perf_counter() + 1.5 * HEAVY
            while perf_counter() < until_then:
                pass
            return super().read(view, vector)

    room = make(a=Slow(), b=Slow(), c=Slow())
    reader, turns = room.reader(), 0
    assert isinstance(reader.read(Read(view(), ("a",), 5.0)), dict)

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    running = asyncio.ensure_future(others())
    assert [*await read(reader, "b", "c")] == ["b", "c"]
    assert turns >= 2
    running.cancel()


async def test_heavy_signals_may_be_late_and_may_fail(make: Made) -> None:
    """Or too many; the thread is left to finish."""
    slow, bad = Told(), Told(error=ValueError("no"))
    room = make(slow=slow, bad=bad, costs={"slow": SLOW, "bad": SLOW})
    large = view("a" * LARGE, LARGE + 100)
    assert await read(room.reader(), "bad", of=large) == {}
    slow.open.clear()
    assert await read(room.reader(), "slow", patience=0.01, of=large) == {}
    crowd = [asyncio.ensure_future(read(room.reader(), "slow", of=large)) for _ in range(CROWD + 1)]
    await until(lambda: ("slow", "full") in room.unknown)
    slow.open.set()
    assert [len(one) for one in await asyncio.gather(*crowd)] == [1] * CROWD + [0]
    assert room.unknown == {("bad", "failed"): 1.0, ("slow", "late"): 1.0, ("slow", "full"): 1.0}


async def test_a_vector_that_takes_all_the_time_leaves_none_for_a_heavy_signal(make: Made) -> None:
    """It is late though its vector came."""
    room = make(deep=Told("model"), costs={"deep": SLOW})
    reader, large = room.reader(), view("a" * LARGE, LARGE + 100)
    room.keep(large, np.zeros(1, np.float32))
    assert await read(reader, "deep", of=large) != {}
    assert await read(reader, "deep", patience=1e-9, of=large) == {}
    assert room.unknown == {("deep", "late"): 1.0}
