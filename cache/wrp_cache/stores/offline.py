"""A SQLite file of answers while no router has it open. It believes only rows whose seals are right."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from wrp_cache.types import Entry, name_of
from wrp_signals.facts import Vector

from .folder import BESIDE, Folder
from .orders import Purge, Put
from .rows import Rows, Sealed, Unwritable
from .seal import Broken, Header, Sealer, halves, header_of, wholes

_PAGE = 256


class Offline:
    """Dates of entries are seconds since 1970 here. `ttl`: seconds that an answer of a category is good for. `broken`
    counts rows that are not what was written."""

    def __init__(self, path: str, secret: bytes, ttl: Callable[[str], float], now: float) -> None:
        """Raises FileNotFoundError; Unwritable, also where somebody has it open; Damaged."""
        if not os.path.isfile(path):
            raise FileNotFoundError(f"there is no file {path}")
        _alone(path)
        self._rows, self._beside = Rows(path), Folder(path + BESIDE)
        self._sealer, self._ttl, self._now = Sealer(secret, b"sqlite"), ttl, now
        self.broken = 0

    def totals(self) -> tuple[int, int, int]:
        """Entries, bytes of their bodies, and how many of the entries are too old."""
        return self._rows.totals(self._now)

    def purge(self, tenant: str | None, partition: bytes | None) -> int:
        """Erase all entries of a tenant, of a partition, of one in the other, or (with neither) all: how many. The
        indexes beside the file go whole: they can be built again."""
        before = self.totals()[0]
        for name in self._beside.names():
            self._beside.drop(name)
        self._rows.erasing(True)
        self._rows.apply([(Purge(0, tenant, partition), b"", b"")])
        self._rows.scrub()
        return before - self.totals()[0]

    def entries(self) -> Iterator[tuple[Entry, Vector | None]]:
        """All that is young enough, the newest first, with unit vectors; in the memory of one."""
        before: int | None = None
        while page := [(row.row, row.name) for row in self._rows.newest(before, _PAGE)]:
            before = page[-1][0]
            for _, name in page:
                found = self._entry(name)
                if found is not None:
                    yield found

    def put(self, kept: Sequence[tuple[Entry, Vector | None]]) -> int:
        """Write these, all or none, in the place of what has their names; those that are too old, or older than what
        is there, are left out. How many were written. Raises Unwritable, UnicodeEncodeError."""
        orders = []
        for entry, vector in kept:
            until = entry.created + self._ttl(entry.category)
            name = name_of(entry.tenant, entry.key)
            if until <= self._now or not entry.body or self._written(name) > entry.created:
                continue
            header, half = self._sealer.write(header_of(entry, entry.created)), halves(vector)
            seal, tenant = self._sealer.seal(header, half), entry.tenant.encode()
            order = Put(0, name, header, half, entry.body, tenant, entry.partition, until)
            orders.append((order, seal, self._sealer.proof(seal, entry.body)))
        if orders:
            self._rows.apply(orders)
        return len(orders)

    def _written(self, name: bytes) -> float:
        """When what has that name was made; long ago if there is no such, or none that can be believed."""
        found = self._rows.find(name)
        try:
            return float("-inf") if found is None else self._open(name, found).written
        except Broken:
            return float("-inf")

    def close(self) -> None:
        self._rows.close()

    def _entry(self, name: object) -> tuple[Entry, Vector | None] | None:
        found = self._rows.find(name) if isinstance(name, bytes) else None
        if found is None:
            self.broken += 1
            return None
        try:
            header = self._open(name, found)
            body = self._sealer.prove(header, found.seal, found.body, found.proof)
        except Broken:
            self.broken += 1
            return None
        if header.written + self._ttl(header.category) <= self._now:
            return None
        return header.entry(body, header.written), wholes([found.vector])[0]

    def _open(self, name: object, found: Sealed) -> Header:
        """Raises Broken."""
        header = self._sealer.open(found.header, found.vector, found.seal)
        if name_of(header.tenant, header.key) != name:
            raise Broken("name")
        return header


def _alone(path: str) -> None:
    """Raises Unwritable where somebody else has the file open: with a write-ahead log, who has it open holds a lock."""
    try:
        with closing(sqlite3.connect(path, timeout=0.0, isolation_level=None)) as db:
            db.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()
            db.execute("BEGIN EXCLUSIVE")
            db.execute("ROLLBACK")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise Unwritable("somebody has it open") from None
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise Unwritable(str(error)) from None
        return  # it is damaged, which is told by who reads it
