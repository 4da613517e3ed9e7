"""Whose answers are found, for how long, and which go when there is no room."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.examples.making import DIM, Books, axis, between, kept
from wrp_policies.examples.memory import OVERHEAD, SHELF, MemorySpec, unit_of


def test_found_by_its_own_tenant() -> None:
    """On its own shelf, and by nobody else: not by another tenant, whatever the names are made of, nor under other
    instructions."""
    books = Books()
    assert books.add("mine", axis(0))
    assert books.ids(axis(0)) == ["mine"]
    for tenant, shelf in (("u", "s"), ("t", "other"), ("", "s"), ("t\x00", "s"), ("ts", ""), ("local", "s")):
        assert books.ids(axis(0), tenant, shelf) == []
    assert books.memory.find("t", "mine") is not None
    assert books.memory.find("u", "mine") is None


def test_over_its_time() -> None:
    """From that second on it is not found, and with the next one that comes it is gone."""
    books = Books()
    assert books.add("old", axis(0), until=10.0)
    assert (books.ids(axis(0), now=9.9), books.ids(axis(0), now=10.0)) == (["old"], [])
    assert books.gone == []
    assert books.add("new", axis(1), now=10.0)
    assert (books.gone, len(books.memory)) == ([("t", "old")], 1)
    assert not books.add("late", axis(2), now=1_000.0)


def test_equal_questions() -> None:
    """One answer is enough: the later, unless the earlier one stands higher."""
    books = Books()
    assert books.add("first", axis(0))
    assert books.add("second", axis(0))
    assert books.ids(axis(0)) == ["second"]
    found = books.memory.find("t", "second")
    assert found is not None
    found.standing = 1.0
    assert not books.add("third", axis(0))
    assert books.ids(axis(0)) == ["second"]


@pytest.mark.parametrize(
    ("vector", "changes"),
    [
        (np.zeros(DIM, np.float32), {}),
        (np.full(DIM, np.nan, np.float32), {}),
        (np.full(DIM, 1e30, np.float32), {}),
        (axis(0), {"size": 10_000}),
        (axis(0), {"until": 0.0}),
    ],
)
def test_what_is_refused(vector: Any, changes: dict[str, Any]) -> None:
    """No direction, too long, or over already. Nothing of it stays."""
    books = Books()
    with np.errstate(all="ignore"):
        assert not books.add("e", vector, **changes)
        assert books.memory.near("t", "s", vector, 3, 0.0, 0.0) == []
    assert (len(books.memory), books.memory.bytes) == (0, 0)


def test_the_same_id_again() -> None:
    """Is refused; and vectors of another length, or of none, find nothing."""
    books = Books()
    assert books.add("e", axis(0))
    assert not books.add("e", axis(1))
    assert books.ids(np.ones(DIM + 1, np.float32)) == books.ids(np.zeros(DIM, np.float32)) == []


def test_who_fills_it_fills_it_for_himself() -> None:
    """However much another tenant asks, a small one keeps what it has."""
    books, draw = Books(entries=20), np.random.default_rng(0)
    for number in range(3):
        assert books.add(f"small-{number}", axis(number), tenant="small")
    for number in range(500):
        books.add(f"e{number}", draw.standard_normal(DIM).astype(np.float32), tenant="large", shelf=f"s{number % 9}")
    assert len(books.memory) == 20
    assert {tenant for tenant, _ in books.gone} == {"large"}
    assert len(books.ids(axis(0), tenant="small")) == 3


def test_the_least_worth_goes() -> None:
    """What never helped before what did; of these the one that was not used for long, or is longer."""
    books = Books(entries=4)
    for number, (gain, size) in enumerate([(0.0, 200), (4.0, 200), (4.0, 2_000), (4.0, 200)]):
        assert books.add(f"e{number}", axis(number), size=size)
        one = books.memory.find("t", f"e{number}")
        assert one is not None
        one.count, one.gain = 5.0, gain
        books.memory.use(one)
    used = books.memory.find("t", "e1")
    assert used is not None
    for _ in range(8):
        books.memory.use(used)
    for number in range(4, 7):
        assert books.add(f"e{number}", axis(number))
        newest = books.memory.find("t", f"e{number}")
        assert newest is not None
        newest.count, newest.gain, newest.uses = 1.0, 9.0, 9
    assert [id for _, id in books.gone] == ["e0", "e2", "e3"]


@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 3), st.floats(0.0, 90.0)), max_size=80
    ),
    entries=st.integers(1, 12),
)
def test_books_balance(steps: list[tuple[int, int, int, float]], entries: int) -> None:
    """Bytes and entries are those of what is there, never more than allowed; what was told gone is gone."""
    spec = {"entries": entries, "bytes": 65_536, "ttl": 50.0}
    books, draw, added = Books(**spec), np.random.default_rng(1), set[tuple[str, str]]()
    now = 0.0
    for number, (what, tenant, shelf, later) in enumerate(steps):
        now += later if what == 5 else 0.1
        name, vector = f"e{number}", draw.standard_normal(DIM).astype(np.float32)
        size = 100 * (what + 1)
        if books.add(name, vector, now, f"s{shelf}", tenant=f"t{tenant}", size=size, until=now + later):
            added.add((f"t{tenant}", name))
        if what == 0 and added - set(books.gone):
            one = books.memory.find(*sorted(added - set(books.gone))[0])
            assert one is not None
            books.memory.remove(one)
    books.memory.expire(now)
    here = added - set(books.gone)
    assert len(books.gone) == len(set(books.gone))
    found = [one for one in [books.memory.find(*name) for name in sorted(here)] if one is not None]
    assert len(found) == len(here) == len(books.memory) <= entries
    shelves = {id(one.shelf) for one in found}
    assert books.memory.bytes == sum([one.size for one in found]) + SHELF * len(shelves) <= 65_536


def test_many_that_left_early() -> None:
    """The list of what ends when does not grow with them."""
    books = Books(entries=3)
    for number in range(300):
        assert books.add(f"e{number}", between(0.5 + number / 1_000, other=number % 7 + 1))
    assert len(books.memory._ends) < 60
    assert len(books.memory) <= 3


def test_sizes() -> None:
    """An answer is counted with its vector and what it takes besides."""
    books = Books()
    books.add("e", axis(0), size=200)
    assert books.memory.bytes == 200 + 4 * DIM + OVERHEAD + SHELF
    assert unit_of(np.array([3.0, 4.0], np.float32)) == pytest.approx([0.6, 0.8])
    assert kept().size == 200


def test_memory_too_small() -> None:
    """The configuration says so."""
    with pytest.raises(msgspec.ValidationError, match="bytes"):
        msgspec.convert({"bytes": 10}, MemorySpec)
    books = Books(bytes=65_536, entry=1 << 20)
    assert not books.add("e", axis(0), size=70_000)
    assert len(books.memory) == 0
