"""A gateway between clients and an engine that are in its own process and need no sockets: all that is done is its own.

`python bench/in_memory.py ROW REQUESTS` starts it, has sixteen clients ask so often, and says nothing unless an answer
was not 200.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

sys.path.append(str(Path(__file__).parents[1]))  # behind a checkout that somebody names

from bench import overhead_configs as configs
from bench.loads import Kind, body
from wrp_router.build import Router
from wrp_router.cli.reading import read
from wrp_router.live.lean import Door
from wrp_router.live.upstream.connection import Connection
from wrp_router.live.upstream.origin import Origin

ROWS: dict[str, tuple[str, str, Kind]] = {
    "plain": (configs.PLAIN, "p2c", "numbered"),
    "full": (configs.FULL, "dualmap", "numbered"),
    "hits": (configs.HITS, "p2c", "same"),
}
"""Configuration, balance and questions, as in bench/overhead.py."""

CLIENTS = 16
NEVER = 86_400.0
"""Seconds."""
SERVERS = "{url: 'http://127.0.0.1:7'}, {url: 'http://127.0.0.1:9'}"

HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    b"Authorization: Bearer sk-bench\r\nContent-Length: %d\r\n\r\n%b"
)
SAID = b"layered graphs and greedy search " * 8
REPLY = (
    b'{"id":"chatcmpl-mock","object":"chat.completion","created":1700000000,"model":"mock-model","choices":[{"index":0,'
    b'"message":{"role":"assistant","content":"%b"},"logprobs":null,"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":180,"completion_tokens":60,"total_tokens":240}}'
) % SAID
ANSWER = (
    b"HTTP/1.1 200 OK\r\ndate: Sun, 22 Nov 2026 08:00:00 GMT\r\nserver: uvicorn\r\ncontent-length: %d\r\n"
    b"content-type: application/json\r\n\r\n%b"
) % (len(REPLY), REPLY)


class Wire(asyncio.Transport):
    """`heard` gets what is written; nothing is ever kept back."""

    def __init__(self, heard: Callable[[bytes], object]) -> None:
        super().__init__()
        self.heard = heard
        self._closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.heard(bytes(data))

    def is_closing(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True

    abort = close

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def get_write_buffer_size(self) -> int:
        return 0


class Here(Origin):
    """An engine that answers at once, with the same."""

    async def _connect(self, patience: float) -> Connection:
        loop = asyncio.get_running_loop()
        connection = Connection(loop)
        connection.connection_made(Wire(lambda data: loop.call_soon(connection.data_received, ANSWER)))
        return connection


class Clients:
    """Each asks again as soon as it was answered, until nothing is left to ask."""

    def __init__(self, door: Door, questions: Iterator[bytes]) -> None:
        self._questions, self._left = questions, CLIENTS
        self._loop = asyncio.get_running_loop()
        self._connections = [door() for _ in range(CLIENTS)]
        self._over = self._loop.create_future()

    async def ask(self) -> None:
        """All of them."""
        for connection in self._connections:
            wire = Wire(lambda data, receive=connection.data_received: self._answered(data, receive))
            connection.connection_made(wire)
            self._next(connection.data_received)
        await self._over
        for connection in self._connections:
            connection.connection_lost(None)

    def _answered(self, data: bytes, receive: Callable[[bytes], None]) -> None:
        if not data.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"an answer is not 200: {data[:200]!r}")
        self._next(receive)

    def _next(self, receive: Callable[[bytes], None]) -> None:
        question = next(self._questions, None)
        if question is not None:
            self._loop.call_soon(receive, question)
            return
        self._left -= 1
        if not self._left:
            self._over.set_result(None)


def questions(kind: Kind, count: int) -> Iterator[bytes]:
    """So many, written before the first is asked."""
    asked = body(kind)
    numbers = [0] * count if kind == "same" else range(count)
    texts = [asked.replace("@", f"{number:012}").encode() for number in numbers]
    return iter([HEAD % (len(text), text) for text in texts])


def router_of(row: str, folder: Path) -> Router:
    """As the row has it, on no port in particular. However late the event loop is, nothing is given up: under valgrind,
    beside whatever else a machine does, it is."""
    text, balance, _ = ROWS[row]
    base = configs.BASE.format(port=0, servers=SERVERS, balance=balance, folder=folder, name=row)
    file = folder / "wrp.yaml"
    file.write_text(base + text)
    config = read(str(file))
    assert config is not None
    overload = msgspec.structs.replace(config.overload, lag=NEVER)
    return Router(msgspec.structs.replace(config, overload=overload))


async def run(row: str, count: int, folder: Path) -> None:
    async with router_of(row, folder) as router:
        for key, target in router._targets.items():
            router._targets[key] = replace(target, origin=Here(target.origin.base or "http://127.0.0.1"))
        door: Any = router._server.door
        await Clients(door, questions(ROWS[row][2], count)).ask()


def main(argv: list[str]) -> int:
    row, count = argv
    with tempfile.TemporaryDirectory() as folder:
        _loop()(run(row, int(count), Path(folder)))
    return 0


def _loop() -> Callable[..., object]:
    """As `wrp serve` has it."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run
    return uvloop.run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
