"""What is kept, and in whose place; what is told twice."""

from __future__ import annotations

import pytest

from tests.cache.makers import BrokenStore, Elsewhere, axis, cache, entry
from tests.cache.test_cache_away import Taught
from wrp_cache import Cache, FlatIndex, Hit, name_of

ASKED = "How do I reset my password?"
NAME = name_of("a", b"k")


class Counting(FlatIndex):
    """One that counts what is added."""

    __slots__ = ("added",)

    def __init__(self, dim: int) -> None:
        super().__init__(dim)
        self.added = 0

    def add(self, label: int, vector: object) -> None:
        self.added += 1
        super().add(label, vector)  # type: ignore[arg-type]


def finds(room: Cache, at: int) -> bool:
    return isinstance(room.nearest(b"p", "a", axis(at), ASKED, "default", 5.0), Hit)


def told() -> tuple[Cache, Taught]:
    """A cache that learned of an entry without its vector, and who was told to forget."""
    taught = Taught()
    room = cache(store=Elsewhere(), acceptance=taught, index=Counting)
    assert room.learn(entry(body=b""), None, 5, 2.0)
    return room, taught


def test_a_vector_that_comes_later_costs_nothing_else() -> None:
    """The entry keeps its slot and its hits, and what was learnt of it; its date may differ by what clocks do."""
    room, taught = told()
    assert room.exact(b"k", "a", 3.0) is not None
    heat, before = room._held.rows.heat[0], room.stats()
    assert room.learn(entry(body=b"", created=0.01), axis(1), 5, 3.0)
    assert (finds(room, 1), room._held.rows.slots, taught.forgotten) == (True, 1, [])
    assert room._held.rows.heat[0] >= heat > 0.0
    after = room.stats()
    assert (after.entries, after.categories["default"].admitted) == (1, before.categories["default"].admitted)
    assert after.bytes > before.bytes


def test_what_is_told_twice_is_not_added_twice() -> None:
    """With or without its vector."""
    room, _ = told()
    for vector in (axis(1), axis(1), None):
        assert room.learn(entry(body=b""), vector, 5, 3.0)
    assert (room._held.home(("a", b"p", "default")).index.added, len(room)) == (1, 1)


@pytest.mark.parametrize("change", [{"created": 1.5}, {"model": "other"}, {"partition": b"q"}, {"category": "x"}])
def test_another_entry_of_that_name_replaces_it(change: dict[str, object]) -> None:
    """Made at another time, by another, or elsewhere."""
    room, taught = told()
    assert room.learn(entry(body=b"", **change), axis(1), 5, 3.0)
    assert (len(room), taught.forgotten) == (1, [NAME])


def test_a_vector_for_which_there_is_no_room() -> None:
    """The entry stays without it."""
    room, _ = told()
    room._held._max_bytes = room._held.nbytes
    room._held._victim = lambda shelf, now: (0.0, None)  # type: ignore[method-assign]
    assert room.learn(entry(body=b""), axis(1), 5, 3.0)
    assert (len(room), finds(room, 1)) == (1, False)


def test_an_entry_evicted_for_its_own_vector() -> None:
    """It is gone, and whoever told of it hears that."""
    room, _ = told()
    room._held._max_bytes = room._held.nbytes
    assert not room.learn(entry(body=b""), axis(1), 5, 3.0)
    assert len(room) == 0


def test_a_store_that_fails() -> None:
    """The entry is not kept, and the failure is counted with the others."""
    store = BrokenStore()
    room = cache(store=store)
    store.down = True
    assert not room.put(entry(), None, 0.0)
    assert (len(room), room.stats().store_failures) == (0, 1)
