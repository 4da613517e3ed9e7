"""An engine that dies before it said anything costs the client nothing: another one answers."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.live.raw import CHAT
from tests.live.scene import ASK, MODEL, Scene
from wrp_policies.types import Ended, Fault
from wrp_router.build import Router
from wrp_router.config.structs import Retries
from wrp_router.fakes.engine import FakeEngine

AT_ONCE = 16
DEATHS = {
    "before the headers": "die_before_headers=fin",
    "by a reset before the headers": "die_before_headers=rst",
    "inside the headers": "die_in_headers=rst",
    "after the headers": "die_after_headers=rst",
    "after the role chunk": "die_after_role=fin",
    "after the role chunk, framed properly": "die_after=0:clean",
    "after a ping": "ping, lead, die_after=0:rst",
    "after comments": "comments, lead, die_after=0:fin",
    "with a status line that is none": "bad_status_line",
    "with an error of its own": "status=500",
    "with nothing but comments and pings": "comments, ping, no_finish, no_done, die_after=0:clean",
}


async def ask(http: aiohttp.ClientSession, url: str, number: int) -> str:
    """One request, streamed or not; "" for one whole good answer, else what came."""
    stream = number % 2 == 0
    async with http.post(url + CHAT, json={**ASK, "stream": stream}) as answer:
        body = (await answer.read()).decode()
    if answer.status != 200:
        return f"{answer.status} {body}"
    if not stream:
        return "" if json.loads(body)["choices"][0]["finish_reason"] == "stop" else body
    events = [line[6:] for line in body.split("\n\n") if line.startswith("data: ")]
    chunks = [json.loads(event)["choices"][0] for event in events[:-1]]
    roles = sum("role" in chunk["delta"] for chunk in chunks)
    whole = events[-1] == "[DONE]" and chunks[-1]["finish_reason"] == "stop"
    return "" if whole and roles == 1 else body


async def ask_many(http: aiohttp.ClientSession, router: Router, count: int, at_once: int = AT_ONCE) -> list[str]:
    """What `count` requests, `at_once` of them at a time, got instead of good answers."""
    numbers = iter(range(count))

    async def worker() -> list[str]:
        return [bad for number in numbers if (bad := await ask(http, router.url, number))]

    return [bad for bads in await asyncio.gather(*(worker() for _ in range(at_once))) for bad in bads]


def begun(answers: int) -> Callable[[FakeEngine], bool]:
    """Whether an engine has begun so many answers."""
    return lambda engine: sum(seen.bytes_sent > 0 for seen in engine.seen) == answers


def up(router: Router) -> list[bool]:
    """Which servers are, as the fleet shows them."""
    return [server.up for pool in router.pools() for server in pool.servers]


@pytest.mark.fault("R3")
@pytest.mark.parametrize("fault", DEATHS.values(), ids=DEATHS)
async def test_every_client_is_served_by_the_other_engine(scene: Scene, http: aiohttp.ClientSession, fault: str):
    """One good answer each, with one role chunk; the bad engine is found out and left alone."""
    bad, good = await scene.engine(fault=fault), await scene.engine()
    router = await scene.open(bad, good)
    assert await ask_many(http, router, 60) == []
    assert up(router) == [False, True]
    tried = bad.counters.requests
    assert await ask_many(http, router, 20) == []
    assert (bad.counters.requests, good.counters.done) == (tried, 80)
    assert tried < 5 + AT_ONCE


@pytest.mark.fault("R3")
@pytest.mark.parametrize("after", [0, 2])
async def test_a_stream_that_begins_with_an_error(scene: Scene, http: aiohttp.ClientSession, after: int):
    """An error in the first bytes, even after the first words, is still before anything was sent on."""
    bad, good = await scene.engine(fault=f"error_in_stream={after}"), await scene.engine()
    router = await scene.open(bad, good)
    assert [await ask(http, router.url, number) for number in range(0, 40, 2)] == [""] * 20
    assert (good.counters.done, bad.counters.faults > 0) == (20, True)


@pytest.mark.fault("R3")
@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize(
    ("path", "how", "end"), [("responses", "failed", "response.completed"), ("messages", "named", "message_stop")]
)
async def test_streams_of_other_apis_that_begin_with_an_error(
    scene: Scene, http: aiohttp.ClientSession, path: str, how: str, end: str, after: int
):
    """The other engine answers, before the first words and with them; the one that failed is found out."""
    bad, good = await scene.engine(fault=f"error_in_stream={after}:{how}"), await scene.engine()
    router = await scene.open(bad, good)
    asked = {"model": MODEL, "max_tokens": 99, "stream": True, "input": "Hi", "messages": ASK["messages"]}
    for _ in range(20):
        async with http.post(f"{router.url}/v1/{path}", json=asked) as answer:
            told = await answer.text()
        assert (answer.status, told.count(f"event: {end}\n"), "fail" in told) == (200, 1, False)
    assert (good.counters.done, bad.counters.faults > 0) == (20, True)
    assert up(router) == [False, True]


@pytest.mark.fault("R3")
async def test_a_response_that_fails_for_its_prompt(scene: Scene, http: aiohttp.ClientSession):
    """Is the caller's error: no other engine is asked, and nobody is blamed."""
    engines = [await scene.engine(fault="error_in_stream=0:failed, error_code=invalid_prompt") for _ in range(2)]
    router = await scene.open(*engines)
    for _ in range(6):
        async with http.post(f"{router.url}/v1/responses", json={"model": MODEL, "input": "Hi", "stream": True}) as got:
            assert (got.status, (await got.json())["error"]["code"]) == (400, "invalid_prompt")
    assert sum(engine.counters.requests for engine in engines) == 6
    assert up(router) == [True, True]


@pytest.mark.fault("R2")
async def test_a_response_that_fails_after_its_first_words(scene: Scene, http: aiohttp.ClientSession):
    """Ends as its API says, with the engine's own event; the row calls it a failure of the server."""
    router = await scene.open(await scene.engine(fault="gap=20ms, error_in_stream=3:failed"))
    async with http.post(f"{router.url}/v1/responses", json={"model": MODEL, "input": "Hi", "stream": True}) as got:
        assert (got.status, (await got.text()).count("event: response.failed\n")) == (200, 1)
    (row,) = await scene.rows()
    assert (row.outcomes[0].ended, row.outcomes[0].fault) == (Ended.FAILED, Fault.HOST)


@pytest.mark.fault("R3")
async def test_a_thousand_requests_while_an_engine_dies_now_and_then(scene: Scene, http: aiohttp.ClientSession):
    """All are answered well, some of them only by the second attempt."""
    bad, good = await scene.engine(fault="die_after_role=rst, p=0.1", seed=5), await scene.engine()
    router = await scene.open(bad, good)
    assert await ask_many(http, router, 1000) == []
    assert bad.counters.faults > 5
    assert bad.counters.done + good.counters.done == 1000


@pytest.mark.fault("R3")
@pytest.mark.parametrize("at_once", [4, 64])
async def test_a_thousand_requests_while_one_of_two_engines_is_dead(
    scene: Scene, http: aiohttp.ClientSession, at_once: int
):
    """Under the default retry budget nobody notices, however many ask when it dies: a burst waits its turn."""
    bad, good = await scene.engine(fault="die_before_headers=rst"), await scene.engine()
    router = await scene.open(bad, good)
    assert await ask_many(http, router, 1000, at_once) == []
    assert good.counters.done == 1000


@pytest.mark.fault("R8")
async def test_retries_that_stream_for_long_do_not_use_up_the_budget(scene: Scene, http: aiohttp.ClientSession):
    """A handful of requests one after the other, all of which fail first: the three retries that may be out at once are
    those not yet answered, however long the answers last."""
    bad, good = await scene.engine(fault="die_before_headers=rst"), await scene.engine(fault="chunks=30, gap=20ms")
    router = await scene.open(bad, good)
    running: list[asyncio.Task[str]] = []
    for number in range(0, 16, 2):
        running.append(asyncio.create_task(ask(http, router.url, number)))
        await good.until(begun(len(running)))
    assert await asyncio.gather(*running) == [""] * 8
    assert bad.counters.requests == 5


@asynccontextmanager
async def resetting() -> AsyncIterator[tuple[str, list[int]]]:
    """A port that resets every connection as soon as it is there, and counts them."""
    accepted = [0]

    def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted[0] += 1
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    server = await asyncio.start_server(reset, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", accepted
    finally:
        server.close()


@pytest.mark.fault("R4")
async def test_a_port_that_resets_whoever_connects(scene: Scene, http: aiohttp.ClientSession):
    """The same for connections that die as soon as they are accepted."""
    good = await scene.engine()
    async with resetting() as (url, accepted):
        router = await scene.open(url, good)
        assert await ask_many(http, router, 60) == []
        assert up(router) == [False, True]
        tried = accepted[0]
        assert await ask_many(http, router, 20) == []
    assert accepted[0] == tried < 5 + AT_ONCE


@pytest.mark.fault("R4")
async def test_a_port_that_refuses_costs_no_retry(scene: Scene, http: aiohttp.ClientSession):
    """Nobody listens: even without any budget all are served."""
    good = await scene.engine()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        router = await scene.open(
            f"http://127.0.0.1:{closed.getsockname()[1]}", good, retries=Retries(budget=0.0, budget_min=0)
        )
        assert await ask_many(http, router, 60) == []
        assert up(router) == [False, True]
    assert good.counters.done == 60


@pytest.mark.fault("R8")
async def test_without_budget_the_first_failure_is_the_answer(scene: Scene, http: aiohttp.ClientSession):
    """What the configuration says of retries holds."""
    bad, good = await scene.engine(fault="die_before_headers=rst"), await scene.engine()
    router = await scene.open(bad, good, retries=Retries(budget=0.0, budget_min=0))
    wrong = await ask_many(http, router, 20)
    assert len(wrong) == bad.counters.requests > 0
    assert all(answer.startswith("502") for answer in wrong)
