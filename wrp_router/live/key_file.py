"""The file of keys: read when it changes, written whole or not at all, for its owner's eyes only."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from wrp_router.accounts.keys import KeyBook

from .issued import Unreadable

log = logging.getLogger(__name__)

LARGEST = 64 << 20
"""Bytes: some 200,000 keys."""

_BOOK = msgspec.json.Decoder(KeyBook)

Marks = tuple[int, int, int, int]
"""By which a change is noticed: time, size, number, and who may read it."""


class Damaged(Unreadable):
    """The file is there, and is no file of keys."""


def load(path: Path) -> KeyBook:
    """What it holds; nothing where there is none. Raises Damaged, and OSError."""
    try:
        return _held(path)
    except FileNotFoundError:
        return KeyBook()


def _held(path: Path) -> KeyBook:
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    try:
        book = _BOOK.decode(raw)
    except msgspec.DecodeError as error:
        raise Damaged(f"{path} is no file of keys: {error}") from None
    if len({one.id for one in book.keys}) < len(book.keys):
        raise Damaged(f"{path} has two keys of one id")
    return book


def write(path: Path, book: KeyBook) -> None:
    """In the place of what is there, at once, and only for its owner. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(book), indent=1) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """While nobody else changes it."""
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class KeyFile:
    """The keys of one file, for `IssuedKeys`. Where there is none yet, there are no keys yet; one that is gone is
    unreadable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: Marks | None = None
        self._looked = False

    async def look(self) -> KeyBook | None:
        """Raises Unreadable."""
        first, self._looked = not self._looked, True
        try:
            marks = await asyncio.to_thread(_marks, self._path)
            if marks is not None and marks == self._seen:
                return None
            if marks is None and not first:
                if self._seen is None:
                    return None
                raise Unreadable(f"{self._path} is gone")
            # one that was there a moment ago is gone, and not empty
            book = await asyncio.to_thread(_held, self._path) if marks is not None else KeyBook()
        except OSError as error:
            raise Unreadable(f"{self._path}: {error.strerror or error}") from None
        self._seen = marks
        if first:
            self._greet(marks)
        return book

    async def close(self) -> None:
        """It is open only while it is read."""

    def _greet(self, marks: Marks | None) -> None:
        if marks is None:
            log.warning("there is no file of keys at %s yet: wrp keys create makes one", self._path)
        elif marks[-1] & 0o077:
            log.warning("others than its owner may read %s: chmod 600", self._path)


def _marks(path: Path) -> Marks | None:
    """None where there is no such file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode
