"""An engine that closes an idle connection just as it is used again is nobody's error (37 of 40 such requests
fail without care)."""

from __future__ import annotations

import asyncio
import json
import random
from asyncio import StreamReader, StreamWriter
from collections import Counter

import aiohttp
import pytest

from tests.live.raw import CHAT
from tests.live.scene import ASK, Scene
from tests.live.upstream.scripted import Scripted, scripted
from wrp_router.build import Router
from wrp_router.config.structs import Retries
from wrp_router.fakes.engine import FakeEngine

pytestmark = pytest.mark.fault("R5")

IDLE = 0.2
LANES, ROUNDS = 12, 6
NO_RETRIES = Retries(extra=0, budget=0.0, budget_min=0)


def question(name: str) -> dict[str, object]:
    """A request told from all others."""
    return {**ASK, "messages": [{"role": "user", "content": name}]}


async def keep_coming(http: aiohttp.ClientSession, router: Router, lane: int, rng: random.Random) -> list[int]:
    """One request after the other, each just when the connection of the last one ends."""
    statuses = []
    for number in range(ROUNDS):
        async with http.post(router.url + CHAT, json=question(f"{lane}/{number}")) as answer:
            await answer.read()
            statuses.append(answer.status)
        await asyncio.sleep(IDLE + rng.uniform(-0.001, 0.001))
    return statuses


async def test_sixty_reuses_at_the_very_moment(scene: Scene, http: aiohttp.ClientSession):
    """Each engine closes after 200 ms, its client comes back after 199 to 201 ms: no error, and nothing is done twice,
    without any budget for retries."""
    engines = [await scene.engine(keep_alive=IDLE) for _ in range(LANES)]
    routers = [await scene.open(engine, retries=NO_RETRIES) for engine in engines]
    rng = random.Random(5)
    lanes = (keep_coming(http, router, lane, rng) for lane, router in enumerate(routers))
    statuses = [status for lane in await asyncio.gather(*lanes) for status in lane]
    assert statuses == [200] * (LANES * ROUNDS)
    assert asked_once(engines) == LANES * ROUNDS
    assert sum(engine.counters.accepted for engine in engines) > LANES


def asked_once(engines: list[FakeEngine]) -> int:
    """How many questions the engines answered, once each."""
    questions = Counter(seen.json()["messages"][0]["content"] for engine in engines for seen in engine.seen)
    assert set(questions.values()) == {1}
    return len(questions)


ANSWER = json.dumps({"choices": [{"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"}]}).encode()


def closes_after(answers: int):
    """An engine that reads one request more than it answers on each connection, and closes without a byte."""

    async def play(server: Scripted, reader: StreamReader, writer: StreamWriter) -> None:
        for _ in range(answers):
            if not await server.read_request(reader):
                return
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ")
            writer.write(b"%d\r\n\r\n%b" % (len(ANSWER), ANSWER))
        await server.read_request(reader)

    return play


async def test_a_reused_connection_that_dies_is_replaced_once(scene: Scene, http: aiohttp.ClientSession):
    """The request goes over a fresh connection, uncounted; every second one meets that fate here."""
    async with scripted(closes_after(1)) as server:
        router = await scene.open(server.url, retries=NO_RETRIES)
        for number in range(5):
            async with http.post(router.url + CHAT, json=question(str(number))) as answer:
                assert (answer.status, answer.headers["x-wrp-attempts"]) == (200, "1")
        await scene.close()
    assert server.accepted == 5
    assert len(server.requests) == 9


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_fresh_connection_that_dies_is_an_error(scene: Scene, http: aiohttp.ClientSession, stream: bool):
    """An engine may have done the work: without a budget it is not asked again."""
    async with scripted(closes_after(0)) as server:
        router = await scene.open(server.url, retries=NO_RETRIES)
        async with http.post(router.url + CHAT, json={**ASK, "stream": stream}) as answer:
            assert answer.status == 502
        await scene.close()
    assert server.accepted == 1
