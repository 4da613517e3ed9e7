"""A steady load over keep-alive connections, and what became of each request: answered, failed, or refused at the door.

A client that does what HTTP says: it opens another connection after an answer with `connection: close`, or where the
server has closed an idle one before anything was sent.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field

WAIT = 15.0
"""Seconds for an answer."""


@dataclass
class Steady:
    """`rate` requests a second over so many `connections`, each in its turn, until `stop` is set. `failed` says how
    many failed, by how."""

    port: int
    rate: float
    connections: int
    answered: int = 0
    refused: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    waits: list[float] = field(default_factory=list)

    async def run(self) -> None:
        """Returns when all have their last answer."""
        await asyncio.gather(*[self._client(number) for number in range(self.connections)])

    async def _client(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        every = self.connections / self.rate
        due = loop.time() + every * number / self.connections
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        serial = 0
        while not self.stop.is_set():
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + every, loop.time() - 10 * every)
            serial += 1
            begun = loop.time()
            streams = await self._one(streams, f"{number}-{serial}")
            self.waits.append(loop.time() - begun)
        if streams is not None:
            streams[1].close()

    async def _one(
        self, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None, name: str
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """One request; the connection, where it can be used again."""
        if streams is not None and streams[0].at_eof():
            streams[1].close()
            streams = None
        try:
            reader, writer = streams or await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            self.refused += 1
            return None
        try:
            async with asyncio.timeout(WAIT):
                writer.write(request(name))
                status, last = await answer(reader)
        except (OSError, EOFError, TimeoutError) as error:
            self.failed[type(error).__name__] += 1
            writer.close()
            return None
        if status == 200:
            self.answered += 1
        else:
            self.failed[str(status)] += 1
        if last:
            writer.close()
            return None
        return reader, writer


def request(name: str) -> bytes:
    """A chat completion that no other is like."""
    body = json.dumps({"model": "auto", "messages": [{"role": "user", "content": f"hello {name}"}]}).encode()
    head = "POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    return head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body


async def answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Its status, and whether it is the last of its connection. Raises EOFError where it breaks off."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    at = head.find(b"content-length:")
    await reader.readexactly(int(head[at + 15 :].split(b"\r\n", 1)[0]))
    return int(head.split(b" ", 2)[1]), b"\r\nconnection: close\r\n" in head
