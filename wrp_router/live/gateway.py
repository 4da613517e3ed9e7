"""Counts what is in flight and hands every request its `Visit`: those that aiohttp's server read, and those that the
lean connections read themselves."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import time

from aiohttp import web

from wrp_router.errors import Forbidden, RouterError, Unauthorised
from wrp_router.record import Refused
from wrp_router.wire import paths

from .audit import Audit
from .bodies import Bodies
from .body import read_body
from .downstream import AiohttpDownstream, Downstream
from .preamble import Preamble, admit
from .visit import Local, State, Visit

__all__ = ["Gateway", "Local", "State"]


class Gateway:
    """The handler of every connection. `draining` makes it say goodbye with every answer."""

    def __init__(self, state: State, bodies: Bodies | None = None) -> None:
        self.state = state
        self.bodies = bodies or Bodies()
        self.draining = False
        self._in_flight = 0
        self._idle: asyncio.Future[None] | None = None

    def forget(self) -> None:
        """Heads that connections remember are read anew: who was known may not be any more."""
        self.state = replace(self.state)

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
        """Answer one request of aiohttp's server, whatever happens. The client's leaving cancels this."""
        self._in_flight += 1
        client = AiohttpDownstream(request, closing=self.draining, unread=self.state.clients.unread)
        visit = Visit(self.state, client)
        try:
            await visit.answer(_read_and_serve(self.state, visit, request, self.bodies))
            if client.response is None:
                raise ConnectionResetError("the client left before it was answered")
            return client.response
        finally:
            self._left(visit)

    def enter(self, client: Downstream, preamble: Preamble) -> Visit:
        """One request whose head is here, read by somebody else. It ends with `serve`, `refuse` or `abandon`."""
        self._in_flight += 1
        visit = Visit(self.state, client)
        visit.introduce(preamble.path, preamble.headers.get("x-request-id"))
        visit.accepted(preamble)
        return visit

    async def serve(self, visit: Visit, preamble: Preamble, raw: bytes) -> None:
        """Answer it: its body is here. The client's leaving cancels this."""
        try:
            await visit.answer(visit.serve(preamble, raw))
        finally:
            self._left(visit)

    async def refuse(self, visit: Visit, error: RouterError) -> None:
        """Its body did not come as it should."""
        try:
            await visit.refuse(error)
        finally:
            self._left(visit)

    def malformed(self, status: int) -> None:
        """Something that is no request was answered so."""
        self.state.world.watcher(Refused(time(), status))

    def abandon(self, visit: Visit) -> None:
        """Its client left before its body was here."""
        visit.gone()
        self._left(visit)

    def _left(self, visit: Visit) -> None:
        if visit.counted:
            self.bodies.leave(visit.tenant, visit.counted)
        self._in_flight -= 1
        if not self._in_flight and self._idle is not None and not self._idle.done():
            self._idle.set_result(None)


async def _read_and_serve(state: State, visit: Visit, request: web.BaseRequest, bodies: Bodies) -> None:
    pairs = [(name.lower(), value) for name, value in request.headers.items()]
    headers = dict(pairs)
    visit.introduce(request.raw_path.partition("?")[0], headers.get("x-request-id"))
    terms = state.terms
    audit, source = terms.audit, terms.sources.of_request(request.remote, pairs)
    try:
        preamble = admit(terms, request.method, request.raw_path, request.version, pairs, headers)
    except Unauthorised as error:
        if audit is not None:
            audit.refused(source, request.method, paths.shown(visit.path), error.code)
        if terms.guesses is not None and error.code == Unauthorised.code:
            terms.guesses.wrong(source, hash((headers.get("authorization"), headers.get("x-api-key"))))
        raise
    visit.accepted(preamble)
    desk = state.desks.get(preamble.endpoint.purpose)
    if desk is not None:
        try:
            await visit.errand(desk, preamble, request)
        except RouterError as error:
            _tell(audit, source, request.method, preamble, error.code)
            raise
        _tell(audit, source, request.method, preamble, "")
    elif preamble.endpoint.operation is None:
        try:
            await visit.local(preamble)
        except Forbidden as error:
            _tell(audit, source, request.method, preamble, error.code)
            raise
    else:
        raw = await read_body(request, state.limits.body, state.pace, lambda count: visit.receive(count, bodies))
        await visit.serve(preamble, raw)


def _tell(audit: Audit | None, source: str, method: str, preamble: Preamble, code: str) -> None:
    """What was asked of a desk. Feedback on an answer is everybody's."""
    if audit is not None and preamble.endpoint.purpose != "feedback":
        audit.done(source, method, preamble.path, preamble.caller.tenant, preamble.caller.key, code)
