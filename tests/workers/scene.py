"""`wrp serve --workers` as real processes on loopback: what they say, who they are, and a load on them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.steady import Steady
from tests.cli.serving import free_port

PATIENCE = 60.0
"""Seconds for what takes one or two on a machine that does nothing else."""

CONFIG = """\
version: 1
listen: 127.0.0.1:{port}
admin: 127.0.0.1:{admin}
embedder: {{tier: none}}
pools:
  - name: small
    model: fake-8b
    price: {{input: 1, output: 1}}
    servers: [{engine}]
routes:
  - name: all
    use: {{kind: epsilon_greedy, pools: [small]}}
cache: {{store: {store}, semantic: false}}
feedback: {{keep: 1h}}
log: {{decisions: {folder}/log.jsonl, level: info}}
drain: {{notice: 500ms, grace: 5s}}
"""


@dataclass
class Crew:
    """A supervisor and its workers. `said`: all that they wrote to standard error."""

    process: subprocess.Popen[bytes]
    port: int
    admin: int
    file: Path
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def workers(self) -> list[int]:
        """The pids of all children, also of those that have not begun or not ended."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def get(self, path: str) -> str:
        """Of the admin listener."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.admin}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def post(self, path: str, body: object, *, admin: bool = False) -> tuple[Any, dict[str, str]]:
        """Of either listener."""
        return post(self.admin if admin else self.port, path, body)

    def counted(self, name: str) -> float:
        """A metric, over all its labels."""
        values = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", self.get("/metrics"), re.MULTILINE)
        return sum(map(float, values))


def post(port: int, path: str, body: object) -> tuple[Any, dict[str, str]]:
    """What is answered, with headers, on a connection of its own; raises HTTPError."""
    headers = {"content-type": "application/json", "connection": "close"}
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(asked, timeout=20) as answer:
        return json.load(answer), {name.lower(): value for name, value in answer.headers.items()}


def polled(fact: Callable[[], object], within: float = PATIENCE) -> bool:
    """Whether it comes to be so in time."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if fact():
            return True
        time.sleep(0.05)
    return False


async def until(fact: Callable[[], object]) -> None:
    """Returns when it is so, and fails where that does not come to be; the load goes on meanwhile."""
    assert await asyncio.to_thread(polled, fact)


def configured(
    folder: Path, engine: str, more: str = "", store: str = "memory", notice: str = "500ms", grace: str = "5s"
) -> tuple[Path, int, int]:
    """A file, and the ports in it."""
    port, admin = free_port(), free_port()
    file = folder / "wrp.yaml"
    text = CONFIG.format(port=port, admin=admin, engine=engine, folder=folder, store=store)
    file.write_text(text.replace("500ms", notice).replace("5s}", f"{grace}}}") + more)
    return file, port, admin


@contextmanager
def crew(folder: Path, engine: str, *options: str, begun: str = "take requests", **written: str) -> Iterator[Crew]:
    """In the block they take requests, and have said that they have `begun`; afterwards none is left. `written`: what
    stands in the file."""
    file, port, admin = configured(folder, engine, **written)
    log = folder / "said"
    command = [sys.executable, "-m", "wrp_router", "serve", "-c", str(file), *options]
    with log.open("wb") as said, subprocess.Popen(command, stderr=said) as process:
        made = Crew(process, port, admin, file, log)
        try:
            assert polled(lambda: begun in made.said or process.poll() is not None), made.said
            assert process.poll() is None, made.said
            yield made
        finally:
            left = made.workers()
            process.kill()
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@asynccontextmanager
async def loaded(made: Crew, rate: float = 100.0, connections: int = 8) -> AsyncIterator[Steady]:
    """In the block requests come; afterwards all are answered or have failed."""
    steady = Steady(made.port, rate, connections)
    running = asyncio.create_task(steady.run())
    try:
        yield steady
    finally:
        steady.stop.set()
        await running
