"""Classes on real sockets: who is turned away and how, in which order the rest is served, and what keys may ask for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.live.conftest import Connect
from tests.live.raw import CHAT, Raw, request
from tests.live.scene import ASK, MODEL, Scene, until
from wrp_router.build import Router
from wrp_router.config.bounds import Limits
from wrp_router.config.overload import OverloadConfig
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_signals import Priority

CAPACITY, QUEUE = 20, 40
PATIENT = OverloadConfig(line=1.0, sheddable=60.0)
STALLS = {"x_fake": "stall_after=2"}


class Burst:
    """A router whose servers are full with answers that stall. Others come one by one, and wait or are turned away."""

    def __init__(self, router: Router, engine: FakeEngine, http: aiohttp.ClientSession) -> None:
        self.router, self.engine, self.http = router, engine, http
        self.running: list[Raw] = []
        self.tasks: dict[str, asyncio.Task[aiohttp.ClientResponse]] = {}

    async def ask(self, name: str, priority: Priority) -> aiohttp.ClientResponse:
        """One answer, read."""
        body = {"model": MODEL, "messages": [{"role": "user", "content": name}]}
        async with self.http.post(self.router.url + CHAT, json=body, headers={"x-wrp-priority": priority}) as answer:
            await answer.read()
            return answer

    async def come(self, count: int, priority: Priority) -> list[str]:
        """So many, each when the one before waits or has its answer."""
        names = [f"{priority} {len(self.tasks) + number}" for number in range(count)]
        for name in names:
            rows = self.settled()
            self.tasks[name] = asyncio.create_task(self.ask(name, priority))
            await until(lambda rows=rows: self.settled() > rows)
        return names

    def settled(self) -> int:
        """Requests that wait, and those that were answered."""
        return self.router.parts.fleet.waiting() + sum(task.done() for task in self.tasks.values())

    def waiting(self) -> tuple[int, ...]:
        """Of critical, default and sheddable ones, how many."""
        return tuple(self.router.parts.fleet.depths().values())

    async def refused(self, names: list[str]) -> None:
        """All of these, and told when to come back."""
        for name in names:
            answer = await self.tasks[name]
            assert (answer.status, (await answer.json())["error"]["code"]) == (503, "overloaded")
            assert (answer.headers["retry-after"], answer.headers["retry-after-ms"]) == ("1", "1000")
            assert "x-should-retry" not in answer.headers

    def served(self) -> list[str]:
        """Whom the engine served after those that stall, in that order."""
        names = [seen.json()["messages"][0]["content"] for seen in self.engine.seen]
        return names[CAPACITY:]


@pytest.fixture
async def burst(scene: Scene, http: aiohttp.ClientSession, connect: Connect) -> AsyncIterator[Burst]:
    """Every server is full; at the end the clients of what stalls leave."""
    engine = await scene.engine()
    router = await scene.open(
        engine, pool={"limit": CAPACITY}, limits=Limits(queue=QUEUE), cache=None, overload=PATIENT
    )
    made = Burst(router, engine, http)
    for _ in range(CAPACITY):
        raw = await connect(router)
        await raw.send(request({**ASK, "stream": True}, **STALLS))
        made.running.append(raw)
    await engine.until(lambda engine: engine.counters.requests == CAPACITY)
    yield made
    for raw in made.running:
        raw.leave("rst")
    await asyncio.gather(*made.tasks.values())


@pytest.mark.fault("R12")
async def test_five_times_the_capacity(burst: Burst):
    """Sheddable requests wait in half of the queue and give way first, default ones to critical ones; the engine then
    gets those that are left by class, first come, first served. When it is over there is room for everybody."""
    sheddable = await burst.come(QUEUE // 2, "sheddable")
    await burst.refused(await burst.come(10, "sheddable"))
    assert burst.waiting() == (0, 0, QUEUE // 2)
    default = await burst.come(QUEUE, "default")
    assert burst.waiting() == (0, QUEUE, 0)
    await burst.refused(sheddable)
    await burst.refused(await burst.come(5, "default"))
    critical = await burst.come(10, "critical")
    await burst.refused(default[-10:])
    assert burst.waiting() == (10, QUEUE - 10, 0)
    burst.running.pop().leave("rst")
    answers = await asyncio.gather(*[burst.tasks[name] for name in [*critical, *default[:-10]]])
    assert {answer.status for answer in answers} == {200}
    assert burst.served() == [*critical, *default[:-10]]
    for priority in ("critical", "default", "sheddable"):
        assert (await burst.ask("after it", priority)).status == 200  # type: ignore[arg-type]


async def test_what_the_metrics_tell(burst: Burst):
    """How many wait, and who was turned away for what, by class."""
    await burst.come(QUEUE // 2 + 1, "sheddable")
    await burst.come(1, "critical")
    text = (await burst.router.exposition()).decode()
    assert 'wrp_queue_depth{class="critical"} 1.0' in text
    assert f'wrp_queue_depth{{class="sheddable"}} {QUEUE // 2 - 1}.0' in text
    assert 'wrp_shed_total{reason="full",class="sheddable"} 1.0' in text
    assert 'wrp_shed_total{reason="displaced",class="sheddable"} 1.0' in text


@pytest.mark.parametrize(("path", "kind"), [(CHAT, "invalid_request_error"), ("/v1/messages", "invalid_request_error")])
@pytest.mark.parametrize("reader", ["lean", "aiohttp"])
async def test_other_words_are_refused(scene: Scene, http: aiohttp.ClientSession, path: str, kind: str, reader: str):
    """In the caller's dialect, whoever reads the request."""
    engine = await scene.engine()
    router = await scene.open(engine, http=reader)
    body = {**ASK, "max_tokens": 5}
    async with http.post(router.url + path, json=body, headers={"x-wrp-priority": "urgent"}) as answer:
        said = await answer.json()
        assert (answer.status, said["error"]["type"]) == (400, kind)
        assert (said.get("type") == "error") == (path == "/v1/messages")
        assert "critical, default, sheddable" in said["error"]["message"]
    assert engine.counters.requests == 0


@pytest.mark.fault("R12")
async def test_keys_bound_what_is_asked_for(scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """A header lowers any request, and raises those of a key that may; engines are not told."""
    keys = (
        KeyConfig("red", Secret("sk-red-0123456789")),
        KeyConfig("blue", Secret("sk-blue-0123456789"), max_priority="critical"),
        KeyConfig("batch", Secret("sk-batch-0123456789"), priority="sheddable"),
    )
    router = await scene.open(engine, keys=keys, cache=None)
    asked = [("red", "critical"), ("red", ""), ("red", "sheddable"), ("blue", "critical"), ("blue", "")]
    for tenant, priority in [*asked, ("batch", "critical"), ("batch", "")]:
        headers = {"authorization": f"Bearer sk-{tenant}-0123456789"}
        headers |= {"x-wrp-priority": priority} if priority else {}
        async with http.post(router.url + CHAT, json=ASK, headers=headers) as answer:
            assert answer.status == 200
    classes = [row.facts.priority for row in await scene.rows()]
    assert classes == ["default", "default", "sheddable", "critical", "default", "sheddable", "sheddable"]
    assert not [seen for seen in engine.seen if "x-wrp-priority" in seen.headers]


async def test_priorities_of_engines_are_theirs(router: Router, engine: FakeEngine, http: aiohttp.ClientSession):
    """`priority` (vLLM) and `service_tier` (OpenAI) in the body pass through as they are, and are no class here."""
    body = {**ASK, "priority": -3, "service_tier": "flex"}
    async with http.post(router.url + CHAT, json=body) as answer:
        assert answer.status == 200
    assert engine.seen[-1].json() == body
