"""A door before acts of the test's own, in the place of flows. What it gives away is answered by aiohttp's server, and
says so."""

from __future__ import annotations

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web

from tests.live.raw import Raw
from wrp_router.config.bounds import Limits, Timeouts
from wrp_router.config.clients import Clients
from wrp_router.errors import RouterError
from wrp_router.live.bodies import Bodies
from wrp_router.live.gateway import Gateway, State
from wrp_router.live.lean.connection import LeanConnection
from wrp_router.live.lean.door import Door
from wrp_router.live.lean.downstream import LeanDownstream
from wrp_router.live.lifecycle import Listener
from wrp_router.live.listening import listen
from wrp_router.live.preamble import Preamble, Terms
from wrp_router.live.seating import Handed, Reception
from wrp_router.live.server import StrictServer
from wrp_router.live.tenants import Caller, Tenants

KEY = "sk-red-0123456789"

Act = Callable[[LeanDownstream, bytes], Awaitable[None]]


def terms(*keys: str, headers: int = 32 << 10, visible: frozenset[str] = frozenset()) -> Terms:
    """Without keys, everybody may ask."""
    callers = {hashlib.sha256(key.encode()).digest(): Caller(f"tenant-{key}") for key in keys}
    return Terms(Tenants(callers, b"secret"), headers, visible, (600.0, 3600.0))


def state(accepted: Terms | None = None, limits: Limits | None = None, **timeouts: float) -> State:
    """One without flows."""
    nothing, deaf = cast(Any, None), cast(Any, SimpleNamespace(watcher=lambda record: None))
    return State(nothing, deaf, accepted or terms(), {}, limits or Limits(), Timeouts(**timeouts), b"secret")


async def echo(client: LeanDownstream, body: bytes) -> None:
    """Gives the body back."""
    await client.respond(200, [("x-reader", "lean")], body)


class Visited:
    """One request, and how it ended: served, refused, abandoned, or not yet."""

    def __init__(self, client: LeanDownstream, preamble: Preamble) -> None:
        self.client = client
        self.preamble = preamble
        self.body = b""
        self.ended = ""
        self.received = 0

    def receive(self, count: int, bodies: Bodies) -> None:
        """There is room for any body."""
        self.received += count


class Acts(Gateway):
    """A gateway that performs `act` for every request, and notes them all in order, whoever read them: method, target
    and body."""

    def __init__(self, first: State, act: Act) -> None:
        super().__init__(first)
        self.act = act
        self.visits: list[Visited] = []
        self.noted: list[tuple[str, str, bytes]] = []

    def enter(self, client: Any, preamble: Preamble) -> Any:
        self.visits.append(Visited(client, preamble))
        return self.visits[-1]

    async def serve(self, visit: Any, preamble: Preamble, raw: bytes) -> None:
        assert visit.preamble is preamble
        visit.body = raw
        self.noted.append(("POST", preamble.path, raw))
        try:
            await self.act(visit.client, raw)
            visit.ended = "served"
        except BaseException as error:
            visit.ended = type(error).__name__
            raise

    async def refuse(self, visit: Any, error: RouterError) -> None:
        visit.ended = f"refused {error.status}"
        await visit.client.respond(error.status, [], str(error).encode())

    def abandon(self, visit: Any) -> None:
        visit.ended = "abandoned"

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        self.noted.append((request.method, request.raw_path, body))
        return web.Response(body=body, headers={"x-reader": "aiohttp", "x-method": request.method})


class Counting(LeanConnection):
    """Counts the bytes that came."""

    __slots__ = ("came",)

    def __init__(self, door: Door) -> None:
        super().__init__(door)
        self.came = 0

    def data_received(self, data: bytes) -> None:
        self.came += len(data)
        super().data_received(data)


class CountingDoor(Door):
    """Keeps what it made, and counts what it gave away."""

    def __init__(self, acts: Acts, server: StrictServer) -> None:
        super().__init__(acts, self._give, server.reception)
        self._server = server
        self.made: list[Counting] = []
        self.given = 0

    def __call__(self) -> LeanConnection:
        self.made.append(Counting(self))
        return self.made[-1]

    def _give(self, handed: Handed) -> asyncio.Protocol:
        self.given += 1
        return self._server.strict(handed)


class Front:
    """A door that is open, and connections to it."""

    def __init__(self, acts: Acts, door: CountingDoor, listener: Listener) -> None:
        self.acts = acts
        self.door = door
        self.listener = listener
        self.opened: list[Raw] = []

    @property
    def bodies(self) -> list[bytes]:
        """Of the requests that were read at the door."""
        return [visit.body for visit in self.acts.visits]

    @property
    def ends(self) -> list[str]:
        """How they ended."""
        return [visit.ended for visit in self.acts.visits]

    async def dial(self, receive_buffer: int = 0) -> Raw:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if receive_buffer:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.opened.append(Raw(sock))
        await asyncio.get_running_loop().sock_connect(sock, self.listener.address)
        return self.opened[-1]


@asynccontextmanager
async def front(
    act: Act = echo, first: State | None = None, reception: Reception | None = None, **clients: Any
) -> AsyncIterator[Front]:
    """Closed at the end, with its connections; by then no task is left."""
    before = asyncio.all_tasks()
    first = first or state()
    acts = Acts(replace(first, clients=Clients(**clients)) if clients else first, act)
    server = StrictServer(acts.handle, acts.state.clients, reception)
    server.door = door = CountingDoor(acts, server)
    made = Front(acts, door, Listener(server, listen("127.0.0.1", 0)))
    await made.listener.start()
    try:
        yield made
    finally:
        for raw in made.opened:
            raw.close()
        await made.listener.close()
    assert not {task for task in asyncio.all_tasks() - before if "Lean" in repr(task)}
