"""The cache over an archive: documents that are elsewhere, learnt of, lost and forgotten."""

from __future__ import annotations

import pytest

from tests.cache.makers import Elsewhere, axis, cache, entry
from wrp_cache import Bar, Hit, MemoryStore, StoreFailed, name_of
from wrp_cache.bars.acceptance import Fixed

ASKED = "How do I reset my password?"
NAME = name_of("a", b"k")


class Taught(Fixed):
    """An acceptance that notes what it is told to forget."""

    __slots__ = ("forgotten",)

    def __init__(self) -> None:
        self.forgotten: list[bytes] = []

    def forget(self, name: bytes) -> None:
        self.forgotten.append(name)


def test_a_hit_may_be_away() -> None:
    """By key and by likeness the header is found, and the archive has the body."""
    room = cache(store=Elsewhere())
    whole = entry(body=b"whole", created=1.0, model="m")
    assert room.put(whole, axis(0), 1.0)
    for hit in (room.exact(b"k", "a", 5.0), room.nearest(b"p", "a", axis(0), ASKED, "default", 5.0)):
        assert isinstance(hit, Hit)
        assert (hit.away, hit.age, hit.entry) == (True, 4.0, entry(body=b"", created=1.0, model="m"))
        here = room.arrived(hit, whole)
        assert here is not None
        assert (here.away, here.entry, here.kind, here.age) == (False, whole, hit.kind, 4.0)


def test_a_document_at_hand_is_not_away() -> None:
    """What the archive has in memory is served at once."""
    store = Elsewhere()
    room = cache(store=store)
    room.put(entry(body=b"whole"), None, 0.0)
    store.near = True
    hit = room.exact(b"k", "a", 0.0)
    assert hit is not None
    assert (hit.away, hit.entry.body) == (False, b"whole")


def test_learnt_entries_are_found() -> None:
    """As those that were put, without the store being written to; also without a vector."""
    store = Elsewhere()
    room = cache(store=store)
    assert room.learn(entry(body=b""), axis(0), 500, 0.0)
    assert room.learn(entry(b"2", body=b""), None, 500, 0.0)
    assert len(store) == 0
    hit = room.nearest(b"p", "a", axis(0), ASKED, "default", 1.0)
    assert isinstance(hit, Hit)
    assert hit.away
    assert room.exact(b"2", "a", 1.0) is not None


def test_what_cannot_be_learnt() -> None:
    """Too old, too large, or of no size."""
    room = cache({"default": Bar(ttl=10.0)}, store=Elsewhere(), max_entry=10_000)
    assert not room.learn(entry(created=-10.0), None, 5, 0.0)
    assert not room.learn(entry(), None, 10_000, 0.0)
    assert not room.learn(entry(), None, 0, 0.0)
    assert (room.stats().categories["default"].refused, len(room)) == (3, 0)


def test_bodies_elsewhere_do_not_count() -> None:
    """What is charged is what is here."""
    here, elsewhere = cache(), cache(store=Elsewhere())
    for room in (here, elsewhere):
        room.put(entry(body=b"x" * 100_000), None, 0.0)
    assert here.stats().bytes > 100_000
    assert elsewhere.stats().bytes < 3_000


@pytest.mark.parametrize("found", [None, entry(tenant="b"), entry(b"other"), entry(partition=b"q")])
def test_a_lost_document_is_forgotten(found: object) -> None:
    """Whether the archive has nothing of that name, or somebody else's."""
    room = cache(store=Elsewhere())
    room.put(entry(), None, 0.0)
    hit = room.exact(b"k", "a", 0.0)
    assert hit is not None
    assert room.arrived(hit, found) is None  # type: ignore[arg-type]
    assert (len(room), room.exact(b"k", "a", 0.0)) == (0, None)
    room.lost(hit)


def test_what_was_put_meanwhile_stays() -> None:
    """An entry made after the one that is lost is another answer."""
    room = cache(store=Elsewhere())
    room.put(entry(), None, 0.0)
    hit = room.exact(b"k", "a", 0.0)
    assert hit is not None
    room.put(entry(created=1.0), None, 1.0)
    room.lost(hit)
    assert len(room) == 1


def test_forgotten_by_name() -> None:
    """The archive says so, and is not told again."""
    store, acceptance = Elsewhere(), Taught()
    room = cache(store=store, acceptance=acceptance)
    room.put(entry(), None, 0.0)
    assert room.forget(NAME)
    assert not room.forget(NAME)
    assert (len(room), len(store), acceptance.forgotten) == (0, 1, [NAME])


def test_forgotten_here() -> None:
    """A store that is no archive loses the document too."""
    store = MemoryStore()
    room = cache(store=store)
    room.put(entry(), None, 0.0)
    assert room.forget(NAME)
    assert (len(room), len(store)) == (0, 0)


def test_replacing_does_not_erase() -> None:
    """A newer answer that was learnt stays in the archive, whatever becomes of the older one's books."""
    store, acceptance = Elsewhere(), Taught()
    room = cache(store=store, acceptance=acceptance)
    room.put(entry(), None, 0.0)
    assert room.learn(entry(created=1.0, body=b""), None, 5, 1.0)
    assert (len(store), len(room), acceptance.forgotten) == (1, 1, [NAME])


def test_a_replacement_that_fails_leaves_nothing() -> None:
    """If the new answer cannot be kept, the old one is not served either, and the store hears of it."""

    class Full(Elsewhere):
        def put(self, name: bytes, entry: object, vector: object) -> None:
            if len(self):
                raise StoreFailed("full")
            super().put(name, entry, vector)  # type: ignore[arg-type]

    store = Full()
    room = cache(store=store)
    room.put(entry(), None, 0.0)
    assert not room.put(entry(body=b"new"), None, 1.0)
    assert (len(room), len(store), room.stats().store_failures) == (0, 0, 1)
