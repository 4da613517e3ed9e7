"""Places for entries: taken, found, valued and given back."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cache.makers import cache, entry
from wrp_cache.rows import Newcomer, Rows, left
from wrp_cache.shelf import Home, Shelf
from wrp_cache.types import name_of


def newcomer(number: int = 1, **fields: object) -> Newcomer:
    """An entry whose name comes from a number, in a home of its own."""
    home = Home(("a", b"p", "default"), Shelf("default"), number=0)
    given: dict[str, object] = {"home": home, "weight": 1000, "saving": 1.0, "created": 0.0}
    return Newcomer(name_of("a", b"%d" % number), **(given | fields))  # type: ignore[arg-type]


def test_taken_and_found() -> None:
    """A name leads to the slot, and the slot to everything else."""
    rows = Rows()
    entry = newcomer(header=b"h", created=3.0)
    rows.settle(entry.home)
    slot = rows.take(entry, 7, 5.0)
    assert rows.find(entry.name) == slot
    assert rows.find(name_of("a", b"other")) is None
    assert (rows.name(slot), rows.home(slot), rows.header(slot)) == (entry.name, entry.home, b"h")
    assert (rows.created[slot], rows.seen[slot], rows.place[slot], rows.weight[slot]) == (3.0, 5.0, 7, 1000)
    assert rows.held(slot)


def test_a_slot_is_taken_again() -> None:
    """What was there before leaves nothing behind, and the number of slots does not grow."""
    rows = Rows()
    first, second = newcomer(1, header=b"h"), newcomer(2)
    slot = rows.take(first, 0, 0.0)
    rows.take(second, 1, 0.0)
    rows.touch(slot, 0.0, 10.0)
    assert rows.drop(slot, deserted=False) == first.name
    assert (rows.find(first.name), rows.held(slot), rows.vacant, rows.header(slot)) == (None, False, 1, b"")
    assert rows.take(newcomer(3), 0, 9.0) == slot
    assert (rows.heat[slot], rows.seen[slot], rows.slots, rows.count, rows.vacant) == (0.0, 9.0, 2, 2, 0)


def test_the_last_one_takes_the_memory_with_it() -> None:
    """An empty cache has no slots."""
    rows = Rows()
    slots = [rows.take(newcomer(number), 0, 0.0) for number in range(10)]
    for slot in slots:
        rows.drop(slot, deserted=False)
    assert (rows.slots, rows.count) == (0, 0)


def test_a_number_is_given_again() -> None:
    """When a home's last entry goes, its number is free for the next."""
    rows, homes = Rows(), [newcomer(number).home for number in range(4)]
    for number, home in enumerate(homes[:3]):
        rows.settle(home)
        rows.take(newcomer(number, home=home), 0, 0.0)
    assert [home.number for home in homes[:3]] == [0, 1, 2]
    rows.drop(1, deserted=True)
    rows.settle(homes[3])
    slot = rows.take(newcomer(9, home=homes[3]), 0, 0.0)
    assert (homes[3].number, slot, rows.home(slot)) == (1, 1, homes[3])


def test_the_garbage_collector_finds_nothing() -> None:
    """However many entries there are, it has no more to visit."""
    room = cache()
    room.put(entry(), None, 0.0)
    gc.collect()
    before = len(gc.get_objects())
    for number in range(1000):
        room.put(entry(b"%d" % number), None, 0.0)
    gc.collect()
    assert len(gc.get_objects()) - before < 100


def test_worth_falls_with_age_and_rises_with_hits() -> None:
    """Half of the life gone is half of the worth; a hit doubles it; a half-life takes half of the warmth back."""
    rows, kept = Rows(), newcomer()
    rows.settle(kept.home)
    slot = rows.take(kept, 0, 0.0)
    fresh = rows.worth(slot, 0.0, 100.0, 1e9)
    assert fresh == pytest.approx(1e-3)
    assert rows.worth(slot, 50.0, 100.0, 1e9) == pytest.approx(fresh / 2)
    assert rows.worth(slot, 100.0, 100.0, 1e9) == rows.worth(slot, 200.0, 100.0, 1e9) == 0.0
    assert rows.worth(slot, 0.0, 0.0, 1e9) == 0.0
    rows.touch(slot, 0.0, 10.0)
    assert rows.worth(slot, 0.0, 100.0, 10.0) == pytest.approx(2 * fresh)
    assert rows.worth(slot, 10.0, 1e9, 10.0) == pytest.approx(fresh, rel=1e-6)
    rows.touch(slot, 10.0, 10.0)
    assert rows.heat[slot] == pytest.approx(1.5)


def test_a_promising_category_is_worth_more() -> None:
    """Before an entry was hit, its category speaks for it."""
    rows, plain, promising = Rows(), newcomer(1), newcomer(2)
    promising.home.shelf.promise = 3.0
    rows.settle(plain.home)
    rows.settle(promising.home)
    one, other = rows.take(plain, 0, 0.0), rows.take(promising, 0, 0.0)
    assert rows.worth(other, 0.0, 100.0, 10.0) == pytest.approx(3 * rows.worth(one, 0.0, 100.0, 10.0))


@given(st.floats(allow_nan=False), st.floats())
def test_what_is_left_is_a_share(age: float, ttl: float) -> None:
    """Never less than nothing; a life of no length has nothing left."""
    assert left(age, ttl) >= 0.0
    assert left(abs(age), ttl) <= 1.0
    assert left(1.0, 0.0) == 0.0
