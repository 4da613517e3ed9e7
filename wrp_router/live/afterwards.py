"""What goes on of requests whose clients have all they get: a bounded number, none of which anybody waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from types import CoroutineType
from typing import Any

from wrp_router.flow import ClientGone, Flow
from wrp_router.telemetry.discretion import wordless

log = logging.getLogger(__name__)

MOST = 32
"""Requests that go on at once. Each keeps its body and its answer."""


class Parted(Exception):
    """The flow goes on without its client."""


class Afterwards:
    """`close` ends all of them: each writes its row."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def room(self) -> bool:
        """Whether one more may go on."""
        return len(self._tasks) < self._most

    def take(self, work: Coroutine[Any, Any, None]) -> None:
        """Let it go on."""
        task = asyncio.get_running_loop().create_task(_watched(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Nothing goes on any more."""
        await asyncio.sleep(0)  # one that has not begun would be thrown away, and its row with it
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watched(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception as error:
        # a mistake of ours: nobody is left to be told but the log, of which kind it was and where
        log.error("a request failed after its answer", exc_info=wordless(error))


def hurry(flow: Flow[None], gone: ClientGone, answer: Callable[[Any], Any]) -> None:
    """Let the flow write its row, now that the client is gone. Whatever it still asks for that takes time is answered
    by that again."""
    try:
        command = flow.throw(gone)
        while True:
            result = answer(command)
            if result.__class__ is CoroutineType:
                result.close()
                command = flow.throw(ClientGone(gone.phase, None))
            else:
                command = flow.send(result)
    except StopIteration:
        return
