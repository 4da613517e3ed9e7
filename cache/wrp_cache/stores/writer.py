"""The one thread that writes to a SQLite file: whatever waits goes into one transaction. It tells what is written."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from .orders import Drop, Order, Purge, Put, Strike
from .rows import Damaged, Rows, Unwritable, set_aside
from .seal import Sealer

log = logging.getLogger(__name__)

_GATHER = 0.004
"""Seconds in which more may come before a transaction begins."""

_BATCH = 128
_BATCH_BYTES = 4 << 20
_IDLE = 1.0
_QUIET = 60.0
"""Seconds in which the same complaint is made once."""

_KINDS = 16
"""Complaints that are remembered."""

_AGAIN = 5.0
_EXPIRED_AT_ONCE = 500
_OWED = 100_000
_TIMES = 5


class Report(NamedTuple):
    """All changes up to `number` were tried, and of those since the last report these names could not be written.
    `opened`: the file was opened for the first time since it was found damaged or the process began; `damaged`: where
    it was put then."""

    number: int
    lost: tuple[bytes, ...] = ()
    opened: bool = False
    damaged: str | None = None


class Reading(Protocol):
    """Somebody else who has the file open, and lets go of it while `lock` is held by another."""

    lock: threading.Lock

    def shut(self) -> None: ...


class Writer:
    """`start`, `give`, `close`. `report` is called on the writer's thread. Errors of the file stay here: it is set
    aside if it is damaged, and tried again after a while if it cannot be written."""

    def __init__(
        self,
        path: str,
        most: int | None,
        sealer: Sealer,
        report: Callable[[Report], None],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.generation = 0
        self.readers: list[Reading] = []
        self._path, self._most, self._sealer, self._report, self._wall = path, most, sealer, report, wall
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="wrp-cache-writer", daemon=True)
        self._rows: Rows | None = None
        self._tried = float("-inf")
        self._ending = threading.Event()
        self._doubted = -1
        self._said = ""
        self._heard = False
        self._complaints: dict[str, float] = {}
        self._last = 0
        self._tidied = 0.0
        self._owed: list[Order] = []
        self._again = False

    def start(self) -> None:
        self._thread.start()

    def give(self, order: Order) -> None:
        """Never waits."""
        self._orders.put(order)

    def doubt(self, generation: int) -> None:
        """A reader found the file of this generation damaged."""
        self._doubted = max(self._doubted, generation)
        self._orders.put(Strike(0, 0))  # wakes the writer; no row has the number 0

    def close(self, patience: float) -> bool:
        """Write what waits, and end. False: it took longer than that."""
        self._ending.set()
        self._orders.put(None)
        self._thread.join(patience)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._ready()
        while True:
            batch, last = self._next()
            if self._doubted >= self.generation:
                self._replace("a reader found it damaged")
            if batch:
                self._write(batch)
            if last:
                break
            if time.monotonic() - self._tidied >= _IDLE:
                self._tidy()
        if self._rows is not None:
            self._rows.close()

    def _next(self) -> tuple[list[Order], bool]:
        """What waits, up to a size; and whether nothing comes afterwards."""
        try:
            first = self._orders.get(timeout=_IDLE)
        except queue.Empty:
            return [], False
        if first is None:
            return [], True
        self._ending.wait(_GATHER)
        batch, size = [first], _size(first)
        while len(batch) < _BATCH and size < _BATCH_BYTES:
            try:
                order = self._orders.get_nowait()
            except queue.Empty:
                break
            if order is None:
                return batch, True
            batch.append(order)
            size += _size(order)
        return batch, False

    def _write(self, batch: Sequence[Order]) -> None:
        lost: tuple[bytes, ...] = ()
        if self._insist(batch):
            self._owed.clear()
        else:
            # what is to be erased, or was to be replaced, is erased as soon as that can be
            lost = tuple(order.name for order in batch if isinstance(order, Put))
            self._owed += (Drop(order.number, order.name) if isinstance(order, Put) else order for order in batch)
            if self._try(self._owed) or len(self._owed) > _OWED:
                self._owed.clear()
        # not before: a file that is replaced meanwhile is reported, too, and these are not yet in the new one
        self._last = max([self._last, *(order.number for order in batch)])
        self._report(Report(self._last, lost))

    def _insist(self, batch: Sequence[Order]) -> bool:
        """Write it, and what is owed: into a new file if this one is damaged, and again if somebody else holds it."""
        for _ in range(_TIMES):
            generation, self._again = self.generation, False
            if self._try([*self._owed, *batch]):
                return True
            if self.generation == generation and not self._again:
                break
        return False

    def _try(self, batch: Sequence[Order]) -> bool:
        """Write all of it or nothing."""
        if not batch or not self._ready():
            return not batch
        assert self._rows is not None
        purging = any(isinstance(order, Purge) for order in batch)
        try:
            if purging:
                self._rows.erasing(True)
            self._rows.apply([(order, *self._sealed(order)) for order in batch])
            if purging:
                self._rows.erasing(False)
                self._rows.scrub()
        except Damaged as error:
            self._replace(str(error))
            return False
        except Unwritable as error:
            self._troubled(error)
            return False
        self._well()
        return True

    def _sealed(self, order: Order) -> tuple[bytes, bytes]:
        if not isinstance(order, Put):
            return b"", b""
        seal = self._sealer.seal(order.header, order.vector)
        return seal, self._sealer.proof(seal, order.body)

    def _ready(self) -> bool:
        """Whether the file is open; it is tried again after a while."""
        if self._rows is None and time.monotonic() - self._tried >= _AGAIN:
            self._tried = time.monotonic()
            try:
                self._rows = Rows(self._path, self._most)
            except Damaged as error:
                self._replace(str(error))
            except Unwritable as error:
                self._troubled(error)
            else:
                self._report(Report(self._last, opened=True))
        return self._rows is not None

    def _replace(self, why: str) -> None:
        """Set the file aside and begin a new one."""
        if self._rows is not None:
            self._rows.close()
            self._rows = None
        self._owed.clear()
        stamp = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(self._wall()))}-{self.generation + 1:04d}"
        try:
            with contextlib.ExitStack() as alone:
                for reader in self.readers:
                    alone.enter_context(reader.lock)
                    reader.shut()
                self.generation += 1
                to = set_aside(self._path, stamp)
                self._rows = Rows(self._path, self._most)
        except (OSError, Damaged, Unwritable) as error:
            self._troubled(error)
            return
        log.error("the cache's file %s is damaged (%s): set aside as %s, and a new one begun", self._path, why, to)
        self._report(Report(self._last, opened=True, damaged=to))

    def _tidy(self) -> None:
        """Erase some of what is too old."""
        self._tidied = time.monotonic()
        if not self._ready():
            return
        assert self._rows is not None
        try:
            self._rows.expire(self._wall(), _EXPIRED_AT_ONCE)
        except Damaged as error:
            self._replace(str(error))
        except Unwritable as error:
            self._troubled(error)

    def _troubled(self, error: Exception) -> None:
        """Said once, until it is well again or something else; and once a minute where it comes and goes."""
        self._again = isinstance(error, Unwritable) and error.locked
        if self._rows is not None and not (isinstance(error, Unwritable) and error.passing):
            self._rows.close()
            self._rows = None
        if self._rows is None:
            self._tried = float("-inf") if self._again else time.monotonic()
        if str(error) != self._said:
            self._said = str(error)
            self._heard = time.monotonic() - self._complaints.get(self._said, float("-inf")) >= _QUIET
            if self._heard:
                if len(self._complaints) >= _KINDS:
                    self._complaints.clear()
                self._complaints[self._said] = time.monotonic()
                log.warning("the cache's file %s cannot be written (%s): answers are kept in memory", self._path, error)

    def _well(self) -> None:
        if self._said:
            if self._heard:
                log.warning("the cache's file %s can be written again", self._path)
            self._said = ""


def _size(order: Order) -> int:
    return len(order.body) if isinstance(order, Put) else 0
