"""Where documents are kept. Indexes stay in the cache's memory; a store sees whole entries, by their names.

A name is 16 bytes, made of tenant and key (`wrp_cache.types.name_of`). This module waits for nothing and opens
nothing; the archives beside it do, in threads and tasks of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias, runtime_checkable

import msgspec

from wrp_cache.types import Entry
from wrp_signals.facts import Vector

Learn: TypeAlias = Callable[[Entry, Vector | None, int], bool]
"""Told of an entry that is elsewhere: its header (body is b""), its unit vector if it has one, bytes of its body.
False: no books are kept of it; an archive that is not shared then erases it."""

Forget: TypeAlias = Callable[[bytes], object]
"""Told the name of an entry that is gone."""

Purge: TypeAlias = Callable[[str | None, bytes | None], object]
"""Told that all entries of a tenant, of a partition, of one in the other, or (with neither) all are gone."""

Quick: TypeAlias = Callable[[bytes, tuple[str, bytes, str]], bool]
"""Asked whether the vector of the entry of this name, in a place (tenant, partition, category), can be taken in within
microseconds."""


def never(name: bytes, where: tuple[str, bytes, str]) -> bool:
    """No vector is taken in quickly."""
    return False


class StoreFailed(Exception):
    """A store could not answer in its time. The cache treats it as a miss and never as an error of the request."""


class ArchiveStats(msgspec.Struct, frozen=True):
    """Counts since the start; the first three are as of now.

    `at_hand`: documents in memory, with their bytes; `waiting`: changes not yet written; `learned`: entries that the
    books were told of; `fetched`, `missing`: fetches that found something, and that did not; `broken`: what was
    refused because its seal is wrong; `lost`: entries that could not be written; `late`, `failed`, `skipped`: calls
    beyond the deadline, answered by an error, and not made because the breaker was open; `openings` of the breaker;
    `replaced`: damaged files set aside; `open`: whether the breaker is, now."""

    at_hand: int
    at_hand_bytes: int
    waiting: int
    learned: int
    fetched: int
    missing: int
    broken: int
    lost: int
    late: int
    failed: int
    skipped: int
    openings: int
    replaced: int = 0
    open: bool = False


class Store(Protocol):
    """Entries by name. Every method may raise StoreFailed, and must do so rather than wait."""

    def get(self, name: bytes) -> Entry | None:
        """The entry if it is at hand. None: the store does not have it, or (an archive) not in memory."""
        ...

    def put(self, name: bytes, entry: Entry, vector: Vector | None) -> None:
        """Keep the entry, and its unit vector if it has one (indexes are rebuilt from vectors, never from files)."""
        ...

    def drop(self, name: bytes) -> None:
        """This process keeps no books of the entry any more; an unknown name is no error."""
        ...


@runtime_checkable
class Archive(Store, Protocol):
    """A store that outlives the process or is shared, so that documents may be elsewhere.

    It keeps some documents in memory, for `get`. `start`, `fetch` and `stop` belong to one event loop, and so do the
    calls that `start` was given; all other methods are called on the same thread and never wait.
    """

    async def warmed(self) -> None:
        """Returns when all that it had at the start has been told of, though maybe not with all vectors."""
        ...

    async def start(self, learn: Learn, forget: Forget, purge: Purge, quick: Quick = never) -> None:
        """Open it, and from then on tell of every entry that it knows or hears of. Returns before all are told: vectors
        that are not taken in quickly come last."""
        ...

    async def fetch(self, name: bytes) -> Entry | None:
        """The whole entry, from wherever it is, within the archive's own deadline; None: it is gone. Raises
        StoreFailed."""
        ...

    def purge(self, tenant: str | None, partition: bytes | None) -> None:
        """Erase all entries of a tenant, of a partition, of one in the other, or (with neither) all, those that no
        books know included; who shares the archive is told."""
        ...

    def stats(self) -> ArchiveStats:
        """The books as of now."""
        ...

    async def stop(self) -> None:
        """Write what waits to be written, within a bounded time, and close. Afterwards nothing is told."""
        ...
