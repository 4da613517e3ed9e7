"""The load of the soak, in a process of its own: `soak_load.py PORT REQUESTS CONNECTIONS SEED`.

So many connections, each asking as soon as it has its answer. A line of JSON every second on standard output says what
came of all requests so far: `done`, and by kind how often what was answered, and what was wrong. SIGTERM ends it.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from pathlib import Path
from typing import cast

import uvloop

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.soak_mix import Ask, Mix

WAIT = 20.0
DECISION = b"x-wrp-decision: "


class Broken(Exception):
    """The connection ended before the answer was whole."""


class Line(asyncio.Protocol):
    """One connection; one request at a time. `last`: no more may be sent on it."""

    def __init__(self) -> None:
        self.last = False
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._data = bytearray()
        self._midway = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._data += data
        end = self._data.find(b"\r\n\r\n")
        if end < 0 or self._answer is None or self._answer.done():
            return
        head = bytes(self._data[: end + 2]).lower()
        if self._midway or self._whole(head, end + 4):
            self.last = b"\r\nconnection: close" in head
            at = head.find(DECISION)
            decision = head[at + len(DECISION) :].split(b"\r\n", 1)[0] if at > 0 else b""
            self._data.clear()
            self._answer.set_result((int(head.split(b" ", 2)[1]), decision))

    def _whole(self, head: bytes, begin: int) -> bool:
        if head.startswith(b"http/1.1 204"):
            return True
        at = head.find(b"\r\ncontent-length:")
        if at < 0:
            return self._data.endswith(b"0\r\n\r\n")
        return len(self._data) - begin >= int(head[at + 17 :].split(b"\r\n", 1)[0])

    def eof_received(self) -> None:
        self.last = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.last = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Broken(type(exc).__name__ if exc else "closed"))

    async def ask(self, asked: Ask) -> tuple[int, bytes]:
        """Status and decision. Raises Broken, TimeoutError."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._answer = answer = loop.create_future()
        self._midway = asked.leaving == "midway"
        self._transport.write(asked.data)
        timer = loop.call_later(WAIT, lambda: answer.done() or answer.set_exception(TimeoutError()))
        try:
            return await answer
        finally:
            timer.cancel()

    def leave(self, data: bytes = b"") -> None:
        """Close, with these last words."""
        assert self._transport is not None
        if data:
            self._transport.write(data)
        self._transport.close()


class Load:
    """`done`: requests that came to an end. `found`: how often what became of which kind; `wrong`: what may not."""

    def __init__(self, port: int, requests: int, connections: int, seed: int) -> None:
        self._port, self._left, self._connections, self._seed = port, requests, connections, seed
        self.done = 0
        self.found: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()

    async def run(self) -> None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.stop)
        telling = asyncio.create_task(self._tell())
        await asyncio.gather(*[self._client(Mix(1000 * self._seed + at)) for at in range(self._connections)])
        telling.cancel()
        self.say()

    def stop(self) -> None:
        """What is under way is waited for."""
        self._left = 0

    def say(self) -> None:
        print(json.dumps({"done": self.done, "found": self.found, "wrong": self.wrong}), flush=True)

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.say()

    async def _client(self, mix: Mix) -> None:
        line: Line | None = None
        while self._left > 0:
            self._left -= 1
            asked = mix.next()
            if line is None or line.last:
                if line is not None:
                    line.leave()
                _, line = await asyncio.get_running_loop().create_connection(Line, "127.0.0.1", self._port)
            line = await self._one(line, asked, mix)
            self.done += 1
        if line is not None:
            line.leave()

    async def _one(self, line: Line, asked: Ask, mix: Mix) -> Line | None:
        """The line, where it can be used again."""
        if asked.leaving == "at once":
            line.leave(asked.data)
            self.found[f"{asked.kind}: gone"] += 1
            return None
        try:
            status, decision = await line.ask(asked)
        except (Broken, TimeoutError) as error:
            # an engine that breaks off its whole answer may break ours: a cut answer must not look complete
            said = f"{asked.kind}: {error or type(error).__name__}"
            self.found[said] += 1
            if asked.kind != "engine's faults" or isinstance(error, TimeoutError):
                self.wrong[said] += 1
            line.leave()
            return None
        self.found[f"{asked.kind}: {status}"] += 1
        if status not in asked.right:
            self.wrong[f"{asked.kind}: {status}"] += 1
        if decision:
            mix.decided(decision.decode())
        if asked.leaving:
            line.leave()
            return None
        return line


if __name__ == "__main__":
    uvloop.run(Load(*map(int, sys.argv[1:5])).run())
