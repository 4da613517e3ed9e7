"""One request: what it is called, what becomes of it, and how its errors are told."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import HttpVersion11, web

from tests.live.scene import ASK, Scene
from wrp_router.config.caching import CacheConfig
from wrp_router.errors import MethodNotAllowed, NotFound, RouterError
from wrp_router.fakes.engine import FakeEngine
from wrp_router.flow import Ask, CacheControl
from wrp_router.live.downstream import Shared
from wrp_router.live.head import Malformed
from wrp_router.live.preamble import Preamble, admit
from wrp_router.live.visit import State, Visit
from wrp_router.record import Record, Refused, Row
from wrp_router.wire.body import decode

CHAT = "/v1/chat/completions"


class Client:
    """Takes one answer."""

    def __init__(self) -> None:
        self.started = False
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.hung_up = self.aborted = False

    async def respond(self, status: int, headers: list[tuple[str, str]], body: bytes, shared: Shared = ()) -> None:
        self.started, self.status, self.body = True, status, body
        self.headers = dict([*headers, *[pair for fixed in shared for pair in fixed.pairs]])

    def hang_up(self) -> None:
        self.hung_up = True

    def abort(self) -> None:
        self.aborted = True


class Stage:
    """Makes visits, with a new client for each, and keeps the rows that are noted."""

    def __init__(self, state: State) -> None:
        self.rows: list[Record] = []
        self.state = replace(state, world=replace(state.world, watcher=self.rows.append))
        self.client = Client()

    def told(self) -> list[int]:
        """The statuses of what was refused without a row."""
        return [one.status for one in self.rows if isinstance(one, Refused)]

    def visit(self, path: str = CHAT, request_id: str | None = "mine") -> Visit:
        self.client = Client()
        visit = Visit(self.state, self.client)  # type: ignore[arg-type]
        visit.introduce(path, request_id)
        return visit

    def preamble(self, path: str = CHAT, method: str = "POST", **headers: str) -> Preamble:
        pairs = [("host", "router"), *((name.replace("_", "-"), value) for name, value in headers.items())]
        return admit(self.state.terms, method, path, HttpVersion11, pairs, dict(pairs))

    def ask(self, path: str = CHAT, counted: bool = True, **changes: Any) -> Ask:
        """What the flow is asked."""
        visit = self.visit(path)
        preamble = self.preamble(path, x_wrp_cache="no-store", x_wrp_deadline_ms="5000", x_wrp_session="s")
        visit.accepted(preamble)
        return visit._ask(preamble, decode(visit.operation, json.dumps({**ASK, **changes}).encode()), counted)


@pytest.fixture
async def stage(scene: Scene, engine: FakeEngine) -> Stage:
    """Before one engine."""
    return Stage((await scene.open(engine)).gateway.state)


async def raising(error: BaseException) -> None:
    """Work that fails."""
    raise error


async def test_names(stage: Stage):
    """A proper id is kept, another replaced; the path decides the dialect, and then what it is for."""
    assert (stage.visit().request_id, stage.visit().operation) == ("mine", "chat")
    fresh = [stage.visit(request_id=given).request_id for given in (None, "", "a b", "x" * 200)]
    assert len(set(fresh)) == 4
    assert {(one[:4], len(one)) for one in fresh} == {("req_", 28)}
    assert stage.visit("/v1/messages/count_tokens").operation == "messages"
    visit = stage.visit("/v1/embeddings")
    visit.accepted(stage.preamble("/v1/embeddings"))
    assert visit.operation == "embedding"
    visit.accepted(stage.preamble("/healthz", "GET"))
    assert visit.operation == "embedding"


@pytest.mark.parametrize(
    ("path", "name", "first"), [(CHAT, "x-request-id", "error"), ("/v1/messages", "request-id", "type")]
)
async def test_errors_of_the_caller(stage: Stage, path: str, name: str, first: str):
    """Are told in its dialect, under its id."""
    await stage.visit(path).answer(raising(NotFound("nothing")))
    client = stage.client
    assert (client.status, client.headers[name], client.hung_up) == (404, "mine", False)
    assert stage.told() == [404]
    assert next(iter(json.loads(client.body))) == first


async def test_methods_that_there_are(stage: Stage):
    """Are named to who asks by another."""
    await stage.visit("/v1/models").answer(raising(MethodNotAllowed("no")))
    assert (stage.client.status, stage.client.headers["allow"]) == (405, "GET, HEAD")


async def test_requests_whose_end_is_in_doubt(stage: Stage):
    """Are the last of their connection."""
    await stage.visit().answer(raising(Malformed("odd")))
    assert (stage.client.status, stage.client.hung_up) == (400, True)


async def test_mistakes_of_ours(stage: Stage, caplog: pytest.LogCaptureFixture):
    """The client learns that there was one, the log which."""
    await stage.visit().answer(raising(LookupError("the secret")))
    assert (stage.client.status, b"secret" in stage.client.body) == (500, False)
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert errors == ["request mine failed"]
    caplog.clear()


async def test_errors_in_the_middle_of_an_answer(stage: Stage):
    """Cut it off: nothing else is left."""
    visit = stage.visit()
    await stage.client.respond(200, [], b"half")
    await visit.answer(raising(RouterError("late")))
    assert (stage.client.aborted, stage.client.body) == (True, b"half")


@pytest.mark.parametrize(("accepted", "phase"), [(False, "headers"), (True, "body")])
async def test_leaving_before_there_was_a_flow(stage: Stage, accepted: bool, phase: str):
    """Is noted, with the point at which it was."""
    visit = stage.visit("/v1/embeddings")
    if accepted:
        visit.accepted(stage.preamble("/v1/embeddings"))
    with pytest.raises(asyncio.CancelledError):
        await visit.answer(raising(asyncio.CancelledError()))
    (row,) = stage.rows
    assert isinstance(row, Row)
    assert (row.gone, row.status, row.error, row.request_id) == (phase, 499, "client_gone", "mine")
    assert (row.facts.operation, row.facts.id[:4]) == ("embedding" if accepted else "chat", "dec_")
    assert 0 <= row.duration < 60
    assert stage.client.status == 0


async def test_leaving_after_that(stage: Stage, engine: FakeEngine):
    """Is the flow's to note, once."""
    visit, preamble = stage.visit(), stage.preamble(x_fake="ttft=30s")
    visit.accepted(preamble)
    task = asyncio.create_task(visit.answer(visit.serve(preamble, json.dumps(ASK).encode())))
    await engine.until(lambda engine: engine.seen)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [row.gone for row in stage.rows if isinstance(row, Row)] == ["ttft"]


async def test_a_flow(stage: Stage, engine: FakeEngine):
    """Is run to its end: an answer and a row."""
    visit, preamble = stage.visit(), stage.preamble()
    visit.accepted(preamble)
    await visit.answer(visit.serve(preamble, json.dumps(ASK).encode()))
    assert (stage.client.status, stage.client.headers["x-request-id"]) == (200, "mine")
    assert [row.status for row in stage.rows if isinstance(row, Row)] == [200]
    assert stage.told() == []
    assert len(engine.seen) == 1


async def test_a_body_that_cannot_be_read(stage: Stage):
    """Has no flow, and no row; it is told of by its status alone."""
    visit, preamble = stage.visit(), stage.preamble()
    visit.accepted(preamble)
    await visit.answer(visit.serve(preamble, b"{"))
    assert (stage.client.status, stage.told()) == (400, [400])
    assert not any(isinstance(one, Row) for one in stage.rows)


async def test_what_is_answered_without_an_engine(stage: Stage):
    """By whoever answers that path, with the id of the request; 404 where nobody does."""

    async def answers(argument: str) -> web.Response:
        return web.Response(status=201, body=argument.encode(), headers={"X-Some": "a"})

    stage.state = replace(stage.state, locals={"model": answers})
    visit = stage.visit("/v1/models/m")
    await visit.answer(visit.local(stage.preamble("/v1/models/m", "GET")))
    assert (stage.client.status, stage.client.body) == (201, b"m")
    assert (stage.client.headers["x-some"], stage.client.headers["x-request-id"]) == ("a", "mine")
    visit = stage.visit("/v1/models")
    await visit.answer(visit.local(stage.preamble("/v1/models", "GET")))
    assert stage.client.status == 404


async def test_what_a_flow_is_asked(stage: Stage):
    """Who asks, by when the answer must be there, and what the cache may do; without a cache, no key to it."""
    ask = stage.ask()
    assert (ask.request_id, ask.view.model, ask.view.session != "") == ("mine", ASK["model"], True)
    assert (ask.control, round(ask.deadline - ask.arrived, 6)) == (CacheControl(no_store=True), 5.0)
    assert (ask.key, ask.partition) == (None, None)


@pytest.mark.parametrize("semantic", [False, True])
async def test_keys_to_the_cache(scene: Scene, engine: FakeEngine, semantic: bool):
    """One to the same request, and one to the like, where it answers those; none for what is only counted."""
    state = (await scene.open(engine, cache=CacheConfig(semantic=False))).gateway.state
    stage = Stage(replace(state, rooms=replace(state.rooms, semantic=semantic)))
    ask = stage.ask()
    assert (ask.key is not None, ask.partition is not None) == (True, semantic)
    assert stage.ask().key == ask.key
    assert stage.ask("/v1/messages", max_tokens=5).key != ask.key
    ask = stage.ask(counted=False)
    assert (ask.key, ask.partition) == (None, None)
