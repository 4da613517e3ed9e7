"""A steady load over keep-alive connections, and what became of each request: answered, failed, or refused at the door.

A client that does what HTTP says: it opens another connection after an answer with `connection: close`, or where the
server has closed an idle one before anything was sent.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

WAIT = 15.0
"""Seconds for an answer."""


class Broken(Exception):
    """The connection ended before the answer was whole."""


class Line(asyncio.Protocol):
    """One connection; one request at a time. `last`: no more may be sent on it."""

    def __init__(self) -> None:
        self.last = False
        self._transport: asyncio.Transport | None = None
        self._data = b""
        self._answer: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = self._data[:end].lower()
        at = head.find(b"content-length:")
        if len(self._data) >= end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0]):
            self._data = b""
            self.last = b"\r\nconnection: close" in head
            self._answer.set_result(int(head.split(b" ", 2)[1]))

    def eof_received(self) -> None:
        self.last = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.last = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken(type(exc).__name__ if exc else "closed"))

    async def ask(self, request: bytes) -> int:
        """The status of the answer. Raises Broken, TimeoutError."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._answer = answer = loop.create_future()
        self._transport.write(request)
        timer = loop.call_later(WAIT, lambda: answer.done() or answer.set_exception(TimeoutError()))
        try:
            return await answer
        finally:
            timer.cancel()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@dataclass
class Steady:
    """`rate` requests a second over so many `connections`, each in its turn, until `stop` is set, with these `lines` in
    their heads. `failed` says how many failed, by how; `waits` are seconds, of all that were sent or refused."""

    port: int
    rate: float
    connections: int
    answered: int = 0
    refused: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    waits: list[float] = field(default_factory=list)
    lines: tuple[str, ...] = ()

    async def run(self) -> None:
        """Returns when all have their last answer."""
        await asyncio.gather(*[self._client(number) for number in range(self.connections)])

    async def _client(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        every = self.connections / self.rate
        due = loop.time() + every * number / self.connections
        line: Line | None = None
        serial = 0
        while not self.stop.is_set():
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + every, loop.time() - 10 * every)
            serial += 1
            begun = loop.time()
            line = await self._one(line, request(f"{number}-{serial}", *self.lines))
            self.waits.append(loop.time() - begun)
        if line is not None:
            line.close()

    async def _one(self, line: Line | None, asked: bytes) -> Line | None:
        """One request; the connection, where it can be used again."""
        if line is not None and line.last:
            line.close()
            line = None
        try:
            if line is None:
                _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self.port)
        except OSError:
            self.refused += 1
            return None
        try:
            status = await line.ask(asked)
        except (Broken, TimeoutError) as error:
            self.failed[str(error) or type(error).__name__] += 1
            line.close()
            return None
        if status == 200:
            self.answered += 1
        else:
            self.failed[str(status)] += 1
        return line


def request(name: str, *lines: str) -> bytes:
    """A chat completion that no other is like, with more header lines."""
    body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": f"hello {name}"}]}).encode()
    head = "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    head += "".join([f"{line}\r\n" for line in lines])
    return head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body
