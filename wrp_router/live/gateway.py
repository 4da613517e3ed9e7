"""From an HTTP request to a flow, and from every error to an answer in the caller's dialect."""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic, time

from aiohttp import web

from wrp_router.config.bounds import Limits, Timeouts
from wrp_router.errors import MethodNotAllowed, NotFound, RouterError, Unauthorised
from wrp_router.flow import Ask, Rooms, serve
from wrp_router.record import Phase, Row
from wrp_router.telemetry.traceparent import accept
from wrp_router.wire import errors as wire_errors
from wrp_router.wire import headers as wire_headers
from wrp_router.wire import paths, scope
from wrp_router.wire.body import Body, decode
from wrp_router.wire.paths import Purpose
from wrp_router.wire.session import session_of
from wrp_router.wire.view import view_of
from wrp_signals.facts import Facts, Operation, RequestView
from wrp_signals.tokens import estimate_tokens

from .body import read_body
from .controls import cache_control, deadline_of
from .downstream import AiohttpDownstream
from .driver import Driver, Inbound, World
from .head import Malformed, check_head
from .labels import identity
from .tenants import Caller, Tenants

log = logging.getLogger(__name__)

_IDS = random.Random(os.urandom(32))
"""Ids need be unique, not secret; a system call for each would let other threads in (30 us where they are busy)."""

Local = Callable[[str], Awaitable[web.StreamResponse]]
"""Answers a path by itself, without any engine. It is given what the path names, or ""."""

VARIANTS = ("anthropic-version", "anthropic-beta")
"""Headers that shape an answer as much as the body does."""

OPEN: frozenset[Purpose] = frozenset({"health", "ready"})
"""What may be asked without a key."""


@dataclass(frozen=True, slots=True)
class State:
    """All that one configuration makes of a gateway. A reload builds a new one and swaps it whole."""

    rooms: Rooms
    world: World
    tenants: Tenants
    locals: Mapping[Purpose, Local]
    limits: Limits
    timeouts: Timeouts
    secret: bytes
    headers: frozenset[str] = frozenset()
    embedder: str = ""


class Gateway:
    """The handler of every connection. `draining` makes it say goodbye with every answer."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.draining = False
        self._in_flight = 0
        self._idle: asyncio.Future[None] | None = None

    @property
    def in_flight(self) -> int:
        return self._in_flight

    def until_idle(self) -> asyncio.Future[None]:
        """Done as soon as no request is in flight."""
        self._idle = asyncio.get_running_loop().create_future()
        if not self._in_flight:
            self._idle.set_result(None)
        return self._idle

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, whatever happens. The client's leaving cancels this."""
        self._in_flight += 1
        try:
            return await _Request(self.state, request, self.draining).answer()
        finally:
            self._in_flight -= 1
            if not self._in_flight and self._idle is not None and not self._idle.done():
                self._idle.set_result(None)


class _Request:
    """One request at the gateway, until its flow takes over."""

    __slots__ = (
        "_arrived",
        "_client",
        "_headers",
        "_id",
        "_operation",
        "_phase",
        "_request",
        "_request_id",
        "_state",
        "_time",
    )

    def __init__(self, state: State, request: web.BaseRequest, closing: bool) -> None:
        self._state = state
        self._request = request
        self._client = AiohttpDownstream(request, closing=closing)
        self._arrived = monotonic()
        self._time = time()
        self._id = f"dec_{_IDS.getrandbits(96):024x}"
        self._request_id = ""
        self._headers: dict[str, str] = {}
        self._operation: Operation = "chat"
        self._phase: Phase = "headers"

    async def answer(self) -> web.StreamResponse:
        try:
            await self._answer()
        except RouterError as error:
            await self._refuse(error)
        except asyncio.CancelledError:
            if self._phase != "stream":
                self._note_gone()
            raise
        except Exception:
            # a mistake of ours: the client learns that there was one, the log learns which
            log.exception("request %s failed", self._request_id)
            if self._client.started:
                self._client.abort()
            else:
                await self._refuse(RouterError("The router made a mistake; its log names it."))
        response = self._client.response
        if response is None:
            raise ConnectionResetError("the client left before it was answered")
        return response

    async def _answer(self) -> None:
        request, state = self._request, self._state
        pairs = [(name.lower(), value) for name, value in request.headers.items()]
        self._headers = headers = dict(pairs)
        self._request_id = wire_headers.request_id(headers.get("x-request-id"), _fresh_id)
        path = request.raw_path.partition("?")[0]
        self._operation = "messages" if path.startswith("/v1/messages") else "chat"
        check_head(request.version, headers, pairs, state.limits.headers)
        endpoint = paths.find(request.method, path)
        if endpoint.purpose not in OPEN:
            caller = state.tenants.identify(headers)
            if len(headers) < len(pairs):
                _refuse_two_keys(pairs)
        if endpoint.operation is None:
            await self._local(endpoint)
            return
        self._operation = endpoint.operation
        self._phase = "body"
        raw = await read_body(request, state.limits.body, state.timeouts.body)
        body = decode(endpoint.operation, raw)
        counted = endpoint.purpose == "generate"
        ask = self._ask(body, caller, counted)
        driver = Driver(state.world, ask, Inbound(body, path, pairs, counted), self._client)
        self._phase = "stream"
        await driver.run(serve(ask, state.rooms))

    async def _local(self, endpoint: paths.Endpoint) -> None:
        local = self._state.locals.get(endpoint.purpose)
        if local is None:
            raise NotFound("There is nothing at this path.")
        response = await local(endpoint.argument)
        for name, value in identity(self._operation, self._request_id):
            response.headers[name] = value
        await self._client.give(response)

    def _ask(self, body: Body, caller: Caller, counted: bool) -> Ask:
        state, headers = self._state, self._headers
        allowed = {name: headers[name] for name in state.headers if name in headers} if state.headers else {}
        view = view_of(body, tenant=caller.tenant, session=session_of(headers, body), headers=allowed)
        key = partition = None
        rooms = state.rooms
        if counted and rooms.cache is not None and scope.cacheable(body):
            variant = ",".join([headers.get(name, "") for name in VARIANTS]) if body.operation == "messages" else ""
            key = scope.exact_key(body, caller.tenant, state.secret, variant=variant)
            if rooms.semantic:
                partition = scope.partition(body, caller.tenant, "", state.embedder, state.secret, variant=variant)
        total = state.timeouts.stream if body.stream else state.timeouts.total
        return Ask(
            id=self._id,
            request_id=self._request_id,
            view=view,
            arrived=self._arrived,
            time=self._time,
            deadline=self._arrived + deadline_of(headers, total),
            prompt_tokens=estimate_tokens(view),
            key=key,
            partition=partition,
            control=cache_control(headers),
            trace=accept(headers.get("traceparent")),
        )

    async def _refuse(self, error: RouterError) -> None:
        """An answer that no flow made: a body we could not read, a path we do not know, a mistake of ours."""
        if self._client.started:
            self._client.abort()
            return
        if isinstance(error, Malformed):
            self._client.hang_up()
        body = wire_errors.body_of(self._operation, error, self._request_id)
        headers = [("content-type", "application/json"), *wire_errors.headers_of(error)]
        headers += identity(self._operation, self._request_id)
        if isinstance(error, MethodNotAllowed):
            headers.append(("allow", ", ".join(paths.allowed(self._request.raw_path.partition("?")[0]))))
        await self._client.respond(wire_errors.status_of(self._operation, error), headers, body)

    def _note_gone(self) -> None:
        """The client left before there was a flow to write its row."""
        view = RequestView(self._operation, "", ())
        facts = Facts(id=self._id, operation=view.operation, asked_model="")
        self._state.world.watcher(
            Row(
                time=self._time,
                facts=facts,
                request_id=self._request_id,
                status=499,
                error="client_gone",
                duration=monotonic() - self._arrived,
                gone=self._phase,
            )
        )


def _refuse_two_keys(pairs: list[tuple[str, str]]) -> None:
    """Of two keys, which one counts would be a guess."""
    names = [name for name, _ in pairs]
    if names.count("authorization") > 1 or names.count("x-api-key") > 1:
        raise Unauthorised("A credential header is given twice.")


def _fresh_id() -> str:
    return f"req_{_IDS.getrandbits(96):024x}"
