"""Who says nothing any more: a worker whose event loop stands still answers nobody, and would not end by itself."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Collection

from .worker import Worker

log = logging.getLogger(__name__)

SILENCE = 30.0
"""Seconds without a word, of which a worker says one every second, after which another takes its place."""

LOOKS = 30
"""Looks at everybody in that time. Silence is counted in these and not by the clock: where the whole machine stood
still, so did we, and nobody is to be killed for that."""


async def watch(serving: Callable[[], Collection[Worker]], silence: float = SILENCE) -> None:
    """For ever. Who was silent for so long is asked where it stands, which even a loop that hangs answers on standard
    error, and killed at the next look. Who leaves has its own bound, and is not watched."""
    while True:
        await asyncio.sleep(silence / LOOKS)
        for worker in serving():
            if worker.leaving:
                continue
            worker.unheard += 1
            if worker.unheard == LOOKS:
                log.error("%r was not heard of for %g s: it is killed; below is where it stands", worker, silence)
                worker.signal(signal.SIGUSR1)
            elif worker.unheard > LOOKS:
                worker.signal(signal.SIGKILL)
