"""Two routers, processes of their own, on one server of accounts: nobody gets more than the budget, nobody leaves
without paying, and when the server is gone the configured mode holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.cache.stores.kit import redis_server
from tests.cache.stores.test_redis import speaking
from tests.cli.serving import process
from tests.live.raw import request
from wrp_router.accounts.accounts import nanos
from wrp_router.fakes.engine import FakeEngine
from wrp_router.record import Row
from wrp_router.telemetry.decisions import read

pytestmark = pytest.mark.fault("S8")

RED, BLUE = "sk-red-0123456789", "sk-blue-0123456789"
AT_ONCE, FOR, ABORTS = 200, 50, 500
ANSWER = 6
"""Tokens of an answer; its engine has no more to say than that."""

CONFIG = """\
version: 1
listen: 127.0.0.1:0
pools: [{{name: p, model: fake, price: {{input: 1, output: 1}}, servers: ['{engine}'], limit: 0}}]
keys: [{{tenant: red, key: {red}}}, {{tenant: blue, key: {blue}}}]
tenants:
  - {{name: red, limits: {{budget: "${budget:.9f}/day"}}}}
  - {{name: blue, limits: {{budget: $1000/day, tokens: 100000000/day, concurrent: 100}}}}
accounts: {{on_loss: refuse, redis: {{url: 'redis://127.0.0.1:{redis}', deadline: 5s}}}}
drain: {{notice: 0s, grace: 5s}}
log: {{decisions: '{log}'}}
"""


class Pair:
    """Two routers and what they keep."""

    def __init__(self, folder: Path, engine: FakeEngine, redis: int, server: Any) -> None:
        self.folder, self.engine, self.redis, self.server = folder, engine, redis, server
        self.ports: list[int] = []
        self._processes: list[Any] = []

    def start(self, stack: ExitStack, budget: float) -> None:
        for name in ("one", "other"):
            log, file = self.folder / f"{name}.jsonl", self.folder / f"{name}.yaml"
            text = CONFIG.format(engine=self.engine.url, red=RED, blue=BLUE, budget=budget, redis=self.redis, log=log)
            file.write_text(text)
            running, port, _ = stack.enter_context(process("-c", str(file), "--log-level", "error"))
            self._processes.append(running)
            self.ports.append(port)

    async def rows(self) -> list[Row]:
        """What both logged, once they have ended."""
        for running in self._processes:
            running.terminate()
        for running in self._processes:
            await asyncio.to_thread(running.wait, 20)
        return [row for name in ("one", "other") for row in read(self.folder / f"{name}.jsonl") if row.outcomes]

    async def spent(self, tenant: str) -> tuple[int, int]:
        """What counts on the server in nano-dollars, and how many requests have something set aside."""
        async with speaking(self.redis) as client:
            key = f"wrp:default:accounts:{{{tenant}}}:"
            counted = await client.hgetall(key + "use")
            return sum(int(v) for k, v in counted.items() if k.startswith(b"3:")), await client.hlen(key + "held")


@asynccontextmanager
async def pair(folder: Path, budget: float) -> AsyncIterator[Pair]:
    """Before one engine."""
    with redis_server(folder) as (port, server), ExitStack() as stack:
        async with FakeEngine(["fake"]) as engine:
            made = Pair(folder, engine, port, server)
            await asyncio.to_thread(made.start, stack, budget)
            yield made


async def ask(http: aiohttp.ClientSession, port: int, key: str, number: int) -> tuple[int, str]:
    """Status, and the code of an error."""
    body = {"model": "fake", "max_tokens": ANSWER, "messages": [{"role": "user", "content": f"Count to {number:03}"}]}
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    async with http.post(url, json=body, headers={"authorization": f"Bearer {key}"}) as answer:
        found = await answer.json()
        return answer.status, "" if answer.status == 200 else found["error"]["code"]


async def test_a_budget_for_fifty_and_two_hundred_at_once(tmp_path: Path):
    """Never over by more than one request; and none of it is lost: what is left would not pay for another one."""
    each = (20 + ANSWER) * 1e-6  # more than a request takes, by its prompt's estimate and the engine's count
    budget = FOR * each
    async with pair(tmp_path, budget) as routers:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            asked = [ask(http, routers.ports[number % 2], RED, number) for number in range(AT_ONCE)]
            found = await asyncio.gather(*asked)
            assert {code for status, code in found if status != 200} <= {"insufficient_quota"}
            number = AT_ONCE
            while (await ask(http, routers.ports[number % 2], RED, number))[0] == 200:
                number += 1
        await until_settled(routers, "red")
        counted, held = await routers.spent("red")
        rows = await routers.rows()
    costs = [nanos(row.cost) for row in rows]
    assert len(costs) >= FOR
    assert (sum(costs), held) == (counted, 0)
    assert nanos(budget) - nanos(each) < counted <= nanos(budget) + max(costs)


async def test_five_hundred_who_leave_in_the_middle(tmp_path: Path):
    """Each pays for its prompt and for what was streamed, and nothing stays set aside."""
    async with pair(tmp_path, 1.0) as routers:
        turns = asyncio.Semaphore(40)

        async def leave(number: int) -> None:
            async with turns:
                reader, writer = await asyncio.open_connection("127.0.0.1", routers.ports[number % 2])
                messages = [{"role": "user", "content": f"Tell me about {number}"}]
                body = {"model": "fake", "stream": True, "messages": messages, "x_fake": "stall_after=3"}
                writer.write(request(body, authorization=f"Bearer {BLUE}"))
                await reader.readuntil(b'"content"')
                if number % 2:
                    writer.transport.abort()
                else:
                    writer.close()

        await asyncio.gather(*[leave(number) for number in range(ABORTS)])
        await until_settled(routers, "blue")
        counted, held = await routers.spent("blue")
        rows = await routers.rows()
    assert [row.status for row in rows] == [499] * ABORTS
    assert all(row.outcomes[0].tokens_out > 0 and row.cost > row.outcomes[0].tokens_out * 1e-6 for row in rows)
    assert (sum(nanos(row.cost) for row in rows), 0) == (counted, held)


async def test_without_the_server(tmp_path: Path):
    """The mode is `refuse`: 503, and no engine is asked."""
    async with pair(tmp_path, 1.0) as routers, aiohttp.ClientSession() as http:
        assert await ask(http, routers.ports[0], RED, 1) == (200, "")
        routers.server.kill()
        routers.server.wait()
        seen = len(routers.engine.seen)
        for port in routers.ports:
            assert await ask(http, port, RED, 2) == (503, "limits_unavailable")
        assert len(routers.engine.seen) == seen


async def until_settled(routers: Pair, tenant: str) -> None:
    """Nothing is set aside any more."""
    for _ in range(2000):
        if not (await routers.spent(tenant))[1]:
            return
        await asyncio.sleep(0.01)
    pytest.fail(f"still set aside: {json.dumps(await routers.spent(tenant))}")
