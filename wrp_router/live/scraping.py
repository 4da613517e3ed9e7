"""Ask servers now and then how loaded they are. Who does not answer is no worse for it: no breaker hears of it, and
what was heard before runs out by itself."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Iterable
from time import monotonic
from typing import Literal, NamedTuple

from wrp_router.fleet import Fleet, Report
from wrp_router.wire.engine_metrics import Gauges, Reader

from .looking import Look, pause
from .upstream.words import Broken

log = logging.getLogger(__name__)

ANSWER_LIMIT = 4 * 1024 * 1024
"""Bytes of an answer that are read: an engine with many histograms shows some 300 KB."""

SELDOM = 30.0
"""Seconds between two looks at a server that says that it shows nothing: it has to be started otherwise first."""

Result = Literal["told", "failed"]


class Scrape(NamedTuple):
    """Whom to ask, and who knows what its engine calls what."""

    look: Look
    reader: Reader


class Untold(Exception):
    """A server did not tell its load. `absent`: it says that it never does."""

    def __init__(self, why: str, *, absent: bool = False) -> None:
        super().__init__(why)
        self.absent = absent


async def load_of(scrape: Scrape) -> Gauges:
    """One look. Raises Untold."""
    try:
        seen = await scrape.look.take(ANSWER_LIMIT)
    except Broken as broken:
        raise Untold(broken.reason) from None
    if seen.status != 200:
        raise Untold(f"status {seen.status}", absent=seen.status < 500 or seen.status == 501)
    if not seen.whole:
        raise Untold(f"over {ANSWER_LIMIT} bytes")
    gauges = scrape.reader.read(seen.body)
    if gauges.running is None and gauges.waiting is None:
        raise Untold("it is not in the answer")
    return gauges


def pause_after(look: Look, untold: Untold) -> float:
    """Seconds until the next look is worth while."""
    return max(look.every, SELDOM) if untold.absent else look.every


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
        servers = {(scrape.look.pool, scrape.look.server) for scrape in wanted}
        self._counts = {key: count for key, count in self._counts.items() if key[:2] in servers}
        for scrape in wanted - self._tasks.keys():
            for result in ("told", "failed"):
                self._counts.setdefault((scrape.look.pool, scrape.look.server, result), 0.0)
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
        """Look for ever."""
        look = scrape.look
        failing, wait = False, look.every
        while True:
            await pause(wait, self._rng)
            try:
                gauges = await load_of(scrape)
            except Untold as untold:
                if not failing:
                    log.warning("%s/%s does not tell its load at %s: %s", look.pool, look.server, look.path, untold)
                self._count(look, "failed")
                failing, wait = True, pause_after(look, untold)
                continue
            if failing:
                log.info("%s/%s tells its load again", look.pool, look.server)
            self._count(look, "told")
            failing, wait = False, look.every
            report = Report(gauges.waiting or 0, gauges.running, kv_usage=gauges.kv_usage)
            self._fleet.reported(look.pool, look.server, report, monotonic())

    def _count(self, look: Look, result: Result) -> None:
        self._counts[look.pool, look.server, result] += 1.0
