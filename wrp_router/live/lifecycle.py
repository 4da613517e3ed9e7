"""From the first listen to the last byte: start, signals, two-phase drain."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from typing import Protocol

from aiohttp import web

from wrp_router.config.bounds import Drain

log = logging.getLogger(__name__)

BACKLOG = 2048


class Drainable(Protocol):
    """What a drain needs of the gateway."""

    draining: bool

    @property
    def in_flight(self) -> int: ...

    def until_idle(self) -> asyncio.Future[None]: ...


def listen(host: str, port: int) -> socket.socket:
    """A bound, listening socket. Port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        sock.listen(BACKLOG)
        sock.setblocking(False)
    except OSError:
        sock.close()
        raise
    return sock


class Listener:
    """One aiohttp server on one socket. `stop_accepting`, then `close`."""

    def __init__(self, server: web.Server, sock: socket.socket) -> None:
        self._runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=1.0)
        self._sock = sock
        self._site: web.SockSite | None = None

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._sock.getsockname()[:2]
        return str(host), int(port)

    async def start(self) -> None:
        await self._runner.setup()
        self._site = web.SockSite(self._runner, self._sock, backlog=BACKLOG)
        await self._site.start()

    async def stop_accepting(self) -> None:
        if self._site is not None:
            site, self._site = self._site, None
            await site.stop()

    async def close(self) -> None:
        await self._runner.cleanup()


async def drain(gateway: Drainable, listener: Listener, limits: Drain, forced: asyncio.Event) -> None:
    """Two phases, so that no request is lost between a load balancer's last look and the closed listener (an
    idle keep-alive connection that is simply closed loses the request already on its way)."""
    gateway.draining = True
    log.info("draining: %d in flight; not ready, still answering for %g s", gateway.in_flight, limits.notice)
    await _either(forced, None, limits.notice)
    await listener.stop_accepting()
    log.info("listener closed: %d in flight, up to %g s to finish", gateway.in_flight, limits.grace)
    await _either(forced, gateway.until_idle(), limits.grace)
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
    """SIGTERM and SIGINT: the first asks for a drain, the second forces the end."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self.forced = asyncio.Event()

    def install(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.received)

    def received(self) -> None:
        (self.forced if self.stop.is_set() else self.stop).set()
