"""Rounds over everything: purging and walking in steps."""

from __future__ import annotations

from math import inf

import pytest

from tests.cache.makers import Elsewhere, axis, cache, entry
from wrp_cache import FlatIndex, PartitionIndex, StoreFailed
from wrp_cache.rounds import recall

ASKED = "How do I reset my password?"


def test_a_purge_takes_small_steps() -> None:
    """None removes more than some sixty entries, and all of them together remove all."""
    room = cache()
    for number in range(1000):
        room.put(entry(b"%d" % number, tenant="ab"[number % 2]), None, 0.0)
    steps = list(room.purging(tenant="a", now=0.0))
    assert (sum(steps), len(room)) == (500, 500)
    assert max(steps) <= 64


def test_from_the_call_on_nothing_is_served() -> None:
    """By key and by likeness, before the first step has removed anything; others are served meanwhile."""
    room = cache()
    for tenant in "ab":
        room.put(entry(tenant=tenant), axis(0), 0.0)
    steps = room.purging(tenant="a", now=0.0)
    assert room.exact(b"k", "a", 0.0) is None
    assert room.nearest(b"p", "a", axis(0), ASKED, "default", 0.0) is None
    assert room.exact(b"k", "b", 0.0) is not None
    assert (len(room), sum(steps), len(room)) == (2, 1, 1)


def test_what_comes_after_a_purge_is_served() -> None:
    """The order is over when its last step is done, even if other orders are under way."""
    room = cache()
    other = room.purging(tenant="b", now=0.0)
    assert room.purge(tenant="a", now=0.0) == 0
    room.put(entry(), None, 0.0)
    room.put(entry(tenant="b"), None, 0.0)
    assert room.exact(b"k", "a", 0.0) is not None
    assert room.exact(b"k", "b", 0.0) is None
    assert sum(other) == 1


@pytest.mark.parametrize(
    ("scope", "meant"),
    [
        ((None, None), {("a", b"p"), ("a", b"q"), ("b", b"p")}),
        (("a", None), {("a", b"p"), ("a", b"q")}),
        ((None, b"p"), {("a", b"p"), ("b", b"p")}),
        (("a", b"q"), {("a", b"q")}),
    ],
)
def test_what_was_being_made_is_not_kept(scope: tuple[str | None, bytes | None], meant: set[tuple[str, bytes]]) -> None:
    """Its request began before the purge, or at the same moment. What began after it is kept, and so is what was
    imported: it has no beginning."""
    room = cache()
    room.purge(*scope, now=10.0)
    places = [("a", b"p"), ("a", b"q"), ("b", b"p")]

    def refused(begun: float) -> set[tuple[str, bytes]]:
        entries = [entry(tenant=whose, partition=where, begun=begun, created=11.0) for whose, where in places]
        return {place for place, one in zip(places, entries, strict=True) if not room.put(one, None, 11.0)}

    assert refused(9.0) == refused(10.0) == meant
    assert refused(10.1) == refused(inf) == set()
    assert room.stats().categories["default"].refused == 2 * len(meant)


def test_the_last_purge_counts_and_few_are_remembered_apart() -> None:
    """Of very many, all count as one of everything: what was being made is not kept, be it whose it may."""
    room = cache()
    for now in (5.0, 10.0):
        room.purge(tenant="a", now=now)
    assert not room.put(entry(begun=7.0), None, 11.0)
    assert room.put(entry(tenant="b", begun=7.0), None, 11.0)
    for number in range(1024):
        room.purge(tenant=f"t{number}", now=12.0)
    assert not room.put(entry(tenant="b", begun=7.0), None, 13.0)
    assert room.put(entry(tenant="b", begun=12.5), None, 13.0)


def test_entries_may_come_and_go_meanwhile() -> None:
    """A purge between whose steps the cache is used ends, and leaves nothing old of what it was to purge."""
    room = cache()
    for number in range(500):
        room.put(entry(b"%d" % number), None, 0.0)
    for step, _ in enumerate(room.purging(tenant="a", now=0.0)):
        room.put(entry(b"new%d" % step, tenant="b"), None, 0.0)
        room.forget(b"\0" * 16)
    assert all(room.exact(b"%d" % number, "a", 0.0) is None for number in range(500))
    assert room.purge(tenant="a", now=0.0) == 0


def test_the_archive_is_purged_too() -> None:
    """Unless it is the archive that said so."""
    store = Elsewhere()
    room = cache(store=store)
    room.put(entry(), None, 0.0)
    assert sum(room.purging("a", b"p", everywhere=False, now=0.0)) == 1
    assert store.purged == []
    room.purge("a", b"p", now=0.0)
    assert store.purged == [("a", b"p")]


def test_an_archive_that_cannot_is_told_of() -> None:
    """The books are purged all the same, and whoever asked learns that the archive is not."""
    store = Elsewhere()
    room = cache(store=store)
    room.put(entry(), None, 0.0)
    store.down = True
    with pytest.raises(StoreFailed):
        room.purge(tenant="a", now=0.0)
    assert (len(room), room.stats().store_failures) == (0, 1)
    room.put(entry(), None, 0.0)
    assert room.exact(b"k", "a", 0.0) is not None


def test_a_walk_meets_everything_once() -> None:
    """With vectors where there are any; what is too old is not met."""
    room = cache()
    for number in range(5):
        room.put(entry(b"%d" % number), axis(number) if number % 2 else None, 0.0)
    met = {kept.entry.key: kept for kept in room.walk(1.0) if kept is not None}
    assert set(met) == {b"0", b"1", b"2", b"3", b"4"}
    assert [key for key, kept in met.items() if kept.vector is not None] == [b"1", b"3"]
    assert met[b"3"].vector is not None
    assert met[b"3"].vector.tolist() == axis(3).tolist()
    assert set(room.walk(1e9)) <= {None}


def test_a_walk_says_what_is_away() -> None:
    """Such an entry has no body, and everything else."""
    room = cache(store=Elsewhere())
    room.put(entry(), None, 0.0)
    (kept,) = room.walk(0.0)
    assert kept is not None
    assert kept.away
    assert (kept.entry.body, kept.entry.asked) == (b"", ASKED)


def test_an_index_may_keep_its_vectors() -> None:
    """None gives none back, and an unknown slot has none."""
    assert recall(None, 1) is None
    assert recall(FlatIndex(3), 1) is None
    assert recall(PartitionIndex(3, None), 1) is None
