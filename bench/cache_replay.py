"""Requests with known truth through the real cache: what each look-up gave, and whether that was right.

There is no guard, for the requests have no texts: all is left to the bars."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import msgspec

from bench.cache_truth import Asked
from wrp_cache import Bar, Cache, Entry, Hit, MemoryStore
from wrp_cache.against import Unguarded
from wrp_cache.bars.acceptance import Acceptance
from wrp_cache.index import FlatIndex
from wrp_cache.stats import CacheStats

Given = Literal["exact", "semantic", "probe", "miss"]


class Seen(msgspec.Struct, frozen=True, gc=False):
    """What became of one request. `right`, `stale` of a neighbour that was served or probed: an answer to another
    question is neither, one to the same question from before its answer changed is stale."""

    category: str
    tenant: str
    given: Given
    right: bool = False
    stale: bool = False
    similarity: float = 0.0


def replay(
    asked: Iterable[Asked],
    bars: Mapping[str, Bar],
    acceptance: Acceptance,
    memory: int,
    seed: int = 1,
    variants: bool = True,
    books: Callable[[CacheStats], None] | None = None,
) -> list[Seen]:
    """Every request: by key, then by likeness, then upstream, whose answer is kept. Probes are judged by the truth.
    `books` is told in the end what the cache says of itself. Without `variants`, what a right neighbour was near to is
    kept to be found by key only."""
    cache = Cache(
        bars=bars, store=MemoryStore(), max_bytes=memory, max_entry=1 << 20, rng=random.Random(seed),
        guard=Unguarded(), acceptance=acceptance, index=FlatIndex,
    )  # fmt: skip
    every = [_one(cache, one, variants) for one in asked]
    if books is not None:
        books(cache.stats())
    return every


def _one(cache: Cache, one: Asked, variants: bool) -> Seen:
    key = hashlib.blake2b(f"{one.category} {one.question} {one.wording}".encode(), digest_size=16).digest()
    found: object = cache.exact(key, one.tenant, one.now)
    if found is None:
        found = cache.nearest(b"all", one.tenant, one.vector, "", one.category, one.now)
    if isinstance(found, Hit):
        what = _judged(one, found)
        if found.probe:
            cache.judged(found, what.right, one.now)
        else:
            return what
    else:
        what = Seen(one.category, one.tenant, "miss")
    known = what.given == "probe" and what.right and not variants
    cache.put(_answer(one, key), None if known else one.vector, one.now)
    return what


def _judged(one: Asked, hit: Hit) -> Seen:
    question, version = (int(part) for part in hit.entry.model.split())
    same = question == one.question
    given: Given = "probe" if hit.probe else hit.kind
    right = same and version == one.version
    return Seen(one.category, one.tenant, given, right, same and not right, hit.similarity)


def _answer(one: Asked, key: bytes) -> Entry:
    """Says in `model` what it answers."""
    return Entry(
        key=key, partition=b"all", tenant=one.tenant, category=one.category, asked="", body=b"x" * one.length,
        content_type="application/json", created=one.now, model=f"{one.question} {one.version}", cost=one.cost,
    )  # fmt: skip
