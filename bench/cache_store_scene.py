"""Answers, archives and servers for `bench/cache_stores.py`."""

from __future__ import annotations

import asyncio
import random
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from wrp_cache import Entry
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.link import Server
from wrp_cache.stores.redis import RedisArchive
from wrp_cache.stores.sqlite import SqliteArchive
from wrp_cache.types import name_of

Figures = dict[str, Any]
DIM = 384
DAY = 86400.0


def entry(number: int) -> Entry:
    """An answer of two kilobytes."""
    return Entry(
        key=b"%032d" % number,
        partition=b"p" * 32,
        tenant="acme",
        category="default",
        asked=f"How do I reset my password number {number}?",
        body=b"%d " % number + b"x" * 2000,
        content_type="application/json",
        created=time.monotonic(),
        model="m",
        served_by="s",
    )


def named(number: int) -> bytes:
    return name_of("acme", b"%032d" % number)


def vectors(count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    made = np.random.default_rng(1).standard_normal((count, DIM)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def sqlite(folder: Path) -> SqliteArchive:
    return SqliteArchive(str(folder / "cache.db"), b"secret", lambda category: DAY, time.monotonic, deadline=10.0)


def redis(port: int, deadline: float = 0.05) -> RedisArchive:
    server = Server("127.0.0.1", port)
    return RedisArchive(server, b"secret", lambda category: DAY, time.monotonic, deadline=deadline)


def spread(seconds: list[float], unit: float = 1e6) -> Figures:
    values = np.percentile(np.asarray(seconds) * unit, [50, 99, 100])
    return dict(zip(("p50", "p99", "max"), (round(float(value), 2) for value in values), strict=True))


async def fill(archive: Any, count: int) -> list[float]:
    """Seconds of each put."""
    took, made = [], vectors(min(count, 10_000))
    for number in range(count):
        put = entry(number)
        while True:
            since = time.perf_counter()
            try:
                archive.put(named(number), put, made[number % len(made)])
            except StoreFailed:
                await asyncio.sleep(0.002)
                continue
            took.append(time.perf_counter() - since)
            break
        if number % 50 == 0:
            await asyncio.sleep(0)
    await archive.flush()
    return took


async def nobody(archive: Any) -> None:
    await archive.start(lambda header, vector, size: True, lambda name: None, lambda tenant, partition: None)


async def fetches(archive: Any, count: int) -> list[float]:
    took, rng = [], random.Random(1)
    for _ in range(2000):
        number = rng.randrange(count)
        archive._front.desk.forget(named(number))
        since = time.perf_counter()
        found = await archive.fetch(named(number))
        took.append(time.perf_counter() - since)
        assert found is not None
    return took


class Redis:
    """A server of our own, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        program = shutil.which("redis-server") or shutil.which("valkey-server") or "redis-server"
        self._command = [program, "--port", str(self.port), "--save", "", "--dir", str(folder)]
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
                return

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
