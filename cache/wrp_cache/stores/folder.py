"""Whole files in a folder of their own: each as it was written, or not at all. It believes nothing that it reads."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from errno import ELOOP, ENOENT

BESIDE = ".index"
"""The end of the name of the folder that belongs to a file of answers."""

_UNFINISHED = ".unfinished"
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


class Folder:
    """Files by name. Every method waits for the disk and may raise OSError; a missing folder is an empty one. For one
    process, and one writer at a time."""

    def __init__(self, path: str) -> None:
        self._path = path

    def names(self) -> list[str]:
        """What is there. What a process that was killed had not finished is removed."""
        try:
            found = os.listdir(self._path)
        except FileNotFoundError:
            return []
        for name in found:
            if name.endswith(_UNFINISHED):
                os.remove(self._of(name))
        return sorted(name for name in found if not name.endswith(_UNFINISHED))

    def read(self, name: str, most: int) -> bytes | None:
        """The whole of a file; None if there is no such, something else of that name, or more than so many bytes."""
        try:
            handle = os.open(self._of(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if error.errno in (ENOENT, ELOOP):
                return None
            raise
        with open(handle, "rb", buffering=0) as file:
            found = os.fstat(handle)
            return file.readall() if stat.S_ISREG(found.st_mode) and found.st_size <= most else None

    def write(self, name: str, pieces: Iterable[bytes | bytearray | memoryview]) -> int:
        """Put the pieces in the place of what has that name, all or none: how many bytes. They are on the disk when
        this returns. What `pieces` raises leaves the file as it was."""
        os.makedirs(self._path, _PRIVATE_FOLDER, exist_ok=True)
        unfinished, size = self._of(name + _UNFINISHED), 0
        with suppress(FileNotFoundError):
            os.remove(unfinished)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, _PRIVATE_FILE)
        try:
            with open(handle, "wb", buffering=0) as file:
                for piece in pieces:
                    size += _written(handle, piece)
                os.fsync(file.fileno())
            os.replace(unfinished, self._of(name))
        except BaseException:
            with suppress(OSError):
                os.remove(unfinished)
            raise
        self._sync()
        return size

    def drop(self, name: str) -> None:
        """There is no file of that name any more."""
        with suppress(FileNotFoundError):
            os.remove(self._of(name))

    def _of(self, name: str) -> str:
        return os.path.join(self._path, name)

    def _sync(self) -> None:
        """The new name is on the disk too."""
        handle = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _written(handle: int, piece: bytes | bytearray | memoryview) -> int:
    """All of it, however little the system takes at a time."""
    view, done = memoryview(piece), 0
    while done < len(view):
        done += os.write(handle, view[done:])
    return done
