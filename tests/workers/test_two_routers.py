"""Two routers behind one Redis, one of which is killed under load."""

from __future__ import annotations

import asyncio
import re
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import pytest

from bench.steady import Steady
from tests.cache.stores.kit import redis_server
from tests.cli.serving import free_port, process
from tests.workers.scene import CONFIG, post, until

pytestmark = pytest.mark.fault("R18")

TOGETHER = """\
secret: 0123456789abcdef0123456789abcdef
learned: {{redis: {{url: redis://127.0.0.1:{redis}}}, every: 1s}}
"""
STORE = "{{kind: redis, url: redis://127.0.0.1:{redis}, deadline: 1s}}"
ASK = {"model": "auto", "messages": [{"role": "user", "content": "How do I sort a list?"}]}


@dataclass
class Alone:
    """A router of its own, without a supervisor."""

    process: Popen[str]
    port: int
    admin: int

    def metric(self, name: str) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/metrics", timeout=20) as answer:
            found = re.findall(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
        return sum(map(float, found))


@contextmanager
def router(folder: Path, engine: str, redis: int, name: str) -> Iterator[Alone]:
    """As a process, ready."""
    port, admin = free_port(), free_port()
    file = folder / f"{name}.yaml"
    given = {"port": port, "admin": admin, "engine": engine, "folder": folder / name}
    file.write_text(CONFIG.format(**given, store=STORE.format(redis=redis)) + TOGETHER.format(redis=redis))
    with process("-c", str(file)) as (running, _, _):
        yield Alone(running, port, admin)


async def test_one_is_killed(engine: str, tmp_path: Path):
    """What it had in flight fails, then its clients are refused; the other answers all. What the killed one had
    answered is in the cache, and what it had learned is known."""
    with ExitStack() as stack:
        redis, _ = stack.enter_context(redis_server(tmp_path))
        killed, other = (stack.enter_context(router(tmp_path, engine, redis, name)) for name in ("killed", "other"))
        _, headers = await asyncio.to_thread(post, killed.port, "/v1/chat/completions", ASK)
        judged = {"decision": headers["x-wrp-decision"], "score": 1.0}
        await asyncio.to_thread(post, killed.port, "/v1/feedback", judged)
        await until(lambda: other.metric(r'wrp_learned_exchanges_total{result="heard"}') >= 1)
        loads = [Steady(one.port, 60.0, 6) for one in (killed, other)]
        running = [asyncio.create_task(load.run()) for load in loads]
        await until(lambda: min(load.answered for load in loads) > 30)
        killed.process.kill()
        answered = loads[1].answered
        await until(lambda: loads[1].answered > answered + 60 and loads[0].refused > 30)
        for load in loads:
            load.stop.set()
        await asyncio.gather(*running)
        assert (loads[1].failed, loads[1].refused) == ({}, 0)
        # one for each connection, and one that had just been connected anew, and was not accepted any more
        assert sum(loads[0].failed.values()) <= 12
        _, headers = await asyncio.to_thread(post, other.port, "/v1/chat/completions", ASK)
        assert headers["x-wrp-cache"] == "hit-exact"
        with router(tmp_path, engine, redis, "again") as again:  # it begins with what both learned
            await until(lambda: again.metric(r'wrp_learned_exchanges_total{result="heard"}') >= 1)
            _, headers = await asyncio.to_thread(post, again.port, "/v1/chat/completions", ASK)
            assert headers["x-wrp-cache"] == "hit-exact"
