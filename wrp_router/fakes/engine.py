"""A fake inference engine on a real socket: it speaks the OpenAI, Responses and Anthropic APIs, takes the time its
profile says, fails as it is told to, and remembers what was asked of it. It infers nothing."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

import msgspec

from .acts import Reply, Whole
from .answers import NO_RULES, Rules
from .asking import Refused
from .connection import Connection
from .errors_api import body as error_body
from .fabric import Fabric
from .faults import NO_FAULTS, Faults
from .half import BOOTSTRAP_PORT, Half, Side
from .http1 import Request
from .metrics import Load, exposition
from .mishaps import Mishaps
from .model import INSTANT, EngineModel, Profile
from .pace import Pace
from .player import play
from .script import perform
from .seen import Counters, Seen
from .service import Order, Service, identity_headers


class FakeEngine:
    """An engine to be entered with `async with`; then `url` and `port` say where it is. The port stays its own when it
    is stopped and started again.

    `mishaps.line` (first: `fault`) are the knobs of every POST that brings none of its own, `mishaps.probes` those of
    every GET. `seen` holds the latest `keep` requests, oldest first. `keep_alive` is after how many idle seconds a
    connection is closed (uvicorn: 5). `context` is in tokens, 0 for no limit; `dim` is the length of embeddings.
    With a `side` it is one half of a divided vLLM or SGLang, joined to others by the `fabric`. By `rules` it says what
    it is told to: a judge, for example, `{"the request begins": ['{"grade": 4}']}`.
    """

    def __init__(
        self,
        models: Sequence[str] = ("fake",),
        *,
        profile: Profile = INSTANT,
        dialect: str = "vllm",
        fault: str = "",
        keep_alive: float = 5.0,
        api_key: str = "",
        context: int = 0,
        dim: int = 64,
        host: str = "127.0.0.1",
        port: int = 0,
        keep: int = 10_000,
        seed: int = 0,
        side: Side | None = None,
        fabric: Fabric | None = None,
        bootstrap_port: int = BOOTSTRAP_PORT,
        rules: Rules = NO_RULES,
    ) -> None:
        self.model = EngineModel(profile)
        self.mishaps = Mishaps(fault, seed)
        self.keep_alive = keep_alive
        self.host = host
        self.port = port
        self.seen: deque[Seen] = deque(maxlen=keep)
        self.counters = Counters()
        self.rules = rules
        self._service = Service(tuple(models), dialect, dim, context, api_key, rules)
        joined = fabric or Fabric()
        self.half = Half(dialect, side, joined, f"engine-{id(self)}", host, bootstrap_port) if side else None
        self._connections: dict[int, Connection] = {}
        self._paces: dict[int, Pace] = {}  # by the model's ticket
        self._waiters: list[tuple[Callable[[FakeEngine], object], asyncio.Future[None]]] = []
        self._server: asyncio.Server | None = None
        self._stopping = False

    @property
    def url(self) -> str:
        """Without a path: SDKs want `url + "/v1"` (OpenAI) or this (Anthropic)."""
        return f"http://{self.host}:{self.port}"

    @property
    def fault(self) -> str:
        return self.mishaps.line

    @fault.setter
    def fault(self, line: str) -> None:
        self.mishaps.line = line

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._stopping = False
        self._server = await loop.create_server(lambda: Connection(self), self.host, self.port, backlog=1024)
        self.port = self._server.sockets[0].getsockname()[1]
        self._changed()

    async def stop(self) -> None:
        """Stop listening and drop every connection; no task or socket is left."""
        if self._server is None:
            return
        self._stopping = True
        self._server.close()
        await asyncio.gather(*(connection.stop() for connection in tuple(self._connections.values())))
        await self.until(lambda engine: not engine.counters.open, within=5)
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def until(self, holds: Callable[[FakeEngine], object], within: float = 5.0) -> None:
        """Wait until `holds(engine)`; it is asked again at every change. Raises TimeoutError that tells the state."""
        if holds(self):
            return
        waiter = (holds, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            await asyncio.wait_for(waiter[1], within)
        except TimeoutError:
            latest = list(self.seen)[-5:]
            raise TimeoutError(f"not within {within} s: {self.counters}, latest {latest}") from None
        finally:
            self._waiters.remove(waiter)

    def load(self) -> Load:
        """How busy it is, as /metrics tells it."""
        now, profile, counters = time.monotonic(), self.model.profile, self.counters
        waiting = self.model.waiting(now)
        return Load(
            running=max(0, len(self._paces) - waiting),
            waiting=waiting,
            kv_usage=self.model.kv_usage(now),
            prompt_tokens=counters.prompt_tokens,
            generation_tokens=counters.generation_tokens,
            cached_tokens=counters.cached_tokens,
            finished=counters.done,
            kv_blocks=profile.kv_blocks,
            block_tokens=profile.block_tokens,
        )

    def opened(self, connection: Connection) -> int:
        self.counters.accepted += 1
        self.counters.open += 1
        self._connections[self.counters.accepted] = connection
        if self._stopping:  # it was in the queue when the listener closed
            connection.abort()
        self._changed()
        return self.counters.accepted

    def closed(self, connection: Connection) -> None:
        self.counters.open -= 1
        del self._connections[connection.id]
        self._changed()

    async def serve(self, connection: Connection, request: Request) -> bool:
        """Answer one request; False if the connection is over with it."""
        arrived = time.monotonic()
        seen = Seen(request.method, request.path, request.headers, request.body, arrived, connection.id)
        self.seen.append(seen)
        self.counters.requests += 1
        self._changed()
        pace = Pace(arrived)
        try:
            reply, faults = await self._answer(request, pace, seen)
            seen.status = reply.status if isinstance(reply, Whole) else 200
            acts = perform(reply, faults, not request.keep_alive)
            ended, stays = await play(acts, connection, pace, seen, self._changed)
            seen.end(ended, time.monotonic())
        except asyncio.CancelledError:
            left = connection.left_at
            seen.end("fault" if left is None else "client_gone", left or time.monotonic())
            raise
        finally:
            self._over(pace, seen)
        if self.half is not None and ended == "done" and seen.status == 200 and request.method == "POST":
            self.half.done(seen.json())
        return stays

    async def _answer(self, request: Request, pace: Pace, seen: Seen) -> tuple[Reply, Faults]:
        try:
            faults = self.mishaps.of(request)
        except ValueError as wrong:
            faults = NO_FAULTS
            kind, body = error_body("openai", 500, f"x-fake: {wrong}")
            reply: Reply = Whole(body, 500, kind)
        else:
            pace.follow(faults)
            reply = await self._reply(request, faults, pace, seen)
        request_id = request.headers.get("x-request-id", f"req_{self.counters.requests}")
        headers = identity_headers(self._service.dialect, request.path, request_id)
        return msgspec.structs.replace(reply, headers=headers), faults

    async def _reply(self, request: Request, faults: Faults, pace: Pace, seen: Seen) -> Reply:
        if request.path == self._service.metrics and faults.status == 200:
            text = exposition(self._service.dialect, self._service.models[0], self.load())
            return Whole(text, content_type="text/plain; version=0.0.4; charset=utf-8")
        taken = self._service.take(request, faults)
        if not isinstance(taken, Order):
            return taken
        if self.half is None:
            return taken.reply(self._admit(taken, pace, seen, False))
        body = seen.json()
        try:
            handed = await self.half.receive(body, taken.prompt)
        except Refused as refused:
            return self._service.refusal(faults.error_shape or self._service.dialect, refused)
        pace.arrived = time.monotonic()
        return self.half.reply(body, taken.prompt, taken.reply(self._admit(taken, pace, seen, handed)))

    def _admit(self, order: Order, pace: Pace, seen: Seen, handed: bool) -> int:
        """How much of the prompt it has."""
        timing = self.model.admit(order.prompt, order.tokens, pace.arrived, handed=handed)
        pace.timing = timing
        self._paces[timing.ticket] = pace
        seen.tokens, seen.cached_tokens = order.tokens, timing.cached_tokens
        return timing.cached_tokens

    def _over(self, pace: Pace, seen: Seen) -> None:
        timing = pace.timing
        if timing is not None:
            del self._paces[timing.ticket]
            for moved in self.model.release(timing.ticket, time.monotonic()):
                self._paces[moved.ticket].move(moved)
        self.counters.count(seen, timing.prompt_tokens if timing else 0)
        self._changed()

    def _changed(self) -> None:
        for holds, waiter in self._waiters:
            if not waiter.done() and holds(self):
                waiter.set_result(None)
