"""What is kept, what goes, and the memory that both may take."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cache.makers import MIB, axis, cache, entry, small_graphs
from wrp_cache import Bar, Cache, MemoryStore
from wrp_cache.hnsw import available
from wrp_cache.rows import SLOT
from wrp_cache.shelf import HOME, weigh

KIB = 1024


def filled(count: int, **fields: object) -> Cache:
    """A cache of a quarter MiB into which more was put than it holds."""
    room = cache(max_bytes=256 * KIB, **fields)
    for number in range(count):
        room.put(entry(b"%d" % number, body=b"x" * 4096, created=number * 0.01), None, number * 0.01)
    return room


@pytest.mark.parametrize("body", [b"", b"x" * 5000])
def test_admission(body: bytes) -> None:
    """Neither an empty answer nor one above `max_entry` is kept."""
    room = cache(max_entry=4 * KIB)
    assert not room.put(entry(body=body), None, 0.0)
    assert room.stats().categories["default"].refused == 1


@pytest.mark.parametrize(("ttl", "created"), [(0.0, 0.0), (60.0, -60.0), (float("nan"), 0.0)])
def test_what_is_too_old_is_not_kept(ttl: float, created: float) -> None:
    """An answer that could not be served is not stored."""
    assert not cache({"default": Bar(ttl=ttl)}).put(entry(created=created), None, 0.0)


def test_replacement() -> None:
    """The same key again replaces the answer, and nothing is counted twice."""
    room = cache()
    room.put(entry(body=b"old"), axis(0), 0.0)
    before = room.stats().bytes
    room.put(entry(body=b"new"), axis(0), 1.0)
    hit = room.exact(b"k", "a", 1.0)
    assert hit is not None
    assert hit.entry.body == b"new"
    assert (len(room), room.stats().bytes) == (1, before)


def test_full_is_full() -> None:
    """Old entries make room for new ones, and the bound holds."""
    room = filled(200)
    stats = room.stats()
    assert 0.9 * stats.max_bytes < stats.bytes <= stats.max_bytes
    assert stats.categories["default"].evicted > 100
    assert room.exact(b"199", "a", 2.0) is not None


def test_what_is_asked_often_stays() -> None:
    """A flood of one-time questions does not flush an answer that is hit."""
    room = cache(max_bytes=256 * KIB)
    room.put(entry(b"dear", body=b"x" * 4096), None, 0.0)
    for number in range(300):
        assert room.exact(b"dear", "a", 0.0) is not None
        room.put(entry(b"%d" % number, body=b"x" * 4096), None, 0.0)


def test_a_dear_answer_outlives_cheap_ones() -> None:
    """What cost more stays longer, and is not displaced for less."""
    room = cache(max_bytes=256 * KIB)
    for number in range(60):
        room.put(entry(b"dear%d" % number, body=b"x" * 4096, cost=1.0), None, 0.0)
    held = len(room)
    assert not room.put(entry(b"cheap", body=b"x" * 4096, cost=0.001), None, 0.0)
    assert room.put(entry(b"dearer", body=b"x" * 4096, cost=2.0), None, 0.0)
    assert len(room) == held


def test_hits_are_forgotten() -> None:
    """A hit loses half of its weight in every half-life, so yesterday's favourite goes at last."""
    room = filled(0, half_life=10.0)
    room.put(entry(b"old", body=b"x" * 4096), None, 0.0)
    for _ in range(50):
        room.exact(b"old", "a", 0.0)
    for number in range(300):
        room.put(entry(b"%d" % number, body=b"x" * 4096, created=200.0), None, 200.0 + number * 0.01)
    assert room.exact(b"old", "a", 210.0) is None


def test_quota() -> None:
    """A category over its quota evicts its own, and never what others hold."""
    room = cache({"small": Bar(quota=0.25), "default": Bar()}, max_bytes=256 * KIB)
    for number in range(10):
        room.put(entry(b"other%d" % number, body=b"x" * 4096), None, 0.0)
    for number in range(100):
        assert room.put(entry(b"%d" % number, body=b"x" * 4096, category="small"), None, 0.0)
    stats = room.stats()
    assert stats.categories["small"].bytes <= 64 * KIB
    assert stats.categories["default"].entries == 10
    assert stats.categories["default"].evicted == 0


def test_memory_goes_where_it_saves_most() -> None:
    """Of two categories the one whose entries are hit gets the memory, though the other puts as much; and if that
    changes, so does the memory."""
    room = cache({"hot": Bar(), "cold": Bar(), "default": Bar()}, max_bytes=256 * KIB, half_life=100.0)
    rng, number = random.Random(1), 0

    def shares(asked_again: str, other: str, start: int) -> tuple[int, int]:
        nonlocal number
        for now in range(start, start + 4000):
            key = b"%s%d" % (asked_again.encode(), rng.randrange(60))
            if room.exact(key, "a", now) is None:
                room.put(entry(key, body=b"x" * 2000, category=asked_again, created=now), None, now)
            number += 1
            room.put(entry(b"once%d" % number, body=b"x" * 2000, category=other, created=now), None, now)
        stats = room.stats().categories
        return stats[asked_again].entries, stats[other].entries

    often, once = shares("hot", "cold", 0)
    assert often > 55 > once
    often, once = shares("cold", "hot", 4000)
    assert often > 55


def test_a_second_sighting() -> None:
    """Where it is asked for, an answer is kept only when it is put again; a newer one replaces it at once."""
    room = cache(second_sighting=True)
    empty = room.stats().bytes
    assert not room.put(entry(), None, 0.0)
    assert room.put(entry(), None, 1.0)
    assert room.put(entry(body=b"new"), None, 2.0)
    assert not room.put(entry(tenant="b"), None, 2.0)
    assert room.learn(entry(b"told", tenant="b"), None, 5, 2.0)
    assert 0 < empty < MIB
    room.purge(now=0.0)
    assert room.stats().bytes == empty


def test_more_than_the_quota_can_hold() -> None:
    """What no eviction could make room for evicts nothing."""
    room = cache({"small": Bar(quota=0.01), "default": Bar()}, max_bytes=256 * KIB)
    room.put(entry(b"1", category="small", body=b"x"), None, 0.0)
    assert not room.put(entry(b"2", category="small", body=b"x" * 8000), None, 0.0)
    assert not cache(max_bytes=KIB).put(entry(), None, 0.0)


def test_vectors_count_too() -> None:
    """An entry that fits is refused if the first block of its partition's index does not."""
    room = cache(max_bytes=20 * KIB)
    assert not room.put(entry(), axis(0, 8000), 0.0)
    assert room.put(entry(), axis(0, 10), 0.0)


@pytest.mark.parametrize("beyond", [0, 1, HOME // 2, HOME])
def test_a_partition_that_empties_for_a_newcomer_of_its_own_is_paid_for_again(beyond: int) -> None:
    """Its last entry takes the partition's own bytes with it, and what then comes brings them back."""
    room = cache(max_bytes=24 * KIB)
    assert room.put(entry(b"dear", partition=b"q", body=b"x" * 8192, cost=1.0), None, 0.0)
    fits = room._held.spare - SLOT - weigh(entry(b"large"), 0) - HOME - len(entry().partition)
    assert room.put(entry(b"cheap", body=b"x" * 64), None, 0.0)
    assert room.put(entry(b"large", body=b"x" * (fits + beyond), cost=2.0), None, 0.0)
    assert room.stats().bytes <= room.stats().max_bytes
    assert (room.stats().bytes == room.stats().max_bytes) == (beyond == 0)
    assert room.made(b"dear", "a") == (None if beyond else 0.0)


def test_no_put_evicts_without_end() -> None:
    """A large answer among small ones is refused after a few dozen victims rather than stall a request."""
    room = cache(max_bytes=256 * KIB)
    for number in range(150):
        room.put(entry(b"%d" % number), None, 0.0)
    before = room.stats().categories["default"].entries
    assert not room.put(entry(b"big", body=b"x" * 200 * KIB, cost=10.0), None, 0.0)
    evicted = room.stats().categories["default"].evicted
    assert 0 < evicted <= 64
    assert before - evicted == room.stats().categories["default"].entries


def test_expired_entries_are_swept() -> None:
    """Puts find what has expired a few at a time, without anybody asking for it."""
    room = cache({"default": Bar(ttl=10.0)})
    for number in range(50):
        room.put(entry(b"%d" % number), None, 0.0)
    for number in range(200):
        room.put(entry(b"new%d" % number, created=20.0), None, 20.0)
    assert room.stats().categories["default"].expired == 50


@pytest.mark.parametrize(
    ("tenant", "partition", "left"),
    [("a", None, b"3"), (None, b"q", b"13"), ("a", b"p", b"23"), (None, None, b""), ("x", None, b"123")],
)
def test_purge(tenant: str | None, partition: bytes | None, left: bytes) -> None:
    """A tenant's, a partition's, one in the other, or all; by key and by likeness."""
    room = cache()
    kept = {b"1": ("a", b"p"), b"2": ("a", b"q"), b"3": ("b", b"p")}
    for key, (whose, where) in kept.items():
        room.put(entry(key, tenant=whose, partition=where), axis(0), 0.0)
    assert room.purge(tenant, partition, now=0.0) == 3 - len(left)
    for key, (whose, where) in kept.items():
        assert (room.exact(key, whose, 0.0) is not None) == (key in left)
        asked = "How do I reset my password?"
        assert (room.nearest(where, whose, axis(0), asked, "default", 0.0) is not None) == (key in left)
    assert room.stats().partitions == len(left)


PUTS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 60_000), st.sampled_from("xyz"), st.booleans(), st.integers(0, 50)),
    max_size=60,
)


@settings(max_examples=40)
@given(PUTS, st.integers(0, 100))
def test_the_bound_is_never_exceeded(puts: list[tuple[int, int, str, bool, int]], seed: int) -> None:
    """Whatever sizes, categories and vectors are put, bytes stay below the bound and the quotas, and add up."""
    bars = {"x": Bar(quota=0.3, ttl=30.0), "default": Bar()}
    index = small_graphs if available() else None
    limit = 300 * KIB
    room = Cache(bars, MemoryStore(), limit, 50 * KIB, random.Random(seed), index=index)
    data = np.eye(31, dtype=np.float32)
    for key, size, category, with_vector, now in puts:
        vector = data[key] if with_vector else None
        room.put(entry(b"%d" % key, body=b"b" * size, category=category, created=float(now)), vector, float(now))
        stats = room.stats()
        assert stats.bytes <= limit
        free = room._held.rows.vacant * SLOT
        assert stats.bytes == sum(each.bytes for each in stats.categories.values()) + free
        assert stats.categories.get("x", stats.categories.get("default")).bytes <= limit
        if "x" in stats.categories:
            assert stats.categories["x"].bytes <= 0.3 * limit
    room.purge(now=0.0)
    assert (room.stats().bytes, len(room)) == (0, 0)
