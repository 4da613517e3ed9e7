"""The router itself is killed (SIGKILL) while it writes, again and again: it starts from what is on the disk, serves no
answer that is another question's, and says of nothing that it broke.
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.cli.serving import free_port
from tests.live.scene import MODEL, Scene

pytestmark = pytest.mark.fault("R18")


KILLS, TALKERS, QUESTIONS = 5, 8, 300
PATIENCE = 60.0
CONFIG = """\
version: 1
listen: 127.0.0.1:{port}
secret: of-this-test-and-of-nobody-else
embedder: {{tier: none}}
pools:
  - {{name: fake, model: fake, servers: [{engine}], price: {{input: 1, output: 1}}}}
routes:
  - {{name: all, use: {{kind: epsilon_greedy, pools: [fake]}}}}
cache: {{store: {{kind: sqlite, path: {folder}/cache.db, snapshots: 200ms, memory: 1MiB}}, semantic: false}}
learned: {{file: {folder}/learned.bin, every: 50ms}}
log: {{decisions: {folder}/decisions.jsonl, rotate: 64KiB, level: warning}}
"""


@asynccontextmanager
async def served(folder: Path, engine: str, life: int) -> AsyncIterator[tuple[Process, str]]:
    """A router on the files that the former one left. In the end it is killed."""
    port, log = free_port(), folder / f"router-{life}.log"
    file = folder / "wrp.yaml"
    file.write_text(CONFIG.format(port=port, engine=engine, folder=folder))
    with log.open("wb") as said:
        command = [sys.executable, "-m", "wrp_router", "serve", "-c", str(file)]
        process = await asyncio.create_subprocess_exec(*command, stdout=said, stderr=said)
    url = f"http://127.0.0.1:{port}"
    try:
        await ready(url, process, log)
        yield process, url
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


def words(log: Path) -> str:
    """What it said."""
    return log.read_text()


async def ready(url: str, process: Process, log: Path) -> None:
    end = asyncio.get_running_loop().time() + PATIENCE
    async with aiohttp.ClientSession() as http:
        while asyncio.get_running_loop().time() < end:
            assert process.returncode is None, words(log)
            try:
                async with http.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
    raise AssertionError(words(log))


async def asked(http: aiohttp.ClientSession, url: str, number: int) -> tuple[str, str]:
    """The text, and what the cache said."""
    body: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": f"What is {number} times 7?"}]}
    async with http.post(f"{url}/v1/chat/completions", json=body) as answer:
        told = await answer.json()
        assert answer.status == 200, told
        return told["choices"][0]["message"]["content"], answer.headers.get("x-wrp-cache", "direct")


async def test_killed_while_it_writes(scene: Scene, tmp_path: Path):
    """Eight clients ask for what was asked before and for what was not; each answer is the one that the engine gives to
    that question, in every life, and later lives still know answers of earlier ones."""
    engine = await scene.engine()
    right: dict[int, str] = {}
    remembered = 0
    rng = random.Random(5)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(30)) as http:
        for life in range(KILLS + 1):
            async with served(tmp_path, engine.url, life) as (process, url):
                for number in list(right)[:40]:
                    text, cache = await asked(http, url, number)
                    assert text == right[number]
                    remembered += cache == "hit-exact"
                if life == KILLS:
                    break
                talking = [asyncio.create_task(talk(http, url, right, rng)) for _ in range(TALKERS)]
                await asyncio.sleep(rng.uniform(0.3, 1.0))  # it dies at a moment that nobody chose
                process.send_signal(signal.SIGKILL)
                await asyncio.gather(*talking)
        for number, text in list(right.items())[:40]:
            assert (await asked(http, engine.url, number))[0] == text
    assert remembered, "no life knew anything of an earlier one"


async def talk(http: aiohttp.ClientSession, url: str, right: dict[int, str], rng: random.Random) -> None:
    """Asks until nobody answers. The first answer to a question is what every other has to be."""
    while True:
        number = rng.randrange(QUESTIONS)
        try:
            text, _ = await asked(http, url, number)
        except (aiohttp.ClientError, ConnectionError):
            return
        assert right.setdefault(number, text) == text
