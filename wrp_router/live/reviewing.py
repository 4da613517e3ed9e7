"""A second look at what the cache found, by a model that takes milliseconds: on a thread, within the caller's patience.

What it does not say in time counts as evidence against the hit: a miss costs a call, a wrong answer a falsehood.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from wrp_cache.against import Judge
from wrp_router.flow import Review
from wrp_router.telemetry.log import Seldom

from .batcher import place_of

CROWD = 16
"""Looks that may wait for the thread. More would all come late."""

log = logging.getLogger(__name__)


class Reviewing:
    """One thread, one pair of questions at a time. Needs a running loop."""

    def __init__(self, judge: Judge, complain: Seldom | None = None) -> None:
        self._judge = judge
        self._complain = complain or Seldom(log)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wrp-review")
        self._waiting = 0

    async def look(self, command: Review) -> str | None:
        """The evidence against one answer for both questions, or None."""
        if self._waiting >= CROWD:
            return "review: too many wait"
        self._waiting += 1
        try:
            async with asyncio.timeout(command.patience):
                return await asyncio.get_running_loop().run_in_executor(self._thread, self._compared, command)
        except TimeoutError:
            return "review: late"
        except Exception as error:
            self._complain.warn("review", "a look at a neighbour failed, it is not served: %s", place_of(error))
            return "review: failed"
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Nothing more is looked at."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _compared(self, command: Review) -> str | None:
        return self._judge.judge(command.asked)(command.stored, command.similarity)
