"""A router that is full: new requests are refused unread, who looks whether it lives is answered, streams go on."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.live.conftest import Connect
from tests.live.raw import CHAT, request
from tests.live.scene import ASK, Scene, until
from wrp_router.build import Router
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fleet.pressure import Pressure, PressureSpec, Step
from wrp_router.live.accepting import FULL
from wrp_router.live.places import Places
from wrp_router.live.seating import Reception
from wrp_router.live.turning_away import TurningAway

pytestmark = pytest.mark.fault("R12")


def press(router: Router, step: Step) -> None:
    """From now on, as long as nobody looks: the loop is asked for by tests, and never so late."""
    pressure: Pressure = router.parts.rooms.pressure
    pressure.step, pressure.by = step, "lag"
    pressure.spec = PressureSpec(1e9, 1e18)
    pressure._changed = float("inf")


@pytest.mark.parametrize("reader", ["lean", "aiohttp"])
async def test_new_requests_are_refused_and_streams_go_on(
    scene: Scene, http: aiohttp.ClientSession, connect: Connect, reader: str
):
    """In the caller's dialect, with a time to come back; nothing reaches the engine; health and metrics are answered,
    `/readyz` says to go elsewhere."""
    engine = await scene.engine()
    router = await scene.open(engine, http=reader, cache=None)
    stream = await connect(router)
    await stream.send(request({**ASK, "stream": True}, **{"x_fake": "chunks=5, gap=50ms"}))
    await engine.until(lambda engine: engine.counters.requests == 1)
    assert router._server.load < FULL
    press(router, Step.ALL)
    assert router._server.load == FULL
    for path, status, kind in ((CHAT, 503, "server_error"), ("/v1/messages", 529, "overloaded_error")):
        async with http.post(router.url + path, json={**ASK, "max_tokens": 5}) as answer:
            said = await answer.json()
            assert (answer.status, said["error"]["type"]) == (status, kind)
            assert (answer.headers["retry-after-ms"], answer.headers["connection"]) == ("1000", "close")
    for path, status in (("/healthz", 200), ("/readyz", 503), ("/metrics", 200)):
        async with http.get(router.url + path) as answer:
            assert answer.status == status
            text = await answer.text()
    assert 'wrp_connections_refused_total{reason="pressure"} 2.0' in text
    assert "wrp_pressure_step 4.0" in text
    await stream.until(b"[DONE]")
    press(router, Step.NONE)
    async with http.post(router.url + CHAT, json=ASK) as answer:
        assert answer.status == 200
    assert engine.counters.requests == 2


async def test_classes_are_refused_from_the_lowest(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """On connections that are there; each leaves its row, and is counted."""
    router = await scene.open(engine, cache=None)
    statuses = []
    for step in Step:
        if step is Step.ALL:
            break
        press(router, step)
        for priority in ("critical", "default", "sheddable"):
            async with http.post(router.url + CHAT, json=ASK, headers={"x-wrp-priority": priority}) as answer:
                statuses.append(answer.status)
    assert statuses == [200] * 6 + [200, 200, 503] + [200, 503, 503]
    text = (await router.exposition()).decode()
    assert 'wrp_shed_total{reason="pressure",class="sheddable"} 2.0' in text
    assert "wrp_requests_refused_total{" not in text
    shed = [row for row in await scene.rows() if row.shed]
    assert [(row.shed, row.facts.priority, row.status, row.error) for row in shed] == [
        ("pressure", "sheddable", 503, "overloaded"),
        ("pressure", "default", 503, "overloaded"),
        ("pressure", "sheddable", 503, "overloaded"),
    ]


async def test_who_says_little(scene: Scene, engine: FakeEngine, connect: Connect):
    """A head that comes in pieces is refused when it is plain that it is one."""
    router = await scene.open(engine, cache=None)
    press(router, Step.ALL)
    raw = await connect(router)
    await raw.send(b"PO")
    await raw.send(b"ST /v1/chat/comple")
    assert (await raw.rest()).startswith(b"HTTP/1.1 503 ")


async def test_who_is_refused_late():
    """Has as long to read that as anybody: not what was left of the time to say something."""
    counted: list[str] = []
    reception = Reception(Places(1))
    made: list[TurningAway] = []

    def coming() -> TurningAway:
        made.append(TurningAway(reception, lambda handed: asyncio.Protocol(), lambda: counted.append("one")))
        return made[-1]

    server = await asyncio.get_running_loop().create_server(coming, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"PO")
    await until(lambda: made and made[0]._held)
    first = made[0]._timer
    assert first is not None
    writer.write(b"ST /v1/messages HTTP/1.1\r\n")
    await until(lambda: counted)
    later = made[0]._timer
    assert later is not None
    assert (first.cancelled(), later.when() > first.when()) == (True, True)
    assert (await reader.read()).startswith(b"HTTP/1.1 529 ")
    writer.write(b"a" * 1000)  # it is dropped, and the connection is not reset for it
    writer.close()
    await until(lambda: not reception.places.open)
    assert later.cancelled()
    server.close()
    await server.wait_closed()
