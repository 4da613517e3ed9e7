"""Where documents are kept. Vectors and ids stay in the cache's memory; a store sees only whole entries by id."""

from __future__ import annotations

from typing import Protocol

from wrp_cache.types import Entry
from wrp_signals.facts import Vector


class StoreFailed(Exception):
    """A store could not answer in its time. The cache treats it as a miss and never as an error of the request."""


class Store(Protocol):
    """Entries by id. Every method may raise StoreFailed, and must do so rather than wait."""

    def get(self, id: int) -> Entry | None:
        """The entry, or None if the store no longer has it."""
        ...

    def put(self, id: int, entry: Entry, vector: Vector | None) -> None:
        """Keep the entry, and its unit vector if it has one (indexes are rebuilt from vectors, never from files)."""
        ...

    def drop(self, id: int) -> None:
        """Forget the entry; an unknown id is no error."""
        ...
