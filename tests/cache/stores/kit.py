"""Archives, servers and clocks for tests of stores."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.cache.makers import entry
from wrp_cache.stores.link import Server
from wrp_cache.stores.redis import RedisArchive
from wrp_cache.stores.sqlite import SqliteArchive
from wrp_cache.types import Entry, name_of
from wrp_signals.facts import Vector

SECRET = b"a secret that all routers share"
DAY = 86400.0


class Time:
    """A clock that stands still, and a sleep that ends when the test says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now
        self.asked: list[float] = []
        self._turn = asyncio.Event()

    def __call__(self) -> float:
        return self.now

    async def pause(self, seconds: float) -> None:
        self.asked.append(seconds)
        until = self.now + seconds
        while self.now < until:
            self._turn.clear()
            await self._turn.wait()

    def go(self, seconds: float) -> None:
        self.now += seconds
        self._turn.set()


class Books:
    """Whom an archive tells: everything is written down. `room`: whether entries are wanted."""

    def __init__(self, room: bool = True) -> None:
        self.room = room
        self.headers: dict[bytes, Entry] = {}
        self.vectors: dict[bytes, Vector | None] = {}
        self.sizes: dict[bytes, int] = {}
        self.order: list[bytes] = []
        self.told: list[bytes] = []
        self.forgotten: list[bytes] = []
        self.purged: list[tuple[str | None, bytes | None]] = []

    def learn(self, header: Entry, vector: Vector | None, size: int) -> bool:
        name = named(header)
        self.headers[name], self.vectors[name], self.sizes[name] = header, vector, size
        if name not in self.order:
            self.order.append(name)
        self.told.append(name)
        return self.room

    def purge(self, tenant: str | None, partition: bytes | None) -> None:
        self.purged.append((tenant, partition))

    async def read(self, archive: Any) -> Any:
        """Have the archive tell this."""
        await archive.start(self.learn, self.forgotten.append, self.purge)
        return archive


def named(entry: Entry) -> bytes:
    return name_of(entry.tenant, entry.key)


def fresh(key: bytes = b"k", now: Callable[[], float] = monotonic, **fields: Any) -> Entry:
    """An entry that was made this moment."""
    return entry(key, **({"created": now()} | fields))


def same(found: Entry | None, put: Entry) -> bool:
    """Whether it is what was put; the date goes through another clock, and may lose a little."""
    if found is None or abs(found.created - put.created) > 0.1:
        return False
    fields = [name for name in put.__struct_fields__ if name != "created"]
    return all(getattr(found, name) == getattr(put, name) for name in fields)


def sqlite(path: Path, secret: bytes = SECRET, **fields: Any) -> SqliteArchive:
    """An archive in `path`/cache.db."""
    given = {"ttl": lambda category: DAY, "clock": monotonic, "deadline": 10.0}
    return SqliteArchive(str(path / "cache.db"), secret, **(given | fields))


def redis(port: int, secret: bytes = SECRET, **fields: Any) -> RedisArchive:
    """An archive on the server at that port."""
    given = {"ttl": lambda category: DAY, "clock": monotonic, "deadline": 10.0}
    server = fields.pop("server", None) or Server("127.0.0.1", port)
    return RedisArchive(server, secret, **(given | fields))


@contextlib.asynccontextmanager
async def running(archive: Any, books: Books | None = None) -> AsyncIterator[Any]:
    """Started, and stopped afterwards."""
    await (books or Books()).read(archive)
    try:
        yield archive
    finally:
        await archive.stop()


async def until(fact: Callable[[], object], within: float = 20.0) -> None:
    """Returns when it is so. Raises AssertionError."""
    end = monotonic() + within
    while not fact():
        assert monotonic() < end, "it never was so"
        await asyncio.sleep(0.005)


@contextlib.contextmanager
def redis_server(folder: Path, *options: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A server of one's own: its port, and the process. Skips the test where there is none."""
    pytest.importorskip("redis", reason="the extra `redis` is not installed: NOTHING OF REDIS IS TESTED")
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("neither redis-server nor valkey-server is installed: NOTHING OF REDIS IS TESTED")
    port = free_port()
    process = serve(program, port, folder, *options)
    try:
        yield port, process
    finally:
        process.kill()
        process.wait()


def serve(program: str, port: int, folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """Start it, and wait until it listens."""
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder), *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    end = monotonic() + 20.0
    while monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return process
        assert process.poll() is None, "the server ended at once"
    raise AssertionError("the server does not listen")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
