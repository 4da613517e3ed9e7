"""Whose turn it is to accept, where several processes listen at one socket: of whoever has the fewest connections.

The kernel wakes them all, and whoever is quickest would take a burst of connections alone, and keep them for as long as
they last. A page of memory that all of them see holds how many each has; it is no lock, and nobody waits for long.
"""

from __future__ import annotations

import mmap
import os
import tempfile

PLACES = 1024
"""Processes at the same time: those that leave have theirs still while others have begun."""

_BYTES = 8
_NOBODY = -1


class Turns:
    """The page. Each process writes its own place; whoever began them clears that of one that ended."""

    def __init__(self, fd: int, place: int = 0) -> None:
        """`place`: this process's. Raises OSError for a file that is no such page."""
        self._page = mmap.mmap(fd, PLACES * _BYTES)
        self._counts = memoryview(self._page).cast("q")
        self._place = place

    def is_mine(self, load: int) -> bool:
        """Whether nobody who accepts has less than this, which is this process's now: how many connections it has, or
        more than anybody can have where it would refuse one."""
        self._counts[self._place] = load
        return all([not 0 <= others < load for others in self._counts])

    def leave(self) -> None:
        """This process accepts no more."""
        self.clear(self._place)

    def clear(self, place: int) -> None:
        """Nobody is there."""
        self._counts[place] = _NOBODY

    def close(self) -> None:
        """Let go of the page."""
        self._counts.release()
        self._page.close()


def page() -> int:
    """A new one, where nobody is yet, as the number of a file without a name. Raises OSError."""
    with tempfile.TemporaryFile() as file:
        file.write((_NOBODY).to_bytes(_BYTES, "little", signed=True) * PLACES)
        file.flush()
        return os.dup(file.fileno())
