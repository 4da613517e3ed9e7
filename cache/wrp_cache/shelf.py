"""The books of one category: which entries it holds, what they weigh, and what keeping one is worth."""

from __future__ import annotations

import math
import random
from sys import getsizeof

import msgspec

from wrp_cache.index import Index
from wrp_cache.types import Entry

OVERHEAD = 1280 + 6 * 56
"""Bytes that an entry takes beside its texts: the entry, its row, and its places in maps, sets and labels."""

HOME = 1024
"""Bytes that a partition takes before it holds anything."""

DOLLARS_PER_TOKEN_IN, DOLLARS_PER_TOKEN_OUT = 0.15e-6, 0.60e-6
"""What a token is worth where an entry names no cost: an answer of our own servers saves time and energy too."""


class CategoryStats(msgspec.Struct, frozen=True):
    """Counts since the start, of one category; `entries` and `bytes` are as of now."""

    entries: int
    bytes: int
    hits_exact: int
    hits_semantic: int
    misses: int
    vetoes: int
    admitted: int
    refused: int
    evicted: int
    expired: int


class Home:
    """One partition of one tenant in one category: the only place where its entries can be found by likeness.
    `charged` is what its index was last counted for, `dim` the length of its vectors."""

    __slots__ = ("charged", "dim", "index", "key", "members", "shelf")

    def __init__(self, key: tuple[str, bytes, str], shelf: Shelf) -> None:
        self.key = key
        self.shelf = shelf
        self.members: set[int] = set()
        self.index: Index | None = None
        self.dim = 0
        self.charged = 0

    @property
    def nbytes(self) -> int:
        """What the partition takes beside its entries."""
        return HOME + (0 if self.index is None else self.index.nbytes)


class Row:
    """What memory keeps of one entry. `created`, `seen`: seconds; `heat`: sightings, halved every half-life."""

    __slots__ = ("created", "heat", "home", "id", "indexed", "key", "place", "saving", "seen", "weight")

    def __init__(self, id: int, entry: Entry, home: Home, now: float) -> None:
        self.id = id
        self.key = (entry.tenant, entry.key)
        self.home = home
        self.indexed = False
        self.weight = weigh(entry)
        self.saving = saving(entry)
        self.created = min(entry.created, now)  # an entry from the future would never grow old
        self.seen = now
        self.heat = 1.0
        self.place = 0

    def touch(self, now: float, half_life: float) -> None:
        """One more sighting."""
        self.heat = self.warmth(now, half_life) + 1.0
        self.seen = now

    def warmth(self, now: float, half_life: float) -> float:
        """The sightings as of now."""
        return self.heat * math.exp2(-max(0.0, now - self.seen) / half_life)

    def worth(self, now: float, ttl: float, half_life: float) -> float:
        """What keeping a byte of it saves: sightings expected x US$ that one saves x share of its life that is left,
        per byte; nothing once it has expired. (By marginal saving: arXiv 2510.26835; frequency x cost / size: GDSF,
        Cherkasova 1998.)"""
        left = 1.0 - (now - self.created) / ttl if ttl > 0.0 else 0.0
        return self.warmth(now, half_life) * self.saving * max(0.0, left) / self.weight


def weigh(entry: Entry) -> int:
    """The bytes of memory that keeping an entry takes, its vector left out."""
    # names are shared by many entries, but a client may choose some of them: they are charged in full
    named = "".join(
        (entry.tenant, entry.category, entry.content_type, entry.embedder, entry.model, entry.served_by, entry.asked)
    )
    return OVERHEAD + len(entry.body) + len(entry.key) + len(entry.partition) + getsizeof(named)


def saving(entry: Entry) -> float:
    """What one hit saves, in US$: what the answer cost, or what its tokens would cost elsewhere."""
    if entry.cost > 0.0:
        return entry.cost
    tokens_out = entry.tokens_out or len(entry.body) / 4
    return DOLLARS_PER_TOKEN_IN * entry.tokens_in + DOLLARS_PER_TOKEN_OUT * tokens_out


class Shelf:
    """One category. `bytes` counts its entries and its partitions; `broom` is the place last swept."""

    __slots__ = (
        "admitted", "broom", "bytes", "evicted", "expired", "hits_exact", "hits_semantic", "misses", "name", "refused",
        "rows", "vetoes",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[Row] = []
        self.bytes = 0
        self.broom = 0
        self.hits_exact = self.hits_semantic = self.misses = self.vetoes = 0
        self.admitted = self.refused = self.evicted = self.expired = 0

    def add(self, row: Row) -> None:
        row.place = len(self.rows)
        self.rows.append(row)

    def remove(self, row: Row) -> None:
        """The last row takes the place of the one that goes."""
        last = self.rows.pop()
        if last is not row:
            self.rows[row.place] = last
            last.place = row.place

    def draw(self, rng: random.Random) -> Row:
        """A row at random. Raises IndexError if there is none."""
        return self.rows[int(rng.random() * len(self.rows))]

    def stats(self) -> CategoryStats:
        """The books as of now."""
        return CategoryStats(
            entries=len(self.rows),
            bytes=self.bytes,
            hits_exact=self.hits_exact,
            hits_semantic=self.hits_semantic,
            misses=self.misses,
            vetoes=self.vetoes,
            admitted=self.admitted,
            refused=self.refused,
            evicted=self.evicted,
            expired=self.expired,
        )
