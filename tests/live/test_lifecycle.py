"""Listening, draining, signals."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest
from aiohttp import web

from tests.live.raw import request
from tests.live.serving import serving
from wrp_router.config.bounds import Drain
from wrp_router.live.lifecycle import TICK, Listener, Signals, drain, hand_over
from wrp_router.live.listening import listen
from wrp_router.live.server import StrictServer


async def fine(request: web.BaseRequest) -> web.StreamResponse:
    """Answers everything."""
    return web.Response()


async def test_a_listener():
    """It serves until it stops accepting; connections that it has stay until it closes. Both may be said twice."""
    async with serving(fine) as dial:
        raw = await dial()
        await raw.send(request(None))
        assert (await raw.answer())[0] == 200
    listener = Listener(StrictServer(fine), listen("127.0.0.1", 0))
    await listener.start()
    host, port = listener.address
    _, writer = await asyncio.open_connection(host, port)
    await listener.stop_accepting()
    await listener.stop_accepting()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, port)
    await listener.close()
    writer.close()


class Working:
    """A gateway with some requests in flight."""

    def __init__(self, in_flight: int) -> None:
        self.draining = False
        self.in_flight = in_flight
        self._idle = asyncio.get_running_loop().create_future()

    def until_idle(self) -> asyncio.Future[None]:
        if not self.in_flight and not self._idle.done():
            self._idle.set_result(None)
        return self._idle

    def finish(self) -> None:
        """The last request is over."""
        self.in_flight = 0
        self._idle.set_result(None)


class Ear:
    """A listener that only says when it was closed."""

    def __init__(self) -> None:
        self.closed = asyncio.Event()

    async def stop_accepting(self) -> None:
        self.closed.set()


NEVER = Drain(notice=3600.0, grace=3600.0)


async def test_a_drain_in_two_phases():
    """First it says so and goes on accepting; then it waits for what runs."""
    gateway, ear, forced = Working(1), Ear(), asyncio.Event()
    draining = asyncio.create_task(drain(gateway, ear, Drain(notice=0.05, grace=3600.0), forced))
    await asyncio.sleep(0)
    assert (gateway.draining, ear.closed.is_set()) == (True, False)
    await ear.closed.wait()
    assert not draining.done()
    gateway.finish()
    async with asyncio.timeout(1):
        await draining


async def test_a_drain_with_nothing_to_do():
    """Over at once after the notice."""
    ear = Ear()
    async with asyncio.timeout(1):
        await drain(Working(0), ear, Drain(notice=0.0, grace=3600.0), asyncio.Event())
    assert ear.closed.is_set()


async def test_a_drain_that_is_forced(caplog: pytest.LogCaptureFixture):
    """No phase is waited for; the log says what is cut off."""
    gateway, ear, forced = Working(2), Ear(), asyncio.Event()
    forced.set()
    async with asyncio.timeout(1):
        await drain(gateway, ear, NEVER, forced)
    assert ear.closed.is_set()
    assert "2 requests cut off" in caplog.text


async def test_a_grace_period_that_ends(caplog: pytest.LogCaptureFixture):
    """The same when time is up."""
    async with asyncio.timeout(1):
        await drain(Working(1), Ear(), Drain(notice=0.0, grace=0.01), asyncio.Event())
    assert "1 requests cut off" in caplog.text


async def test_others_took_over():
    """Nothing is accepted from then on; connections may be used until nobody has one."""
    gateway, ears, connected = Working(1), [Ear(), Ear()], [1, 1]
    looks: list[int] = []

    def open_connections() -> int:
        looks.append(len(connected))
        return len(connected)

    leaving = asyncio.create_task(hand_over(gateway, ears, open_connections, NEVER, asyncio.Event()))
    await asyncio.gather(*[ear.closed.wait() for ear in ears])
    assert gateway.draining
    gateway.finish()
    connected.pop()
    async with asyncio.timeout(10):
        while looks.count(1) < 3:  # it has seen the last one, and goes on looking
            await asyncio.sleep(TICK)
    assert not leaving.done()
    connected.pop()
    async with asyncio.timeout(10):
        await leaving


async def test_idle_connections_have_a_notice():
    """From when nothing was in flight, not from when others took over."""
    gateway = Working(1)
    limits = Drain(notice=0.3, grace=3600.0)
    leaving = asyncio.create_task(hand_over(gateway, [Ear()], lambda: 1, limits, asyncio.Event()))
    await asyncio.sleep(0.5)
    assert not leaving.done()
    gateway.finish()
    async with asyncio.timeout(10):
        await leaving


@pytest.mark.parametrize("limits", [Drain(notice=0.0, grace=0.1), NEVER])
async def test_leaving_is_bounded_too(caplog: pytest.LogCaptureFixture, limits: Drain):
    """By its grace, or by being forced; without notice what runs still has its grace."""
    forced = asyncio.Event()
    if limits is NEVER:
        forced.set()
    async with asyncio.timeout(10):
        await hand_over(Working(1), [Ear()], lambda: 1, limits, forced)
    assert "1 requests cut off" in caplog.text


async def test_typed():
    """Without notice: it ends when the last request has, and at once where none is in flight."""
    for in_flight in (0, 1):
        working, ear, forced = Working(in_flight), Ear(), asyncio.Event()
        task = asyncio.create_task(drain(working, ear, NEVER, forced, typed=True))
        async with asyncio.timeout(10):
            await ear.closed.wait()
            if in_flight:
                assert not task.done()
                working.finish()
            await task
        assert working.draining


@pytest.mark.parametrize("first", [signal.SIGTERM, signal.SIGINT])
async def test_signals(first: signal.Signals):
    """The first asks for a drain, the second forces the end."""
    signals = Signals()
    signals.install()
    try:
        os.kill(os.getpid(), first)
        async with asyncio.timeout(1):
            await signals.stop.wait()
        assert (signals.forced.is_set(), signals.typed) == (False, first is signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(1):
            await signals.forced.wait()
        assert signals.typed == (first is signal.SIGINT)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().remove_signal_handler(number)
