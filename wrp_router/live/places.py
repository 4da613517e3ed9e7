"""How many connections there may be at once, in all and of one source, and who may have one more. It only counts."""

from __future__ import annotations

KEPT = 16
"""One in so many places is kept for sources that hold few: no single address, and no proxy, can have them all."""

FILES_OF_ITS_OWN = 512
"""Files that a router holds beside those of its clients: engines that are looked at, logs, stores, metrics."""

FILES_EACH = 2
"""Files of a request: its client's connection, and one to an engine."""


def affordable(files: int) -> int:
    """How many connections so many open files are enough for."""
    return max(1, (files - min(FILES_OF_ITS_OWN, files // 2)) // FILES_EACH)


def files_for(connections: int) -> int:
    """How many open files so many connections may need."""
    return connections * FILES_EACH + FILES_OF_ITS_OWN


class Places:
    """`most` in all, `each` of a source (0: any); the last of them as said of KEPT. A source of "" is one behind which
    there are many, such as a proxy: it is counted in all alone, and what is kept is not for it. `turned_away` counts
    whom there was no place for."""

    __slots__ = ("_each", "_held", "_kept", "_most", "open", "turned_away")

    def __init__(self, most: int, each: int = 0) -> None:
        self._most, self._each, self._kept = most, each, most // KEPT
        self._held: dict[str, int] = {}
        self.open = self.turned_away = 0

    def take(self, source: str) -> bool:
        """Whether there was a place; who has one leaves it."""
        held = self._held.get(source, 0)
        if self.open >= self._most or not self._may(source, held):
            self.turned_away += 1
            return False
        self.open += 1
        if source:
            self._held[source] = held + 1
        return True

    def leave(self, source: str) -> None:
        self.open -= 1
        if source:
            held = self._held[source] - 1
            if held:
                self._held[source] = held
            else:
                del self._held[source]

    def _may(self, source: str, held: int) -> bool:
        if self._each and held >= self._each:
            return False
        return self._most - self.open > self._kept or (source != "" and held < self._kept)
