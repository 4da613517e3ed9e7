"""One SQLite file of sealed entries: tables, statements, and what counts as damage. It believes nothing it reads."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from .orders import Drop, Order, Purge, Put, Strike

_APPLICATION = 0x57525043
_VERSION = 1
_TABLES = {
    "entries": "CREATE TABLE entries (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE, until REAL NOT NULL, "
    "tenant BLOB NOT NULL, partition BLOB NOT NULL, header BLOB NOT NULL, vector BLOB NOT NULL, seal BLOB NOT NULL, "
    "proof BLOB NOT NULL, body BLOB NOT NULL)",
    "entries_until": "CREATE INDEX entries_until ON entries (until)",
}
_PUT = (
    "INSERT OR REPLACE INTO entries (name, until, tenant, partition, header, vector, seal, proof, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DROP = "DELETE FROM entries WHERE name = ?"
_STRIKE = "DELETE FROM entries WHERE id = ?"
_PURGE = "DELETE FROM entries WHERE (?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR partition = ?2)"
_EXPIRE = "DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE until <= ? LIMIT ?)"
_TOTALS = "SELECT count(*), total(length(body)), total(until <= ?) FROM entries"
_NEWEST = (
    "SELECT id, name, tenant, partition, header, vector, seal, NULL, NULL, "
    "(SELECT other.id FROM entries AS other WHERE other.name = entries.name) "
    "FROM entries WHERE id < ? ORDER BY id DESC LIMIT ?"
)
_WHOLE = "SELECT id, name, tenant, partition, header, vector, seal, proof, body FROM entries WHERE name = ?"

_LONGEST = 256 << 20
_AT_ONCE = 4 << 20
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH}
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_PASSING = {sqlite3.SQLITE_FULL, *_LOCKED}
_NEWEST_FIRST = (1 << 63) - 1


class Damaged(Exception):
    """The file is not what this program wrote."""


class Unwritable(Exception):
    """The file cannot be written or read now: no room, no right, or somebody else holds it. `passing`: what is wrong
    is not with the connection. `locked`: it may be over the next moment."""

    def __init__(self, message: str, passing: bool = False, locked: bool = False) -> None:
        super().__init__(message)
        self.passing, self.locked = passing, locked


class Sealed(NamedTuple):
    """A row as it stands in the file; any column may be anything. Headers have no proof and body, but `found`: the row
    that is found under their name."""

    row: int
    name: Any
    tenant: Any
    partition: Any
    header: Any
    vector: Any
    seal: Any
    proof: Any = None
    body: Any = None
    found: Any = None


class Rows:
    """One connection. Every method raises Damaged or Unwritable, and nothing else. For one thread at a time."""

    def __init__(self, path: str, most: int | None = None) -> None:
        """`most`: bytes that the file may take; beyond, it is full."""
        self._path = path
        try:
            _keep_private(path)
            self._open(path, most)
        except OSError as error:
            raise Unwritable(str(error)) from error
        except sqlite3.Error as error:
            self.close()
            raise self._said(error) from error
        except Damaged:
            self.close()
            raise

    def _open(self, path: str, most: int | None) -> None:
        self._db = db = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "synchronous = NORMAL"):
            db.execute(f"PRAGMA {pragma}")
        if most is not None:
            db.execute(f"PRAGMA max_page_count = {max(16, most // 4096)}")
        if db.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
            raise Damaged("no write-ahead log")
        db.execute("PRAGMA journal_size_limit = 67108864")
        found = dict(db.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall())
        if not found:
            self._create()
        elif found != _TABLES or self._marks() != (_APPLICATION, _VERSION):
            raise Damaged("tables of another version, or of another program")

    def _create(self) -> None:
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for statement in _TABLES.values():
                self._db.execute(statement.replace(" entries", " IF NOT EXISTS entries", 1))
            self._db.execute(f"PRAGMA application_id = {_APPLICATION}")
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _marks(self) -> tuple[int, int]:
        mark, version = (
            self._db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        return mark, version

    def apply(self, orders: Sequence[tuple[Order, bytes, bytes]]) -> None:
        """All of them, each with the seal and the proof of what it puts, or none."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for order, seal, proof in orders:
                self._one(order, seal, proof)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._back()
            raise self._said(error) from error

    def _one(self, order: Order, seal: bytes, proof: bytes) -> None:
        match order:
            case Put(_, name, header, vector, body, tenant, partition, until):
                self._db.execute(_PUT, (name, until, tenant, partition, header, vector, seal, proof, body))
            case Drop(_, name):
                self._db.execute(_DROP, (name,))
            case Strike(_, row):
                self._db.execute(_STRIKE, (row,))
            case Purge(_, tenant, partition):
                whose = None if tenant is None else tenant.encode("utf-8", "surrogatepass")
                self._db.execute(_PURGE, (whose, partition))

    def scrub(self) -> None:
        """What was purged is in no file any more."""
        try:
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            raise self._said(error) from error

    def erasing(self, thoroughly: bool) -> None:
        """Whether what is deleted from now on is overwritten."""
        try:
            self._db.execute(f"PRAGMA secure_delete = {'ON' if thoroughly else 'OFF'}").fetchall()
        except sqlite3.Error as error:
            raise self._said(error) from error

    def expire(self, now: float, most: int) -> int:
        """Erase some of what is too old: how many."""
        try:
            return self._db.execute(_EXPIRE, (now, most)).rowcount
        except sqlite3.Error as error:
            raise self._said(error) from error

    def totals(self, now: float) -> tuple[int, int, int]:
        """Entries, bytes of their bodies, and how many of the entries are too old."""
        try:
            entries, size, old = self._db.execute(_TOTALS, (now,)).fetchone()
        except sqlite3.Error as error:
            raise self._said(error) from error
        return int(entries), int(size), int(old)

    def newest(self, before: int | None, most: int) -> Iterator[Sealed]:
        """Headers of the rows written before row `before` (None: of all), the newest first: up to `most`, or fewer
        where they are long."""
        last = _NEWEST_FIRST if before is None else before
        size = 0
        try:
            for row in self._db.execute(_NEWEST, (last, most)):
                sealed = Sealed(*row)
                if not isinstance(sealed.row, int) or sealed.row >= last:
                    raise Damaged("rows out of order")
                last = sealed.row
                yield sealed
                size += len(sealed.header) if isinstance(sealed.header, bytes) else 0
                if size > _AT_ONCE:
                    return
        except sqlite3.Error as error:
            raise self._said(error) from error

    def find(self, name: bytes) -> Sealed | None:
        """The whole row of this name."""
        try:
            row = self._db.execute(_WHOLE, (name,)).fetchone()
        except sqlite3.Error as error:
            raise self._said(error) from error
        return None if row is None else Sealed(*row)

    def close(self) -> None:
        """Whatever happens."""
        try:
            self._db.close()
        except (sqlite3.Error, AttributeError):
            return

    def _back(self) -> None:
        try:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        except sqlite3.Error:
            return

    def _said(self, error: Exception) -> Damaged | Unwritable:
        """What an error of SQLite means here. All statements are ours, so that one that makes no sense to SQLite
        means that the tables are not."""
        code = getattr(error, "sqlite_errorcode", None)
        kind = None if code is None else code & 0xFF
        if code is None or kind in _DAMAGE or code == sqlite3.SQLITE_IOERR_SHORT_READ:
            return Damaged(str(error))
        if kind == sqlite3.SQLITE_READONLY and os.access(self._path, os.W_OK):
            return Damaged(str(error))
        return Unwritable(str(error), passing=kind in _PASSING, locked=kind in _LOCKED)


def _keep_private(path: str) -> None:
    """A file of users' answers is for its owner alone, however it came there; so is what SQLite makes beside it, which
    may be left of a process that was killed. Raises OSError."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for end in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            found = os.stat(path + end)
            if found.st_mode & 0o077 and found.st_uid == os.geteuid():
                os.chmod(path + end, 0o600)


def set_aside(path: str, stamp: str, keep: int = 2) -> str:
    """Rename a damaged file and what belongs to it, and remove all but the last few of such: the new name. No
    connection may be open: one that is closed later would remove the log of whatever has the name then. Raises
    OSError."""
    to = f"{path}.damaged-{stamp}"
    for end in ("-shm", "-wal", ""):
        if os.path.exists(path + end):
            os.replace(path + end, to + end)
    folder, start = os.path.split(path + ".damaged-")
    stamps = sorted(
        name for name in os.listdir(folder or ".") if name.startswith(start) and not name.endswith(("-shm", "-wal"))
    )
    for name in stamps[:-keep]:
        for end in ("-shm", "-wal", ""):
            old = os.path.join(folder, name + end)
            if os.path.exists(old):
                os.remove(old)
    return to
