"""Things handed from the event loop to one thread, in small batches. Never blocks the one who hands over, and never
holds more than its bound: what does not fit is dropped and counted."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from .log import Seldom

T = TypeVar("T")

# The loop waits for the interpreter lock while a batch is worked on; a pause this long now and then lets it in.
BREATH = 0.0005
"""Seconds."""

# Things that wait long grow old in the eyes of the garbage collector, which then walks the whole heap more often.
# Measured on a saturated core: 3.5 to 7 us of collection a row when all wait 0.2 s, 0.3 to 1 us when woken early.
_BRIM = 128


class Backlog(Generic[T]):
    """Hands what is `put` to `take` in lists of at most `chunk`, on a daemon thread that looks every `interval` seconds
    or as soon as `brim` things wait. Let it look seldom where `take` needs the interpreter for little: every look costs
    the loop a handful of context switches.

    `put` is for one thread only (the loop's) and costs well under a microsecond. When `limit` things wait, more are
    refused. A `take` that raises loses its batch. Both are counted, and warned of through `complain`.
    Make it after forking: threads do not survive a fork.
    """

    def __init__(
        self,
        name: str,
        take: Callable[[list[T]], None],
        *,
        limit: int = 16384,
        interval: float = 0.2,
        chunk: int = 64,
        brim: int = _BRIM,
        complain: Seldom | None = None,
    ) -> None:
        self._name, self._take = name, take
        self._limit, self._interval, self._chunk, self._brim = limit, interval, chunk, brim
        self._complain = complain or Seldom(logging.getLogger(__name__))
        self._waiting: deque[T] = deque()
        # one is counted by the thread that puts, the other by the thread that takes: no increment is lost
        self._refused = self._lost = 0
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    @property
    def dropped(self) -> int:
        """How many things were put and will never be taken."""
        return self._refused + self._lost

    def put(self, item: T) -> None:
        """Take it later, or drop it if too much waits already or the backlog is closed."""
        length = len(self._waiting)
        if length >= self._limit:
            self._refused += 1
            return
        self._waiting.append(item)
        if length == self._brim:
            self._wake.set()

    def close(self, timeout: float = 5.0) -> bool:
        """Take all that waits, then end the thread. Blocks up to `timeout` seconds; says whether all was taken."""
        self._limit = 0
        self._closing = True
        self._wake.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        told = 0
        closing = False
        while not closing:
            self._wake.wait(self._interval)
            self._wake.clear()
            # asked before the last drain, so that whatever was put before closing is still taken
            closing = self._closing
            self._drain(0.0 if closing else BREATH)
            if self._refused > told:
                told = self._refused
                self._complain.warn("full", "%s cannot keep up: %d dropped so far", self._name, told)

    def _drain(self, breath: float) -> None:
        waiting = self._waiting
        left = len(waiting)  # and no more than that: under load new things come as fast as a pause is long, and taking
        while left > 0:  # them one by one would cost two context switches each
            batch = [waiting.popleft() for _ in range(min(self._chunk, left))]
            left -= len(batch)
            try:
                self._take(batch)
            except Exception as error:
                self._lost += len(batch)
                self._complain.warn("lost", "%s lost %d: %r", self._name, len(batch), error)
            time.sleep(breath)
