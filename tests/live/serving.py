"""A server with one handler of the test's own, and connections to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from tests.live.raw import Raw
from wrp_router.config.clients import Clients
from wrp_router.live.lifecycle import Listener
from wrp_router.live.listening import listen
from wrp_router.live.seating import Handed, Reception
from wrp_router.live.server import StrictHandler, StrictServer

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Dial = Callable[[], Awaitable[Raw]]


class Noting(StrictServer):
    """Notes the connections that it makes."""

    made: list[StrictHandler]

    def strict(self, handed: Handed | None = None) -> StrictHandler:
        self.made.append(super().strict(handed))
        return self.made[-1]


@asynccontextmanager
async def serving(
    handler: Handler, reception: Reception | None = None, made: list[StrictHandler] | None = None, **clients: Any
) -> AsyncIterator[Dial]:
    """Opens connections to it, and closes them at the end. `made` gets the server's side of each."""
    server = Noting(handler, Clients(**clients), reception)
    server.made = [] if made is None else made
    listener = Listener(server, listen("127.0.0.1", 0))
    await listener.start()
    opened: list[Raw] = []

    async def dial() -> Raw:
        sock = socket.socket()
        sock.setblocking(False)
        opened.append(Raw(sock))
        await asyncio.get_running_loop().sock_connect(sock, listener.address)
        return opened[-1]

    try:
        yield dial
    finally:
        for raw in opened:
            raw.close()
        await listener.close()
