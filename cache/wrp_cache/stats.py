"""What a cache says of itself. Numbers only: no tenant, no text."""

from __future__ import annotations

import msgspec


class CategoryStats(msgspec.Struct, frozen=True):
    """Counts since the start, of one category; `entries` and `bytes` are as of now. A look-up by likeness is a hit, a
    miss or a probe. `wrong` are the probes and hits that were judged so."""

    entries: int
    bytes: int
    hits_exact: int
    hits_semantic: int
    misses: int
    vetoes: int
    probes: int
    wrong: int
    admitted: int
    refused: int
    evicted: int
    expired: int


class CacheStats(msgspec.Struct, frozen=True):
    """`bytes` is what entries and indexes take of `max_bytes`; places of entries that have gone count too, and belong
    to no category. Misses of the exact look-up have no category either."""

    entries: int
    bytes: int
    max_bytes: int
    partitions: int
    exact_misses: int
    store_failures: int
    categories: dict[str, CategoryStats]
