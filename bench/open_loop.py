"""Requests that come when they come, whether the ones before were answered or not; and what became of each.

A connection is used again after its answer; where none is free another is opened.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

WAIT = 20.0
"""Seconds for an answer."""


@dataclass(frozen=True)
class Answer:
    """Of a request that was due at `due` (seconds from the beginning): after so many seconds, the status (0: none came)
    and the head, in lower case. It was begun `late`: that is the machine's doing, and in `took`."""

    name: str
    due: float
    took: float
    status: int
    head: bytes
    late: float = 0.0

    @property
    def at(self) -> float:
        """When it was there."""
        return self.due + self.took


@dataclass(frozen=True)
class Phase:
    """So many `seconds` in which requests come at `rate` a second, as a Poisson process."""

    seconds: float
    rate: float


@dataclass
class OpenLoop:
    """`run` plays the phases, one after the other. `shares` of names (of classes, of tenants) and the headers that go
    with them; a request's `name` is drawn. Answers are whole, or streams."""

    port: int
    shares: dict[str, tuple[float, str]]
    seed: int
    path: str = "/v1/chat/completions"
    stream: bool = False
    answers: list[Answer] = field(default_factory=list)
    begun: float = 0.0

    async def run(self, phases: Sequence[Phase]) -> list[Answer]:
        """All answers, in the order of their ends. What takes longer than `WAIT` has none."""
        chance, loop = random.Random(self.seed), asyncio.get_running_loop()
        names, weights = list(self.shares), [share for share, _ in self.shares.values()]
        tasks: set[asyncio.Task[None]] = set()
        free: list[_Line] = []
        self.begun, due, end = loop.time(), 0.0, 0.0
        for phase in phases:
            due, end = max(due, end), end + phase.seconds
            while (due := due + chance.expovariate(phase.rate)) < end:
                await asyncio.sleep(max(0.0, self.begun + due - loop.time()))
                (name,) = chance.choices(names, weights)
                task = loop.create_task(self._ask(free, name, due, chance.getrandbits(48)))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)
        for line in free:
            line.close()
        return self.answers

    async def _ask(self, free: list[_Line], name: str, due: float, number: int) -> None:
        line, loop, status, head = None, asyncio.get_running_loop(), 0, b""
        late = loop.time() - self.begun - due
        try:
            while free and (line := free.pop()).lost:
                line = None
            if line is None:
                _, line = await loop.create_connection(_Line, "127.0.0.1", self.port)
            async with asyncio.timeout(WAIT):
                head = await line.ask(self._request(name, number))
            status = int(head.split(b" ", 2)[1])
            if b"\r\nconnection: close" not in head:
                free.append(line)
        except (OSError, TimeoutError):
            if line is not None:
                line.close()
        self.answers.append(Answer(name, due, loop.time() - self.begun - due, status, head, late))

    def _request(self, name: str, number: int) -> bytes:
        messages = [{"role": "user", "content": f"say {number:x}"}]
        body = json.dumps({"model": "auto", "stream": self.stream, "messages": messages}).encode()
        head = f"POST {self.path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{self.shares[name][1]}"
        return b"%bcontent-length: %d\r\n\r\n%b" % (head.encode(), len(body), body)


class _Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.lost = False
        self._data = b""
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = self._data[:end].lower()
        length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        if len(self._data) >= end + 4 + int(length) if length else self._data.endswith(b"\r\n0\r\n\r\n"):
            self._data = b""
            self._answer.set_result(head)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("no answer"))

    async def ask(self, request: bytes) -> bytes:
        """The head of the answer, once its body is here, too. Raises ConnectionResetError."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self.lost = True
        if self._transport is not None:
            self._transport.abort()
