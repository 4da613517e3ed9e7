"""One request at the gateway, from its accepted head to its answer: every error becomes one in the caller's dialect."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any, NoReturn

import msgspec
from aiohttp import web

from wrp_router.accounts import OTHERS
from wrp_router.config.bounds import Limits, Timeouts
from wrp_router.config.clients import Clients
from wrp_router.errors import MethodNotAllowed, NotFound, RouterError
from wrp_router.flow import Ask, Rooms, serve
from wrp_router.flow.shedding import pressed
from wrp_router.record import Phase, Refused, Row
from wrp_router.telemetry.discretion import wordless
from wrp_router.wire import errors as wire_errors
from wrp_router.wire import headers as wire_headers
from wrp_router.wire import paths, scope
from wrp_router.wire.body import decode
from wrp_router.wire.paths import Purpose
from wrp_router.wire.session import session_of
from wrp_router.wire.view import view_of
from wrp_router.wire.words import Body
from wrp_signals.facts import Facts, Operation

from .bodies import SMALL, Bodies, TooMuchAtOnce, room
from .callers import look
from .downstream import Downstream, Headers
from .driver import Driver
from .guessing import TooManyKeys
from .head import Malformed
from .labels import identity
from .pacing import Pace, pace_of
from .preamble import Preamble, Terms
from .world import Inbound, World

CLIENTS = Clients()

log = logging.getLogger(__name__)

_IDS = random.Random(os.urandom(32))
"""Ids need be unique, not secret; a system call for each would let other threads in (30 us where they are busy)."""

Local = Callable[[str], Awaitable[web.Response]]
"""Answers a path by itself, without any engine. It is given what the path names, or ""."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A request of whoever runs the router, whose body is still to be read. `headers` belong to every answer to it."""

    request: web.BaseRequest
    client: Downstream
    preamble: Preamble
    headers: Headers


Desk = Callable[[Errand], Awaitable[None]]
"""Answers an errand. Raises RouterError."""


@dataclass(frozen=True, slots=True)
class State:
    """All that one configuration makes of a gateway. A reload builds a new one and swaps it whole. `own` are the
    locals that differ by tenant; those of OTHERS are for who is not named."""

    rooms: Rooms
    world: World
    terms: Terms
    locals: Mapping[Purpose, Local]
    limits: Limits
    timeouts: Timeouts
    secret: bytes
    embedder: str = ""
    clients: Clients = CLIENTS
    desks: Mapping[Purpose, Desk] = field(default_factory=dict)
    own: Mapping[str, Mapping[Purpose, Local]] = field(default_factory=dict)

    @property
    def pace(self) -> Pace:
        """How slowly bodies may come."""
        return pace_of(self.clients, self.timeouts.body)


class Visit:
    """Call `answer` once, with the work that reads the request and then calls `serve`."""

    __slots__ = (
        "_arrived", "_client", "_phase", "_received", "_serial", "_state", "_time", "_told", "counted", "operation",
        "path", "request_id", "tenant",
    )  # fmt: skip

    def __init__(self, state: State, client: Downstream) -> None:
        self._state = state
        self._client = client
        self._arrived = monotonic()
        self._time = time()
        self._serial = f"{_IDS.getrandbits(96):024x}"
        self._phase: Phase = "headers"
        self._received = self.counted = 0
        self._told = False
        self.tenant = ""
        self.request_id = ""
        self.operation: Operation = "chat"
        self.path = ""

    def introduce(self, path: str, request_id: str | None) -> None:
        """Whatever comes of the request: its path decides the dialect of errors, its id stands in every answer."""
        self.path = path
        self.operation = "messages" if path.startswith("/v1/messages") else "chat"
        self.request_id = wire_headers.request_id(request_id, "req_" + self._serial)

    def accepted(self, preamble: Preamble) -> None:
        """The head is good; the body is next."""
        operation = preamble.endpoint.operation
        if operation is not None:
            self.operation = operation
            self.tenant = preamble.caller.tenant
            self._phase = "body"

    def receive(self, count: int, bodies: Bodies) -> None:
        """So many more bytes of the body are here. Whoever ends the visit gives back what is `counted`. Raises
        TooMuchAtOnce: what had come of it is let go, and has been given back for those that are read in the same
        moment."""
        self._received += count
        if self._received > SMALL:
            more = self._received - self.counted
            state = self._state
            most = room(state.clients.bodies, state.rooms.pressure.spec.memory)
            try:
                bodies.take(self.tenant, more, most, state.limits.body)
            except TooMuchAtOnce:
                bodies.leave(self.tenant, self.counted)
                self.counted = 0
                raise
            self.counted += more

    async def answer(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work; answer where it fails. The client's leaving cancels this."""
        try:
            await work
        except RouterError as error:
            await self.refuse(error)
        except asyncio.CancelledError:
            if self._phase != "stream":
                self.gone()
            raise
        except Exception as error:
            # a mistake of ours: the client learns that there was one, the log learns of which kind and where
            log.error("request %s failed", self.request_id, exc_info=wordless(error))
            await self.refuse(RouterError("The router made a mistake; its log names it."))

    async def serve(self, preamble: Preamble, raw: bytes) -> None:
        """The body is here: run its flow to the end. Raises RouterError for a body that cannot be read, or where there
        is too much to do for requests of its class."""
        state = self._state
        if state.rooms.pressure.refuses(preamble.priority):
            self._shed(preamble)
        body = decode(self.operation, raw)
        counted = preamble.endpoint.purpose == "generate"
        ask = self._ask(preamble, body, counted)
        driver = Driver(state.world, ask, Inbound(body, preamble, counted), self._client)
        self._phase, self._told = "stream", True
        await driver.run(serve(ask, state.rooms))

    async def local(self, preamble: Preamble) -> None:
        """What the gateway answers by itself. Raises NotFound, and Forbidden for what concerns all tenants."""
        endpoint = preamble.endpoint
        owned = self._state.own
        own = owned.get(preamble.caller.tenant, owned.get(OTHERS, {}))
        local = own.get(endpoint.purpose) or self._state.locals.get(endpoint.purpose)
        if local is None:
            raise NotFound("There is nothing at this path.")
        if endpoint.purpose in paths.OF_ALL:
            look(preamble, keyed=self._state.terms.tenants.keyed)
        response = await local(endpoint.argument)
        headers = [(name.lower(), value) for name, value in response.headers.items()]
        assert isinstance(response.body, bytes)
        await self._client.respond(response.status, headers + identity(self.operation, self.request_id), response.body)

    async def errand(self, desk: Desk, preamble: Preamble, request: web.BaseRequest) -> None:
        """What somebody who runs the router wants of it. No row is written of it."""
        self._phase = "stream"
        await desk(Errand(request, self._client, preamble, identity(self.operation, self.request_id)))

    def _ask(self, preamble: Preamble, body: Body, counted: bool) -> Ask:
        rooms = self._state.rooms
        tenant = preamble.caller.tenant
        secret, variant = self._state.secret, preamble.variant
        session = session_of(preamble.headers, body, tenant=tenant, secret=secret)
        view = view_of(
            body,
            tenant=tenant,
            session=session,
            headers=preamble.visible,
            time=self._time,
            priority=preamble.priority,
        )
        key = partition = None
        if counted and rooms.cache is not None and scope.cacheable(body):
            key = scope.exact_key(body, tenant, secret, variant=variant)
            if rooms.semantic:
                partition = scope.partition(body, tenant, "", self._state.embedder, secret, variant=variant)
        return Ask(
            "dec_" + self._serial,
            self.request_id,
            view,
            self._arrived,
            self._time,
            self._arrived + preamble.patience[body.stream],
            rooms.calibration.tokens(view),
            key,
            partition,
            preamble.control,
            preamble.trace,
            preamble.caller.key,
            self._arrived + preamble.first,
            preamble.tells,
        )

    async def refuse(self, error: RouterError) -> None:
        """An answer that no flow made: a body we could not read, a path we do not know, a mistake of ours. Once an
        answer has begun, all that is left is to cut it off."""
        client = self._client
        if client.started:
            client.abort()
            return
        if isinstance(error, (Malformed, TooManyKeys, TooMuchAtOnce)):
            client.hang_up()
        status = wire_errors.status_of(self.operation, error)
        if not self._told:
            self._state.world.watcher(Refused(time(), status))
        body = wire_errors.body_of(self.operation, error, self.request_id)
        headers = [("content-type", "application/json"), *wire_errors.headers_of(error)]
        headers += identity(self.operation, self.request_id)
        if isinstance(error, MethodNotAllowed):
            headers.append(("allow", ", ".join(paths.allowed(self.path))))
        await client.respond(status, headers, body)

    def gone(self) -> None:
        """The client left before there was a flow to write its row."""
        facts = Facts(id="dec_" + self._serial, operation=self.operation, asked_model="")
        self._state.world.watcher(msgspec.structs.replace(self._row(facts, 499, "client_gone"), gone=self._phase))

    def _shed(self, preamble: Preamble) -> NoReturn:
        """Refused unread: reading is what there is no time or memory for. Raises Overloaded."""
        caller, error = preamble.caller, pressed()
        facts = Facts("dec_" + self._serial, self.operation, "", tenant=caller.tenant, priority=preamble.priority)
        row = self._row(facts, error.status, error.code)
        self._state.world.watcher(msgspec.structs.replace(row, shed="pressure", key=caller.key))
        self._told = True
        raise error

    def _row(self, facts: Facts, status: int, error: str) -> Row:
        took = monotonic() - self._arrived
        return Row(self._time, facts, self.request_id, status=status, error=error, duration=took)
