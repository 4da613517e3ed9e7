"""Books that several routers share, and what becomes of requests while their server is away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Mapping
from time import monotonic
from typing import Literal, Protocol

from wrp_cache.stores import StoreFailed
from wrp_cache.stores.breaker import Breaker
from wrp_cache.stores.guarded import Guarded
from wrp_cache.stores.link import failures
from wrp_router.accounts import NOTHING, Books, Quota, Refused, Reserved
from wrp_router.flow import Reserve, Settle

log = logging.getLogger(__name__)

OnLoss = Literal["local", "refuse", "allow"]
"""What becomes of requests while the server is away: this process counts alone, all are refused, or none is."""

MOST = 100_000
"""Settlements that may wait for the server, at 200 bytes each."""

BATCH = 64

PAUSE = 0.05
"""Seconds before what failed is said again, where the server does answer."""

LAST = 3.0
"""Seconds that a router which ends may take to settle the rest."""


class Shared(Protocol):
    """What is needed of a `Ledger`."""

    async def ping(self) -> None: ...

    async def reserve(self, command: Reserve) -> Reserved | Refused: ...

    async def settle(self, commands: list[Settle]) -> None: ...

    async def close(self) -> None: ...


class SharedBooks:
    """`start` and `stop` on the router's loop. What the server lets in is written into books of our own, too, by which
    a router alone goes on (`local`) where it was; what happens meanwhile is settled there as soon as it is back."""

    def __init__(
        self,
        ledger: Shared,
        quotas: Mapping[str, Quota],
        on_loss: OnLoss,
        deadline: float,
        breaker: Breaker | None = None,
    ) -> None:
        """A request waits for the server for `deadline` seconds; then none does until it answers."""
        self.books = Books(quotas)
        self.lost = 0
        self._ledger, self._on_loss, self._deadline = ledger, on_loss, deadline
        self._guarded = Guarded(deadline, breaker or Breaker(3, 0.5, 5.0), ledger.ping, failures(), monotonic)
        self._waiting: deque[Settle] = deque()
        self._sending: list[Settle] = []
        self._there = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._said = False

    async def start(self) -> None:
        self._task = asyncio.create_task(self._settling())

    async def stop(self) -> None:
        """Settles the rest, within LAST seconds."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._again()
            with contextlib.suppress(TimeoutError, *failures()):
                async with asyncio.timeout(LAST):
                    while self._waiting:
                        await self._ledger.settle(self._batch())
        await self._guarded.close()
        await self._ledger.close()

    @property
    def waiting(self) -> int:
        """Settlements that the server has not been told of."""
        return len(self._waiting) + len(self._sending)

    async def reserve(self, command: Reserve) -> Reserved | Refused:
        """Leaves nothing set aside where it is refused or cancelled, whatever became of what was sent."""
        asked = not self._guarded.breaker.open
        try:
            said = await self._guarded.call(lambda: self._ledger.reserve(command))
        except StoreFailed as error:
            self._tell(str(error))
            said = self._alone(command)
            if isinstance(said, Refused) and asked:
                self._tell_later(Settle(command.account, command.id, NOTHING))
            return said
        except asyncio.CancelledError:
            self._tell_later(Settle(command.account, command.id, NOTHING))
            raise
        self._tell("")
        if isinstance(said, Reserved):
            self.books.reserve(command.account, command.id, command.most, monotonic(), forced=True)
        return said

    def settle(self, command: Settle) -> None:
        self.books.settle(command.account, command.id, command.took, monotonic())
        self._tell_later(command)

    def _alone(self, command: Reserve) -> Reserved | Refused:
        if self._on_loss == "refuse":
            return Refused(None, 1.0)
        forced = self._on_loss == "allow"
        return self.books.reserve(command.account, command.id, command.most, monotonic(), forced=forced)

    def _tell_later(self, command: Settle) -> None:
        if len(self._waiting) >= MOST:
            self._waiting.popleft()
            self.lost += 1
        self._waiting.append(command)
        self._there.set()

    def _tell(self, trouble: str) -> None:
        """Once each time."""
        if trouble and not self._said:
            modes = {"local": "counts alone", "refuse": "refuses limited tenants", "allow": "lets everything through"}
            log.warning("the server of the accounts is away (%s): this router %s", trouble, modes[self._on_loss])
        elif not trouble and self._said:
            log.info("the server of the accounts answers again")
        self._said = bool(trouble)

    def _again(self) -> None:
        """What was not answered may have been done all the same: it is harmless to say it again."""
        self._waiting.extendleft(reversed(self._sending))
        self._sending = []

    def _batch(self) -> list[Settle]:
        return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]

    async def _settling(self) -> None:
        while True:
            await self._there.wait()
            self._there.clear()
            while self._waiting:
                self._sending = self._batch()
                try:
                    await self._guarded.call(lambda: self._ledger.settle(self._sending))
                except StoreFailed:
                    self._again()
                    await self._guarded.well()
                    await asyncio.sleep(PAUSE)
                self._sending = []
