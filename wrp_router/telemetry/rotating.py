"""A file of lines that only grows, and moves aside when it is long. It blocks: not for the event loop."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

_BLOCK = 1 << 16


def rotated(path: Path) -> list[Path]:
    """The files of one log that exist, newest first: `path`, `path.1`, `path.2`, …"""
    if not path.parent.is_dir():
        return []
    numbers = [found.name.removeprefix(f"{path.name}.") for found in path.parent.iterdir()]
    older = [path.with_name(f"{path.name}.{number}") for number in sorted(map(int, filter(str.isdecimal, numbers)))]
    return [path, *older] if path.exists() else older


class Rotating:
    """Appends whole lines to `path`, mode 0600, in a directory that it makes if need be.

    A file that would grow over `rotate_bytes` becomes `path.1`, that one `path.2`, up to `keep` old ones. A file that
    somebody else moved away is opened anew, so logrotate works too. A line torn by a crash or a full disk is cut off
    before the next is written. Several processes may write to one path: who writes holds a lock on the file, so that
    lines stay whole and one of them rotates. Tests bring their `write`.
    """

    def __init__(self, path: Path, rotate_bytes: int, keep: int, write: Callable[[int, bytes], int] = os.write) -> None:
        self._path, self._rotate_bytes, self._keep, self._write = path.absolute(), rotate_bytes, keep, write
        self._fd = -1

    def append(self, lines: bytes) -> None:
        """Write lines, newlines included: all of them or, with an OSError, none."""
        try:
            self._ready(len(lines))
            self._put(lines)
        finally:
            self._unlock()

    def _put(self, lines: bytes) -> None:
        left = lines
        try:
            while left:
                left = left[self._write(self._fd, left) :]
        except OSError:
            if len(left) < len(lines):
                self._take_back(len(lines) - len(left))
            raise

    def close(self) -> None:
        """Close the file; a later `append` opens it again."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def _ready(self, more: int) -> None:
        """Have an open file that nobody else writes to, with room for `more` bytes, at the end of a line."""
        self._have()
        size = os.fstat(self._fd).st_size
        if size and size + more > self._rotate_bytes and self._regular():
            self._shift()
            self._have()
        self._mend()

    def _have(self) -> None:
        """The file at the path, locked; not one that was moved away while its lock was waited for."""
        while True:
            if self._fd < 0:
                self._open()
            if self._regular():
                with suppress(OSError):  # of a file system that knows no locks
                    fcntl.flock(self._fd, fcntl.LOCK_EX)
            if self._ours():
                return
            self.close()

    def _unlock(self) -> None:
        if self._fd >= 0:
            with suppress(OSError):
                fcntl.flock(self._fd, fcntl.LOCK_UN)

    def _ours(self) -> bool:
        """Whether the path still leads to the file that is open."""
        try:
            return os.path.samestat(os.stat(self._path), os.fstat(self._fd))
        except FileNotFoundError:
            return False

    def _regular(self) -> bool:
        return stat.S_ISREG(os.fstat(self._fd).st_mode)

    def _open(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        if self._regular() and os.fstat(self._fd).st_uid == os.geteuid():
            # it may have been there before, readable by all
            os.fchmod(self._fd, 0o600)

    def _shift(self) -> None:
        """The lock is held until all have their new names: nobody else may begin to shift meanwhile."""
        names = [self._path, *(Path(f"{self._path}.{number}") for number in range(1, self._keep + 1))]
        for newer, older in reversed(list(pairwise(names))):
            if newer.exists():
                newer.replace(older)
        if not self._keep:
            self._path.unlink()
        self.close()

    def _mend(self) -> None:
        """Cut off what follows the last newline: somebody may have been killed in the middle of a line."""
        size = end = os.fstat(self._fd).st_size
        if not size or os.pread(self._fd, 1, size - 1) == b"\n":
            return
        while end > 0:
            start = max(0, end - _BLOCK)
            newline = os.pread(self._fd, end - start, start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._fd, end)

    def _take_back(self, written: int) -> None:
        """Without the last `written` bytes; if that fails too, the next `append` mends."""
        if self._regular():
            os.ftruncate(self._fd, os.fstat(self._fd).st_size - written)
