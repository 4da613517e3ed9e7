"""Reading a SQLite file on threads of its own. Nothing leaves here that its seal does not vouch for."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from wrp_cache.types import name_of

from .lessons import Lesson
from .orders import Strike
from .rows import Damaged, Rows, Sealed, Unwritable
from .seal import Broken, Header, Sealer, wholes
from .writer import Writer

T = TypeVar("T")

_TURN = 64
_PATIENCE = 1.0


class Batch(NamedTuple):
    """Some rows, the newest first. `last`: the row to go on from; None: there are no more."""

    last: int | None
    lessons: list[Lesson]


class Reader:
    """One thread with one connection, which the writer closes when it replaces the file. `broken` counts rows that are
    not what was written; they are erased."""

    def __init__(self, path: str, sealer: Sealer, writer: Writer, name: str) -> None:
        self.broken = 0
        self.lock = threading.Lock()
        self._path, self._sealer, self._writer = path, sealer, writer
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._rows: Rows | None = None
        self._closed = False
        writer.readers.append(self)

    async def find(self, name: bytes) -> tuple[Header, bytes] | None:
        """Header and body. None: there is no such row, or none that can be believed. Raises Unwritable."""
        return await self._there(lambda rows: self._find(rows, name), None)

    async def newest(self, before: int | None, most: int) -> Batch:
        """Up to `most` headers and vectors of the rows written before row `before` (None: of all). Raises
        Unwritable."""
        return await self._there(lambda rows: self._newest(rows, before, most), Batch(None, []))

    async def close(self) -> None:
        """Lets go of the file, unless that takes too long. A second time does nothing."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                await asyncio.get_running_loop().run_in_executor(self._pool, self._end)
        self._pool.shutdown(wait=False)

    def shut(self) -> None:
        """Let go of the file until it is asked for again. Whoever calls has the lock."""
        if self._rows is not None:
            self._rows.close()
            self._rows = None

    async def _there(self, work: Callable[[Rows], T], otherwise: T) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._on_thread, work, otherwise)

    def _on_thread(self, work: Callable[[Rows], T], otherwise: T) -> T:
        with self.lock:
            generation = self._writer.generation
            try:
                if self._rows is None:
                    self._rows = Rows(self._path)
                return work(self._rows)
            except Damaged:
                self.shut()
                self._writer.doubt(generation)
                return otherwise
            except Unwritable as error:
                if not error.passing:
                    self.shut()
                raise

    def _find(self, rows: Rows, name: bytes) -> tuple[Header, bytes] | None:
        found = rows.find(name)
        if found is None:
            return None
        header = self._open(found)
        if header is None or name_of(header.tenant, header.key) != name:
            return None
        try:
            return header, self._sealer.prove(header, found.seal, found.body, found.proof)
        except Broken:
            self._strike(found)
            return None

    def _newest(self, rows: Rows, before: int | None, most: int) -> Batch:
        last: int | None = None
        opened: list[tuple[Sealed, Header]] = []
        for at, row in enumerate(rows.newest(before, most)):
            if at % _TURN == 0:
                time.sleep(0)  # whoever waits for the interpreter's lock gets it now, and not after 5 ms
            last = row.row
            header = self._open(row)
            if header is None:
                continue
            if row.found != row.row:
                raise Damaged("an index that does not lead to its rows")
            opened.append((row, header))
        vectors = wholes([row.vector for row, _ in opened])
        lessons = [Lesson(row.name, header, vector) for (row, header), vector in zip(opened, vectors, strict=True)]
        return Batch(last, lessons)

    def _open(self, found: Sealed) -> Header | None:
        """The header, if row and header are about the same entry."""
        try:
            header = self._sealer.open(found.header, found.vector, found.seal)
            whose = header.tenant.encode("utf-8", "surrogatepass")
            if (found.name, found.tenant, found.partition) == (
                name_of(header.tenant, header.key), whose, header.partition
            ):  # fmt: skip
                return header
        except Broken:
            pass
        self._strike(found)
        return None

    def _strike(self, found: Sealed) -> None:
        self.broken += 1
        self._writer.give(Strike(0, found.row))

    def _end(self) -> None:
        with self.lock:
            self.shut()
