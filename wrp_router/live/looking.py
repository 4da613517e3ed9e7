"""Looking at a server now and then: a GET, within its time, of whose answer so much is read and no more. What is seen
is judged by others."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import NamedTuple

from .upstream.origin import Origin
from .upstream.words import Broken


class Seen(NamedTuple):
    """An answer's status, and its body if that is `whole`; else as much as was read."""

    status: int
    body: bytes
    whole: bool


@dataclass(frozen=True, slots=True)
class Look:
    """GET `path` of one server every `every` seconds, each within `patience` seconds, with a key if it wants one."""

    pool: str
    server: str
    origin: Origin
    path: str
    every: float
    patience: float
    authorization: str | None = field(default=None, repr=False)

    def request(self) -> bytes:
        """What is sent."""
        head = f"GET {self.origin.base}{self.path} HTTP/1.1\r\nhost: {self.origin.host_header}\r\naccept: */*\r\n"
        key = f"authorization: {self.authorization}\r\n" if self.authorization is not None else ""
        return f"{head}accept-encoding: identity\r\n{key}\r\n".encode("latin-1")

    async def take(self, most: int) -> Seen:
        """One look, at about `most` bytes. Raises Broken, with the reason `timeout` where it takes too long."""
        try:
            async with asyncio.timeout(self.patience):
                connection, head = await self.origin.send(self.request(), self.patience)
                try:
                    pieces, size = [], 0
                    while size <= most and (data := await connection.chunk()):
                        pieces.append(data)
                        size += len(data)
                    return Seen(head.status, b"".join(pieces), size <= most)
                finally:
                    self.origin.release(connection)
        except TimeoutError:
            raise Broken("timeout") from None


async def pause(seconds: float, rng: random.Random) -> None:
    """Until the next look. Jittered, so that many routers do not look in step."""
    await asyncio.sleep(seconds * rng.uniform(0.8, 1.2))
