"""Calls that may hang: each with a deadline, behind a breaker whose probes no request waits for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from . import StoreFailed
from .breaker import Breaker

T = TypeVar("T")


class Guarded:
    """`call` answers within `deadline` seconds or raises StoreFailed, and at once while the breaker is open. A call
    that is late opens it; what else is in `errors` does after a few. Counts: `late`, `failed`, `skipped`."""

    def __init__(
        self,
        deadline: float,
        breaker: Breaker,
        probe: Callable[[], Awaitable[object]],
        errors: tuple[type[Exception], ...],
        clock: Callable[[], float],
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`probe` succeeds or raises one of `errors`, and is given the same deadline."""
        self.breaker = breaker
        self.late = self.failed = self.skipped = 0
        self._deadline, self._probe, self._errors = deadline, probe, errors
        self._clock, self._pause = clock, pause
        self._mending: asyncio.Task[None] | None = None
        self._closed = asyncio.Event()
        self._closed.set()

    async def call(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` answers. Raises StoreFailed."""
        if self.breaker.open:
            self.skipped += 1
            raise StoreFailed("it did not answer lately, and is not asked")
        try:
            async with asyncio.timeout(self._deadline):
                answer = await work()
        except TimeoutError as error:
            self.late += 1
            self.trouble(grave=True)
            raise StoreFailed(f"no answer within {self._deadline * 1e3:g} ms") from error
        except self._errors as error:
            self.failed += 1
            self.trouble(grave=False)
            raise StoreFailed(type(error).__name__) from error
        self.breaker.succeeded()
        return answer

    def trouble(self, grave: bool) -> None:
        """A call that somebody else made failed; `grave`: it did not answer."""
        if self.breaker.failed(self._clock(), grave):
            self._closed.clear()
            self._mending = asyncio.create_task(self._mend())

    async def well(self) -> None:
        """Returns at once, or when the breaker has closed."""
        await self._closed.wait()

    async def close(self) -> None:
        """No more probes."""
        if self._mending is not None:
            self._mending.cancel()
            await asyncio.gather(self._mending, return_exceptions=True)

    async def _mend(self) -> None:
        while self.breaker.open:
            await self._pause(self.breaker.wait(self._clock()))
            self.breaker.probed(await self._answers(), self._clock())
        self._closed.set()

    async def _answers(self) -> bool:
        try:
            async with asyncio.timeout(self._deadline):
                await self._probe()
        except TimeoutError:
            return False
        except self._errors:
            return False
        return True
