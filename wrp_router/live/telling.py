"""What policies learn is told to the routers that share a server, and what those learned is heard: every so often, and
beside the event loop, but for taking it up. No request waits for it; while the server is away, each learns by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from wrp_cache.stores import StoreFailed
from wrp_cache.stores.breaker import Breaker
from wrp_cache.stores.cell import Cells, reasons
from wrp_cache.stores.guarded import Guarded
from wrp_cache.stores.seal import SEAL, Broken, Sealer
from wrp_policies.learning.ledger import Ledger, Page

log = logging.getLogger(__name__)

LARGEST = 8 << 20
"""Bytes of a page: 64 pools of a `linucb` with all dimensions take one."""

LIFE = 30 * 86_400.0
"""Seconds until the server forgets what nobody has changed."""

LAST = 3.0
"""Seconds that a router which ends may take to tell the rest."""

_PAGES = msgspec.msgpack.Decoder(Page)
_ENCODE = msgspec.msgpack.Encoder()


class Told(msgspec.Struct, frozen=True):
    """Counts since the start: pages with something of this router `written`, with something of others `heard`, and
    `damaged` ones; exchanges that were `late`, `failed`, or `skipped` while the breaker was open. `age`: seconds since
    all routes were last exchanged, or since the start."""

    written: int
    heard: int
    damaged: int
    late: int
    failed: int
    skipped: int
    age: float


@dataclass(frozen=True, slots=True)
class _Worked:
    """Made on a thread: the page, what is to be written, and the steps that make it known to the policy."""

    page: Page
    value: bytes | None
    steps: Iterator[None]
    damaged: bool


class Telling:
    """`start` and `stop`, on the router's loop. One exchange after the other, each route in its turn."""

    def __init__(
        self,
        cells: Cells,
        ledgers: Mapping[bytes, Ledger],
        sealer: Sealer,
        every: float,
        deadline: float,
        *,
        breaker: Breaker | None = None,
        wall: Callable[[], float] = time.time,
        tick: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`ledgers` by key. Seconds: `every` so often, give or take a tenth; `deadline` of one route's exchange."""
        self._cells, self._ledgers, self._sealer, self._every = cells, dict(ledgers), sealer, every
        self._wall, self._tick, self._pause = wall, tick, pause
        self._guarded = Guarded(deadline, breaker or Breaker(3, 5.0, 60.0), cells.ping, reasons(), tick, pause)
        self._chance = random.Random()  # of its own: routers that start together shall not always meet
        self._written = self._heard = self._damaged = 0
        self._last = tick()
        self._said = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """The first exchange is at once."""
        self._last = self._tick()
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Tells the rest, within LAST seconds."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST):
                    await self.exchange()
        await self._guarded.close()

    def stats(self) -> Told:
        """As of now."""
        guarded = self._guarded
        counts = (self._written, self._heard, self._damaged, guarded.late, guarded.failed, guarded.skipped)
        return Told(*counts, age=max(0.0, self._tick() - self._last))

    async def exchange(self) -> bool:
        """Tells and hears of every route; False where that was not to be had of all."""
        try:
            for key, ledger in self._ledgers.items():
                await self._exchanged(key, ledger)
        except StoreFailed as error:
            if not self._said:
                log.warning("what policies learn is not shared for now (%s): each router goes on by itself", error)
            self._said = True
            return False
        if self._said:
            log.info("what policies learn is shared again")
        self._said, self._last = False, self._tick()
        return True

    async def _run(self) -> None:
        while True:
            await self.exchange()
            await self._pause(self._every * self._chance.uniform(0.9, 1.1))

    async def _exchanged(self, key: bytes, ledger: Ledger) -> None:
        all_taken = self._guarded.breaker.open or ledger.take(self._wall())
        await self._turned(key, ledger)
        if not all_taken:  # what could not be told before has been; now what was learned since
            ledger.take(self._wall())
            await self._turned(key, ledger)

    async def _turned(self, key: bytes, ledger: Ledger) -> None:
        worked: list[_Worked] = []

        async def work(value: bytes) -> bytes | None:
            worked.append(await asyncio.to_thread(self._worked, key, ledger, value))
            return worked[-1].value

        await self._guarded.call(lambda: self._cells.change(key, work, LIFE))
        await self._took(ledger, worked[-1])

    async def _took(self, ledger: Ledger, worked: _Worked) -> None:
        self._written += worked.value is not None
        if worked.damaged:
            if not self._damaged:
                log.warning("what others were to have learned is not as it was written: it is replaced")
            self._damaged += 1
        if worked.page.mark != ledger.known.mark:
            self._heard += worked.value is None or worked.page.number > ledger.known.number + 1
            for _ in worked.steps:
                await asyncio.sleep(0)
            ledger.accept(worked.page)

    def _worked(self, key: bytes, ledger: Ledger, value: bytes) -> _Worked:
        mark, now = os.urandom(8), self._wall()
        there = self._opened(key, value)
        damaged = bool(value) and there is None
        try:
            turn = ledger.turned(there, mark, now)
            steps = ledger.sharing.heard(turn.page.total)
        except (msgspec.DecodeError, ValueError):  # sealed, and yet not what policies here can read
            damaged, turn = True, ledger.turned(None, mark, now)
            steps = ledger.sharing.heard(turn.page.total)
        return _Worked(turn.page, self._sealed(key, turn.page) if turn.write else None, steps, damaged)

    def _opened(self, key: bytes, value: bytes) -> Page | None:
        """None where there is nothing, or nothing to be believed."""
        if not SEAL < len(value) <= LARGEST:
            return None
        try:
            return _PAGES.decode(self._sealer.check(value[SEAL:], key, value[:SEAL]))
        except (Broken, msgspec.DecodeError, RecursionError):
            return None

    def _sealed(self, key: bytes, page: Page) -> bytes:
        packed = _ENCODE.encode(page)
        return self._sealer.seal(packed, key) + packed


def name_of(secret: bytes, *what: str) -> str:
    """Of a route's page, the same where these texts and the secret are. Who does not know the secret learns nothing of
    them by it."""
    return blake2b(
        msgspec.msgpack.encode(what), key=blake2b(secret).digest(), digest_size=16, person=b"wrp-told"
    ).hexdigest()
