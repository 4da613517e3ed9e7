"""From the first listen to the last byte: start, signals, two-phase drain, and leaving to others who took over."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import signal
import socket
from collections.abc import Callable, Sequence
from typing import Protocol

from aiohttp import web

from wrp_router.config.bounds import Drain

from .accepting import Accepting
from .listening import BACKLOG
from .server import StrictServer
from .turns import Turns

log = logging.getLogger(__name__)

STANDARD_ERROR = 2

TICK = 0.05
"""Seconds between two looks at what is left of a worker that leaves."""


class Drainable(Protocol):
    """What a drain needs of the gateway."""

    draining: bool

    @property
    def in_flight(self) -> int: ...

    def until_idle(self) -> asyncio.Future[None]: ...


class Listener:
    """One aiohttp server on one socket. `stop_accepting`, then `close`. With `turns`, others accept there, too."""

    def __init__(self, server: StrictServer, sock: socket.socket, turns: Turns | None = None) -> None:
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=1.0)
        self._sock = sock
        self._server, self._turns = server, turns
        self._site: web.SockSite | Accepting | None = None

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._sock.getsockname()[:2]
        return str(host), int(port)

    async def start(self) -> None:
        await self._runner.setup()
        if self._turns is not None:
            self._site = Accepting(self._server, self._sock, self._turns, lambda: self._server.load)
            self._site.start()
            return
        self._site = web.SockSite(self._runner, self._sock, backlog=BACKLOG)
        await self._site.start()

    async def stop_accepting(self) -> None:
        if self._site is not None:
            site, self._site = self._site, None
            stopped = site.stop()
            if stopped is not None:
                await stopped

    async def close(self) -> None:
        await self.stop_accepting()
        await self._runner.cleanup()


async def drain(
    gateway: Drainable, listener: Listener, limits: Drain, forced: asyncio.Event, *, typed: bool = False
) -> None:
    """Two phases, so that no request is lost between a load balancer's last look and the closed listener (an
    idle keep-alive connection that is simply closed loses the request already on its way). Where it was `typed` at a
    terminal there is nobody to give notice to: the first is left out."""
    gateway.draining = True
    if not typed:
        log.info("draining: %d in flight; not ready, still answering for %g s", gateway.in_flight, limits.notice)
        await _either(forced, None, limits.notice)
    await listener.stop_accepting()
    log.info("listener closed: %d in flight, up to %g s to finish", gateway.in_flight, limits.grace)
    if typed and gateway.in_flight:
        log.info("once more, and they are cut off")
    await _either(forced, gateway.until_idle(), limits.grace)
    if gateway.in_flight:
        log.warning("%d requests cut off by the end of the grace period", gateway.in_flight)


async def hand_over(
    gateway: Drainable,
    listeners: Sequence[Listener],
    connections: Callable[[], int],
    limits: Drain,
    forced: asyncio.Event,
) -> None:
    """Others accept at the same sockets. So nobody need be told to stay away; but a client may be about to send its
    next request on a connection that it has here. Each is answered, and told that it was the last. The end is when
    nobody is connected any more, or when nothing was in flight for as long as a notice lasts: what is idle then is
    closed."""
    gateway.draining = True
    log.info("others took over: %d in flight, on %d connections", gateway.in_flight, connections())
    for listener in listeners:
        await listener.stop_accepting()
    clock = asyncio.get_running_loop().time
    quiet, end = clock(), clock() + limits.notice + limits.grace
    while (connections() or gateway.in_flight) and clock() < end and not forced.is_set():
        if gateway.in_flight:
            quiet = clock()
        elif clock() - quiet >= limits.notice:
            break
        await _either(forced, None, TICK)
    if gateway.in_flight:
        log.warning("%d requests cut off by the end of the grace period", gateway.in_flight)


async def _either(forced: asyncio.Event, idle: asyncio.Future[None] | None, seconds: float) -> None:
    waits: set[asyncio.Future[object]] = {asyncio.ensure_future(forced.wait())}
    if idle is not None:
        waits.add(asyncio.ensure_future(idle))
    _, pending = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()


class Signals:
    """SIGTERM and SIGINT: the first asks for a drain, without notice if it was SIGINT (`typed`: Ctrl-C); the second
    forces the end. SIGHUP ends nothing: who sends it wants another configuration, or closes a terminal, and by default
    it would cut off all that runs. SIGUSR1 has all threads written to standard error, files and lines alone, also by a
    process that hangs."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.forced = asyncio.Event()
        self.typed = False

    def install(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.received, number)
        loop.add_signal_handler(signal.SIGHUP, self.hung_up)
        faulthandler.register(signal.SIGUSR1, file=STANDARD_ERROR)

    def received(self, number: signal.Signals) -> None:
        if self.stop.is_set():
            self.forced.set()
            return
        self.typed = number is signal.SIGINT
        self.stop.set()

    def hung_up(self) -> None:
        log.warning(
            "SIGHUP: this process goes on as it is; serve with --workers (1 will do) to have the file read anew"
        )
