"""Documents in this process. Nothing survives it."""

from __future__ import annotations

from wrp_cache.types import Entry
from wrp_signals.facts import Vector

_SHARDS = 64


class MemoryStore:
    """Dicts of entries, so many that none of them takes long to grow. Vectors are not kept twice: the index has
    them."""

    __slots__ = ("_entries",)

    def __init__(self) -> None:
        self._entries: tuple[dict[bytes, Entry], ...] = tuple([{} for _ in range(_SHARDS)])

    def __len__(self) -> int:
        return sum(map(len, self._entries))

    def get(self, name: bytes) -> Entry | None:
        return self._entries[name[0] % _SHARDS].get(name)

    def put(self, name: bytes, entry: Entry, vector: Vector | None) -> None:
        self._entries[name[0] % _SHARDS][name] = entry

    def drop(self, name: bytes) -> None:
        self._entries[name[0] % _SHARDS].pop(name, None)
