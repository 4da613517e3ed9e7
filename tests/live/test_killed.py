"""One of eight engines is killed under load and comes back: who had no answer yet gets one, and it is used again."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.live.raw import CHAT
from tests.live.scene import MODEL, Scene, until
from wrp_router.build import Router
from wrp_router.config.pools import Health

SERVERS, AT_ONCE, TALKS, SIZE = 8, 24, 64, 1200


async def engine(port: int = 0) -> tuple[Process, int]:
    """A process of its own, at this port or a free one."""
    command = [sys.executable, "-m", "wrp_router.fakes", "--model", MODEL, "--prefill", "50000", "--port", str(port)]
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE)
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    return process, int(line.rsplit(b":", 1)[1])


@asynccontextmanager
async def engines() -> AsyncIterator[tuple[list[Process], list[int]]]:
    """Eight of them; whatever happens, none is left."""
    started = await asyncio.gather(*(engine() for _ in range(SERVERS)))
    processes, ports = [process for process, _ in started], [port for _, port in started]
    try:
        yield processes, ports
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def ask(http: aiohttp.ClientSession, router: Router, number: int) -> str:
    """The next turn of one of the conversations, streamed or not; "" for a whole answer, else what came."""
    talk, turn = number % TALKS + TALKS * (number // 600), number // TALKS
    said = [{"role": "user", "content": f"{talk}.{n} " + f"w{talk} " * (SIZE // 4)} for n in range(turn % 6 + 1)]
    body: dict[str, Any] = {"model": MODEL, "messages": said, "stream": number % 2 == 0}
    async with http.post(router.url + CHAT, json=body) as answer:
        text = await answer.text()
    whole = text.rstrip().endswith("[DONE]") if body["stream"] else '"finish_reason"' in text
    if answer.status == 200 and (whole or body["stream"]):
        return "" if whole else "cut off"  # an answer that had begun cannot be had elsewhere, and says so
    return f"{answer.status} {text[:200]}"


async def ask_many(http: aiohttp.ClientSession, router: Router, numbers: range) -> list[str]:
    """What came instead of whole answers."""
    queue = iter(numbers)

    async def worker() -> list[str]:
        return [bad for number in queue if (bad := await ask(http, router, number))]

    return [bad for bads in await asyncio.gather(*(worker() for _ in range(AT_ONCE))) for bad in bads]


def sent(router: Router) -> dict[str, bool]:
    return {server.name: server.up for pool in router.pools() for server in pool.servers}


async def test_one_of_eight_is_killed_and_comes_back(scene: Scene, http: aiohttp.ClientSession):
    """Without an answer begun nothing fails; the others take over; restarted, it gets its share again."""
    async with engines() as (processes, ports):
        health = Health(every=0.2, timeout=1.0)
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        router = await scene.open(*urls, pool={"health": health}, cache=None)
        assert await ask_many(http, router, range(300)) == []
        load = asyncio.create_task(ask_many(http, router, range(300, 1200)))
        await asyncio.sleep(0.2)
        processes[3].send_signal(signal.SIGKILL)
        bad = await load
        assert [one for one in bad if one != "cut off"] == []
        assert len(bad) <= AT_ONCE
        name = f"127.0.0.1:{ports[3]}"
        await until(lambda: not sent(router)[name])
        processes[3], _ = await engine(ports[3])
        await until(lambda: sent(router)[name], within=10.0)
        assert await ask_many(http, router, range(1200, 1800)) == []
    rows = [row for row in await scene.rows() if row.outcomes]
    last = [row.outcomes[-1] for row in rows[-500:]]
    assert sum(outcome.server == name for outcome in last) >= 10
    late = [outcome for outcome in last if outcome.server == name]
    # conversations settle there again; how many depends on how long it is spared, and so on the machine
    assert sum(outcome.tokens_cached > 0 for outcome in late) >= max(1, len(late) // 10)
