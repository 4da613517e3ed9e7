"""Ask servers now and then whether they live. A probe speaks only of the host: any answer below 500 is life."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from time import monotonic

from wrp_router.fleet import Fleet

from .upstream.origin import Origin
from .upstream.words import Broken

ANSWER_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Probe:
    """GET `path` of one server every `every` seconds, each within `patience` seconds."""

    pool: str
    server: str
    origin: Origin
    path: str = "/health"
    every: float = 5.0
    patience: float = 2.0


async def ailment(probe: Probe) -> str:
    """One look: "" if the server lives, else what is wrong with it. A refused connection says `connect`: then nobody is
    there, and the breaker need not doubt it."""
    request = f"GET {probe.origin.base}{probe.path} HTTP/1.1\r\nhost: {probe.origin.host_header}\r\n\r\n"
    try:
        async with asyncio.timeout(probe.patience):
            connection, head = await probe.origin.send(request.encode("latin-1"), probe.patience)
            try:
                status = head.status
                size = 0
                while size < ANSWER_LIMIT and (data := await connection.chunk()):
                    size += len(data)
            finally:
                probe.origin.release(connection)
    except Broken as broken:
        return broken.reason
    except TimeoutError:
        return "timeout"
    return f"status {status}" if status >= 500 else ""


async def watch(probe: Probe, fleet: Fleet, rng: random.Random) -> None:
    """Look for ever. Jittered, so that many routers do not look in step."""
    while True:
        await asyncio.sleep(probe.every * rng.uniform(0.8, 1.2))
        wrong = await ailment(probe)
        fleet.probed(probe.pool, probe.server, not wrong, monotonic(), wrong or "probe")
