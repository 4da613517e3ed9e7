"""Workers that share an account are killed, replaced and left without its server: nobody gets more than the limit."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

import aiohttp
import pytest

from tests.cache.stores.kit import redis_server
from tests.cache.stores.test_redis import speaking
from tests.workers.scene import crew, until
from wrp_router.accounts.accounts import nanos
from wrp_router.fakes.engine import FakeEngine
from wrp_router.telemetry.decisions import read

pytestmark = pytest.mark.fault("S8", "R18")

KEY = "sk-red-0123456789"
TALKERS, ANSWER, FOR, KILLS = 8, 6, 120, 2
EACH = 16e-6
"""US$ that a request takes at most."""

ACCOUNTS = """\
workers: 2
keys: [{{tenant: red, key: {key}}}, {{tenant: staff, key: sk-staff-0123456789, admin: true}}]
tenants: [{{name: red, limits: {{budget: "${budget:.9f}/day", concurrent: 100}}}}]
accounts: {{on_loss: refuse, redis: {{url: 'redis://127.0.0.1:{redis}', deadline: 500ms}}}}
"""


async def talk(port: int, seed: int, statuses: list[int]) -> None:
    """Until the budget does not allow any more; whoever is cut off or refused for a while comes again."""
    rng = random.Random(seed)
    while True:
        body = {
            "model": "fake-8b",
            "max_tokens": ANSWER,
            "messages": [{"role": "user", "content": f"Count to {rng.randrange(1000):03}"}],
            "stream": rng.random() < 0.5,
            "x_fake": "chunks=6,gap=80ms",
        }
        headers = {"authorization": f"Bearer {KEY}"}
        url = f"http://127.0.0.1:{port}/v1/chat/completions"
        try:
            async with aiohttp.ClientSession() as http, http.post(url, json=body, headers=headers) as answer:
                said = await answer.text()
                statuses.append(answer.status)
                if "insufficient_quota" in said:
                    return
        except aiohttp.ClientError:
            statuses.append(0)
        if statuses[-1] != 200:
            await asyncio.sleep(0.05)


async def test_whatever_is_done_to_them(tmp_path: Path):
    """Killed, replaced, without the server for a while: all that engines were asked for is within the budget. What was
    not settled is what those who were killed had set aside."""
    with redis_server(tmp_path) as (redis, server):
        async with FakeEngine(["fake-8b"]) as engine:
            accounts = ACCOUNTS.format(key=KEY, budget=FOR * EACH, redis=redis)
            with crew(tmp_path, engine.url, more=accounts) as made:
                await until(lambda: len(made.workers()) == 2)
                statuses: list[int] = []
                talking = [asyncio.create_task(talk(made.port, seed, statuses)) for seed in range(TALKERS)]
                for number in range(KILLS):
                    seen = len(statuses)
                    await until(lambda seen=seen: len(statuses) > seen + 8 or all(one.done() for one in talking))
                    os.kill(made.workers()[0], signal.SIGKILL)
                    if number == 0:
                        made.signal(signal.SIGHUP)
                    if number == 1:
                        server.send_signal(signal.SIGSTOP)
                        await asyncio.sleep(1.0)
                        server.send_signal(signal.SIGCONT)
                    await until(lambda: len(made.workers()) == 2)
                async with asyncio.timeout(120):
                    await asyncio.gather(*talking)
                asked = len([one for one in engine.seen if one.path.endswith("/chat/completions")])
                async with speaking(redis) as client:
                    account = "wrp:default:accounts:{red}:"
                    use = await client.hgetall(account + "use")
                    held = await client.hlen(account + "held")
                made.signal(signal.SIGTERM)
                await until(lambda: made.process.poll() is not None)
        counted = sum(int(value) for key, value in use.items() if key.startswith(b"3:"))
    costs = [nanos(row.cost) for row in read(tmp_path / "log.jsonl") if row.outcomes]
    assert asked * min(costs) <= counted <= nanos(FOR * EACH) + max(costs)
    assert 0 < held <= KILLS * TALKERS
    assert counted > nanos(FOR * EACH) - nanos(EACH)
