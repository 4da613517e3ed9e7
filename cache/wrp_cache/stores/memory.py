"""Documents in this process. Nothing survives it."""

from __future__ import annotations

from wrp_cache.types import Entry
from wrp_signals.facts import Vector


class MemoryStore:
    """A dict of entries. Vectors are not kept twice: the index has them."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: dict[int, Entry] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, id: int) -> Entry | None:
        return self._entries.get(id)

    def put(self, id: int, entry: Entry, vector: Vector | None) -> None:
        self._entries[id] = entry

    def drop(self, id: int) -> None:
        self._entries.pop(id, None)
