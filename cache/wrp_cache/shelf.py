"""The books of one category: which entries it holds, what they weigh, and what keeping one is worth."""

from __future__ import annotations

import math
from array import array
from sys import getsizeof

import msgspec

from wrp_cache.index import Index
from wrp_cache.stats import CategoryStats
from wrp_cache.types import Entry

OVERHEAD = 640
"""Bytes that an entry takes beside its texts and vector: the entry itself (128), the numbers and the headers of the
texts in it (up to 400), its name and its slot's number (96), and its place in the list of its shelf."""

HOME = 768
"""Bytes that a partition takes before it holds anything, its digest and its place in the map included."""

DOLLARS_PER_TOKEN_IN, DOLLARS_PER_TOKEN_OUT = 0.15e-6, 0.60e-6
"""What a token is worth where an entry names no cost: an answer of our own servers saves time and energy too."""

_DEAREST = 1e6
_DOUBT = 32.0
_MOST, _LEAST = 4.0, 0.1


class Shelf:
    """One category. `slots` are those of its entries in no order, `bytes` counts them and their partitions, `broom` is
    the place last swept. `promise` is how often an entry of this category is hit, before anything is known of the
    entry: hits per admission, both fading, with a benefit of the doubt."""

    __slots__ = (
        "_before", "_hits", "_reaped", "_reviewed", "_sown", "admitted", "broom", "bytes", "evicted", "expired",
        "hits_exact", "hits_semantic", "misses", "name", "probes", "promise", "refused", "slots", "vetoes", "wrong",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name
        self.slots = array("i")
        self.bytes = 0
        self.broom = 0
        self.promise = 1.0
        self._sown = self._reaped = self._reviewed = 0.0
        self._before = self._hits = 0
        self.hits_exact = self.hits_semantic = self.misses = self.vetoes = self.probes = self.wrong = 0
        self.admitted = self.refused = self.evicted = self.expired = 0

    def review(self, now: float, half_life: float) -> None:
        """Say anew what the category promises."""
        hits = self.hits_exact + self.hits_semantic + self.probes
        gone = now - self._reviewed
        if gone > half_life / 8:
            fade = math.exp2(-gone / half_life)
            self._sown, self._reaped, self._reviewed = self._sown * fade, self._reaped * fade, now
        self._sown, self._before = self._sown + self.admitted - self._before, self.admitted
        self._reaped, self._hits = self._reaped + hits - self._hits, hits
        self.promise = min(_MOST, max(_LEAST, (self._reaped + _DOUBT) / (self._sown + _DOUBT)))

    def found(self, vetoes: int, probe: bool) -> None:
        """A look-up by likeness found an answer, after so many vetoes."""
        self.vetoes += vetoes
        self.probes += probe
        self.hits_semantic += not probe

    def spurned(self, probe: bool) -> None:
        """What was found is not used: a veto and a miss."""
        self.vetoes += 1
        self.misses += 1
        self.probes -= probe
        self.hits_semantic -= not probe

    def stats(self) -> CategoryStats:
        """The books as of now."""
        return CategoryStats(
            entries=len(self.slots),
            bytes=self.bytes,
            hits_exact=self.hits_exact,
            hits_semantic=self.hits_semantic,
            misses=self.misses,
            vetoes=self.vetoes,
            probes=self.probes,
            wrong=self.wrong,
            admitted=self.admitted,
            refused=self.refused,
            evicted=self.evicted,
            expired=self.expired,
        )


class Home(msgspec.Struct, gc=False, eq=False):
    """One partition of one tenant in one category: the only place where its entries can be found by likeness.
    `number` is what its entries know it by, `charged` what its index was last counted for, `dim` the length of its
    vectors, `changes` how many of them came and went."""

    key: tuple[str, bytes, str]
    shelf: Shelf
    number: int = -1
    count: int = 0
    index: Index | None = None
    dim: int = 0
    charged: int = 0
    changes: int = 0

    @property
    def nbytes(self) -> int:
        """What the partition takes beside its entries."""
        if self.index is None:
            return HOME + len(self.key[1])
        return HOME + len(self.key[1]) + self.index.nbytes


def weigh(entry: Entry, size: int) -> int:
    """The bytes of memory that keeping an entry with a body of `size` takes, its vector and its slot left out."""
    asked = entry.asked
    # names are shared by many entries, but a client may choose some of them: they are charged in full, and widely
    names = len(entry.tenant) + len(entry.category) + len(entry.content_type) + len(entry.model) + len(entry.served_by)
    return (
        OVERHEAD + size + len(entry.key) + len(entry.partition) + 4 * (names + len(entry.embedder))
        + (len(asked) if asked.isascii() else getsizeof(asked))
    )  # fmt: skip


def saving(entry: Entry, size: int) -> float:
    """What one hit on an answer of `size` bytes saves, in US$: what it cost, or what its tokens would elsewhere."""
    cost = entry.cost
    if cost > 0.0:
        return cost if cost < _DEAREST else _DEAREST
    return DOLLARS_PER_TOKEN_IN * entry.tokens_in + DOLLARS_PER_TOKEN_OUT * (entry.tokens_out or size / 4)
