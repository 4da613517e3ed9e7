"""Look-ups: who may get which answer, and when."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cache.makers import BrokenStore, ForgetfulStore, axis, cache, entry, near
from wrp_cache import Bar, Hit, Refused
from wrp_cache.guard import Guard

ASKED = "How do I reset my password?"


def test_exact_hit() -> None:
    """The identical request of the same tenant gets the answer, with its age."""
    room = cache()
    kept = entry()
    assert room.put(kept, None, 0.0)
    assert room.exact(b"k", "a", 5.0) == Hit(kept, "exact", 1.0, 5.0)
    assert room.exact(b"other", "a", 5.0) is None
    assert len(room) == 1


def test_an_answer_too_old_for_the_caller() -> None:
    """It is no hit and is not counted as one; it stays for others, and a fresh one further off may answer."""
    room = cache()
    room.put(entry(b"1", created=0.0), axis(0), 0.0)
    room.put(entry(b"2", created=8.0), near(0, 0.9), 8.0)
    assert room.exact(b"1", "a", 10.0, max_age=5.0) is None
    assert room.stats().categories["default"].hits_exact == 0
    hit = room.nearest(b"p", "a", axis(0), "How can I reset my password?", "default", 10.0, max_age=5.0)
    assert isinstance(hit, Hit)
    assert (hit.entry.key, hit.age) == (b"2", 2.0)
    assert room.nearest(b"p", "a", axis(0), ASKED, "default", 10.0, max_age=1.0) is None
    assert room.exact(b"1", "a", 10.0, max_age=10.0) is not None


def test_semantic_hit() -> None:
    """A near question in the same place gets the answer, with its similarity."""
    room = cache()
    assert room.put(entry(), axis(0), 0.0)
    hit = room.nearest(b"p", "a", near(0, 0.9), "How can I reset my password?", "default", 2.0)
    assert isinstance(hit, Hit)
    assert (hit.kind, hit.age) == ("semantic", 2.0)
    assert hit.similarity == pytest.approx(0.9, abs=1e-5)


def test_the_bar_is_the_categorys() -> None:
    """A category's own threshold decides, and `default` for a category without one."""
    room = cache({"code": Bar(threshold=0.95), "default": Bar(threshold=0.8)})
    room.put(entry(b"1", category="code"), axis(0), 0.0)
    room.put(entry(b"2", category="poetry"), axis(0), 0.0)
    assert room.nearest(b"p", "a", near(0, 0.9), ASKED, "code", 0.0) is None
    assert isinstance(room.nearest(b"p", "a", near(0, 0.9), ASKED, "poetry", 0.0), Hit)
    assert set(room.stats().categories) == {"code", "default"}


@pytest.mark.parametrize(
    ("partition", "tenant", "category"), [(b"q", "a", "default"), (b"p", "b", "default"), (b"p", "a", "code")]
)
def test_another_place_is_a_miss(partition: bytes, tenant: str, category: str) -> None:
    """The same question elsewhere finds nothing, however near."""
    room = cache()
    room.put(entry(), axis(0), 0.0)
    assert room.nearest(partition, tenant, axis(0), ASKED, category, 0.0) is None


@given(st.text(max_size=4), st.text(max_size=4), st.binary(max_size=4), st.binary(max_size=4))
def test_tenants_never_share(one: str, other: str, key: bytes, partition: bytes) -> None:
    """Whatever names, keys and partitions look like, a tenant gets only its own answers."""
    room = cache()
    room.put(entry(key, tenant=one, partition=partition, body=b"one"), axis(0), 0.0)
    found = room.exact(key, other, 0.0), room.nearest(partition, other, axis(0), ASKED, "default", 0.0)
    if one != other:
        assert found == (None, None)
        room.put(entry(key, tenant=other, partition=partition, body=b"other"), axis(0), 0.0)
        mine = room.exact(key, one, 0.0)
        assert mine is not None
        assert mine.entry.body == b"one"


def test_a_swapped_document_is_not_served() -> None:
    """Whatever the maps say, a document that names somebody else, or another question, stays in the cache."""
    for wrong in (entry(tenant="b"), entry(b"other", partition=b"q"), entry(b"other", category="code")):
        store = ForgetfulStore()
        room = cache(store=store)
        room.put(entry(), axis(0), 0.0)
        store.swap(wrong)
        assert room.exact(b"k", "a", 0.0) is None
        assert room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0) is None


def test_a_lost_document_is_forgotten() -> None:
    """When the store no longer has it, it is a miss, and its place is free."""
    store = ForgetfulStore()
    room = cache(store=store)
    room.put(entry(), axis(0), 0.0)
    store.lose()
    assert room.exact(b"k", "a", 0.0) is None
    assert (len(room), room.stats().bytes) == (0, 0)


def test_ttl() -> None:
    """An answer is good until its age reaches the category's ttl, by key and by likeness."""
    room = cache({"default": Bar(ttl=60.0)})
    room.put(entry(), axis(0), 0.0)
    assert room.exact(b"k", "a", 59.9) is not None
    assert room.nearest(b"p", "a", axis(0), ASKED, "default", 60.0) is None
    assert room.exact(b"k", "a", 59.9) is None
    assert room.stats().categories["default"].expired == 1


@pytest.mark.parametrize("now", [float("nan"), float("inf")])
def test_a_clock_that_lies(now: float) -> None:
    """No age that cannot be known is young enough."""
    room = cache()
    room.put(entry(), axis(0), 0.0)
    assert room.exact(b"k", "a", now) is None


def test_an_entry_from_the_future_grows_old_too() -> None:
    """Its age counts from the put, and is never negative."""
    room = cache({"default": Bar(ttl=10.0)})
    assert room.put(entry(created=1e9), None, 5.0)
    hit = room.exact(b"k", "a", 4.0)
    assert hit is not None
    assert hit.age == 0.0
    assert room.exact(b"k", "a", 15.0) is None


def test_vetoes_are_told() -> None:
    """Where every near neighbour is vetoed, the vetoes come back, the nearest first."""
    room = cache()
    room.put(entry(b"1", asked="How do I reset 2 passwords?"), near(0, 0.9), 0.0)
    room.put(entry(b"2", asked="How do I not reset my password?"), axis(0), 0.0)
    refused = room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    assert isinstance(refused, Refused)
    assert [veto.evidence.split(":")[0] for veto in refused.vetoes] == ["negation", "number"]
    assert refused.vetoes[0].asked == "How do I not reset my password?"
    stats = room.stats().categories["default"]
    assert (stats.vetoes, stats.misses) == (2, 1)


def test_a_further_neighbour_may_pass() -> None:
    """After a veto the next nearest is asked about; what was vetoed on the way is counted."""
    room = cache()
    room.put(entry(b"1", asked="How do I reset 2 passwords?"), axis(0), 0.0)
    room.put(entry(b"2", body=b"right"), near(0, 0.95), 0.0)
    hit = room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    assert isinstance(hit, Hit)
    assert hit.entry.body == b"right"
    stats = room.stats().categories["default"]
    assert (stats.vetoes, stats.hits_semantic) == (1, 1)


def test_only_so_many_neighbours() -> None:
    """The guard is asked about the nearest few and no more."""
    room = cache(neighbours=1)
    room.put(entry(b"1", asked="How do I reset 2 passwords?"), axis(0), 0.0)
    room.put(entry(b"2"), near(0, 0.95), 0.0)
    assert isinstance(room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0), Refused)


@pytest.mark.fault("C8")
@pytest.mark.parametrize("bad", [np.full(8, np.nan, np.float32), np.zeros(8, np.float32), axis(0, 5)])
def test_vectors_that_cannot_be_compared(bad: np.ndarray) -> None:
    """NaN, zero and wrong dimensions: not cached, not found, no exception."""
    room = cache()
    assert room.put(entry(b"1"), axis(0), 0.0)
    assert not room.put(entry(b"2"), bad, 0.0)
    assert room.nearest(b"p", "a", bad, ASKED, "default", 0.0) is None
    assert room.exact(b"2", "a", 0.0) is None
    assert room.stats().categories["default"].refused == 1


def test_without_a_vector_only_by_key() -> None:
    """An entry without a vector has no neighbours; one with a vector may join it."""
    room = cache()
    room.put(entry(b"1"), None, 0.0)
    assert room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0) is None
    room.put(entry(b"2"), axis(0), 0.0)
    assert isinstance(room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0), Hit)
    assert room.exact(b"1", "a", 0.0) is not None


@pytest.mark.fault("C8")
def test_a_threshold_that_is_no_number() -> None:
    """No similarity reaches NaN."""
    room = cache({"default": Bar(threshold=float("nan"))})
    room.put(entry(), axis(0), 0.0)
    assert room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0) is None


def test_the_guard_is_an_argument() -> None:
    """A guard without rules lets everything pass."""
    room = cache(guard=Guard(rules=()))
    room.put(entry(asked="Delete it"), axis(0), 0.0)
    assert isinstance(room.nearest(b"p", "a", axis(0), "Do not delete it", "default", 0.0), Hit)


def test_a_store_that_fails_is_a_miss() -> None:
    """Nothing raises, failures are counted, and the cache works again when the store does."""
    store = BrokenStore()
    room = cache(store=store)
    room.put(entry(), axis(0), 0.0)
    store.down = True
    assert room.exact(b"k", "a", 0.0) is None
    assert room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0) is None
    assert not room.put(entry(b"2"), axis(1), 0.0)
    assert room.purge(tenant="a", now=0.0) == 1
    assert room.stats().store_failures == 4
    store.down = False
    assert room.put(entry(), axis(0), 0.0)
    assert room.exact(b"k", "a", 0.0) is not None


def test_counters() -> None:
    """Hits and misses are counted by category; a miss by key has none."""
    room = cache()
    room.exact(b"k", "a", 0.0)
    room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    room.put(entry(), axis(0), 0.0)
    room.exact(b"k", "a", 0.0)
    room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0)
    stats = room.stats()
    counts = stats.categories["default"]
    assert (stats.exact_misses, stats.entries, stats.partitions, stats.max_bytes) == (1, 1, 1, 64 << 20)
    assert (counts.hits_exact, counts.hits_semantic, counts.misses, counts.admitted) == (1, 1, 1, 1)
