"""Ask servers now and then how loaded they are. Who does not answer is no worse for it: no breaker hears of it, and
what was heard before runs out by itself."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import Literal

from wrp_router.fleet import Fleet, Report
from wrp_router.wire.engine_metrics import Gauges, Reader

from .upstream.connection import Connection
from .upstream.origin import Origin
from .upstream.words import Broken

log = logging.getLogger(__name__)

ANSWER_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer that are read: an engine with many histograms shows some 300 KB."""

SELDOM = 30.0
"""Seconds between two looks at a server that says that it shows nothing: it has to be started otherwise first."""

Result = Literal["told", "failed"]


@dataclass(frozen=True, slots=True)
class Scrape:
    """GET `path` of one server every `every` seconds, each within `patience` seconds, with the pool's own key if it has
    one. `reader` knows what its engine calls what."""

    pool: str
    server: str
    origin: Origin
    reader: Reader
    path: str = "/metrics"
    every: float = 1.0
    patience: float = 0.5
    authorization: str | None = field(default=None, repr=False)

    def request(self) -> bytes:
        """What is sent."""
        head = (
            f"GET {self.origin.base}{self.path} HTTP/1.1\r\nhost: {self.origin.host_header}\r\naccept: text/plain\r\n"
        )
        key = f"authorization: {self.authorization}\r\n" if self.authorization is not None else ""
        return f"{head}accept-encoding: identity\r\n{key}\r\n".encode("latin-1")


class Untold(Exception):
    """A server did not tell its load. `absent`: it says that it never does."""

    def __init__(self, why: str, *, absent: bool = False) -> None:
        super().__init__(why)
        self.absent = absent


async def load_of(scrape: Scrape) -> Gauges:
    """One look. Raises Untold."""
    try:
        async with asyncio.timeout(scrape.patience):
            connection, head = await scrape.origin.send(scrape.request(), scrape.patience)
            try:
                body = await _body(connection)
            finally:
                scrape.origin.release(connection)
    except Broken as broken:
        raise Untold(broken.reason) from None
    except TimeoutError:
        raise Untold("timeout") from None
    if head.status != 200:
        raise Untold(f"status {head.status}", absent=head.status < 500 or head.status == 501)
    gauges = scrape.reader.read(body)
    if gauges.running is None and gauges.waiting is None:
        raise Untold("it is not in the answer")
    return gauges


async def _body(connection: Connection) -> bytes:
    pieces, size = [], 0
    while data := await connection.chunk():
        pieces.append(data)
        size += len(data)
        if size > ANSWER_LIMIT:
            raise Untold(f"over {ANSWER_LIMIT} bytes")
    return b"".join(pieces)


def pause_after(scrape: Scrape, untold: Untold) -> float:
    """Seconds until the next look is worth while."""
    return max(scrape.every, SELDOM) if untold.absent else scrape.every


class Scraping:
    """Looks at all servers that it is given, each in a task of its own, and tells the fleet what they say."""

    def __init__(self, fleet: Fleet, rng: random.Random) -> None:
        self._fleet = fleet
        self._rng = rng
        self._tasks: dict[Scrape, asyncio.Task[None]] = {}
        self._counts: dict[tuple[str, ...], float] = {}

    def follow(self, scrapes: Iterable[Scrape]) -> None:
        """From now on these servers, and no others: after a reload, too, those that stay as they are go on."""
        wanted = set(scrapes)
        for scrape in self._tasks.keys() - wanted:
            self._tasks.pop(scrape).cancel()
        servers = {(scrape.pool, scrape.server) for scrape in wanted}
        self._counts = {key: count for key, count in self._counts.items() if key[:2] in servers}
        for scrape in wanted - self._tasks.keys():
            for result in ("told", "failed"):
                self._counts.setdefault((scrape.pool, scrape.server, result), 0.0)
            self._tasks[scrape] = asyncio.create_task(self._watch(scrape))

    async def stop(self) -> None:
        """All looking ends."""
        tasks = list(self._tasks.values())
        self.follow(())
        await asyncio.gather(*tasks, return_exceptions=True)

    def counts(self) -> dict[tuple[str, ...], float]:
        """How often servers told and did not, by pool, server and result. May be asked on any thread."""
        return self._counts.copy()  # in one step

    async def _watch(self, scrape: Scrape) -> None:
        """Look for ever. Jittered, so that many routers do not look in step."""
        failing, pause = False, scrape.every
        while True:
            await asyncio.sleep(pause * self._rng.uniform(0.8, 1.2))
            try:
                gauges = await load_of(scrape)
            except Untold as untold:
                if not failing:
                    log.warning(
                        "%s/%s does not tell its load at %s: %s", scrape.pool, scrape.server, scrape.path, untold
                    )
                self._count(scrape, "failed")
                failing, pause = True, pause_after(scrape, untold)
                continue
            if failing:
                log.info("%s/%s tells its load again", scrape.pool, scrape.server)
            self._count(scrape, "told")
            failing, pause = False, scrape.every
            report = Report(gauges.waiting or 0, gauges.running, kv_usage=gauges.kv_usage)
            self._fleet.reported(scrape.pool, scrape.server, report, monotonic())

    def _count(self, scrape: Scrape, result: Result) -> None:
        self._counts[scrape.pool, scrape.server, result] += 1.0
