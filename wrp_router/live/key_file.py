"""The file of keys: read when it changes, written whole or not at all, for its owner's eyes only."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import time

import msgspec

from wrp_router.accounts.keys import KeyBook, KeyRing

from .tenants import Caller

log = logging.getLogger(__name__)

LARGEST = 64 << 20
"""Bytes: some 200,000 keys."""

_BOOK = msgspec.json.Decoder(KeyBook)


class Damaged(Exception):
    """The file is there, and is no file of keys."""


def load(path: Path) -> KeyBook:
    """What it holds; nothing where there is none. Raises Damaged, and OSError."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        return KeyBook()
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
    """Callers by the keys of a file. `watch` it, and it is looked at every so often: a change holds within that time.
    What cannot be read changes nothing; what was known still holds."""

    def __init__(
        self,
        path: Path,
        pepper: bytes,
        every: float,
        *,
        wall: Callable[[], float] = time,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Raises Damaged, and OSError."""
        self._path, self._pepper, self._every, self._wall, self._pause = path, pepper, every, wall, pause
        self._seen = _marks(path)
        self._ring = KeyRing(load(path).keys, pepper)
        self._looked = wall()
        if self._seen is None:
            log.warning(
                "there is no file of keys at %s yet: its keys open nothing until wrp keys create makes one", path
            )
        elif self._seen[-1] & 0o077:
            log.warning("others than its owner may read %s: chmod 600", path)

    def __len__(self) -> int:
        return len(self._ring)

    def find(self, key: str) -> Caller | None:
        """Whose key it is, while it is good."""
        issued = self._ring.find(key, self._wall())
        if issued is None:
            return None
        highest = issued.max_priority or issued.priority
        return Caller(issued.tenant, issued.admin, issued.priority, highest, issued.id)

    async def watch(self, changed: Callable[[], None]) -> None:
        """For ever. `changed` is told when somebody may have gained or lost something."""
        while True:
            await self._pause(self._every)
            now, before = self._wall(), self._looked
            self._looked = now
            if await self._look() or self._ring.ended(before, now):
                changed()

    async def _look(self) -> bool:
        """Whether there is something new."""
        try:
            marks = await asyncio.to_thread(_marks, self._path)
            if marks == self._seen:
                return False
            self._seen = marks
            if marks is None:
                raise FileNotFoundError(f"{self._path} is gone")
            book = await asyncio.to_thread(load, self._path)
        except (OSError, Damaged) as error:
            log.error("the keys are as they were: %s", error)
            return False
        self._ring = KeyRing(book.keys, self._pepper)
        return True


def _marks(path: Path) -> tuple[int, int, int, int] | None:
    """By which a change is noticed: time, size, number, and who may read it."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode
