"""Exact search, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cache.makers import axis, clustered
from wrp_cache.index import BLOCK, FlatIndex, unit


def naive(rows: dict[int, np.ndarray], query: np.ndarray, k: int, floor: float) -> list[tuple[int, float]]:
    """The definition: every row, sorted."""
    sims = [(label, float(row @ query)) for label, row in rows.items()]
    return sorted((hit for hit in sims if hit[1] >= floor), key=lambda hit: -hit[1])[:k]


@pytest.mark.fault("C8")
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf"), 0.0, 1e30, 1e-20])
def test_a_vector_without_direction_is_refused(bad: float) -> None:
    """NaN, infinities, zero and what overflows cannot be compared."""
    with pytest.raises(ValueError, match="no direction"):
        unit(np.full(4, bad, np.float32), 4)


@pytest.mark.fault("C8")
@pytest.mark.parametrize("shape", [(3,), (5,), (1, 4), (), (0,)])
def test_a_vector_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    """A wrong dimension never reaches the product."""
    with pytest.raises(ValueError, match="shape"):
        unit(np.ones(shape, np.float32), 4)


def test_any_length_is_made_one() -> None:
    """Vectors come out as float32 of length one, whatever they were."""
    made = unit(np.array([3.0, 4.0], np.float64), 2)
    assert made.dtype == np.float32
    assert made.tolist() == pytest.approx([0.6, 0.8])


def test_a_column_of_a_matrix_is_a_vector() -> None:
    """Native code wants its numbers side by side; of one that is so already no copy is made."""
    column = np.array([[0.6, 1.0], [0.8, 1.0]], np.float32)[:, 0]
    made = unit(column, 2)
    assert made.flags.c_contiguous
    assert made.tolist() == column.tolist()
    assert unit(made, 2) is made


@pytest.mark.parametrize("dim", [3, 127, 128, 200])
@pytest.mark.parametrize("floor", [-1.0, 0.2, 0.9])
def test_search_is_exact(dim: int, floor: float) -> None:
    """The split into heads and tails refuses only rows that are below the floor."""
    data = clustered(300, dim, 3)
    index = FlatIndex(dim)
    for label, row in enumerate(data):
        index.add(label, row)
    for query in clustered(20, dim, 3):
        found = index.search(query, 5, floor)
        wanted = naive(dict(enumerate(data)), query, 5, floor)
        assert [sim for _, sim in found] == pytest.approx([sim for _, sim in wanted], abs=1e-5)


def test_many_rows_above_the_floor() -> None:
    """When most heads pass, the whole block is compared, and still the nearest come first."""
    index = FlatIndex(4)
    for label in range(500):
        index.add(label, np.array([1.0, label / 500, 0.0, 0.0], np.float32))
    assert [label for label, _ in index.search(axis(0, 4), 3)] == [0, 1, 2]
    assert index.search(axis(0, 4), 0) == []


def test_blocks_come_and_go() -> None:
    """Beyond one block a second one is opened, and dropped when its rows are gone."""
    index, data = FlatIndex(4), clustered(BLOCK + 5, 4, 1)
    for label, row in enumerate(data):
        index.add(label, row)
    full = index.nbytes
    assert index.search(data[BLOCK + 2], 1)[0][1] == pytest.approx(1.0, abs=1e-5)
    for label in range(5):
        index.remove(label)
    assert index.nbytes < full
    assert len(index) == BLOCK
    for label in range(5, BLOCK + 5):
        assert index.vector(label).tolist() == pytest.approx(data[label].tolist(), abs=1e-5)
        index.remove(label)
    assert (index.nbytes, len(index), index.span, index.at(0)) == (0, 0, 0, None)


def test_a_walk_downwards_meets_everyone() -> None:
    """Whoever walks through the places from the last to the first misses nobody who stays, whatever is removed."""
    index, data = FlatIndex(4), clustered(BLOCK + 60, 4, 1)
    for label, row in enumerate(data):
        index.add(label, row)
    gone, met = set(), set()
    for place in range(index.span - 1, -1, -1):
        if place % 3 == 0 and place * 7 % (BLOCK + 60) in index:
            gone.add(place * 7 % (BLOCK + 60))
            index.remove(place * 7 % (BLOCK + 60))
        met.add(index.at(place))
    assert met - {None} >= set(range(BLOCK + 60)) - gone


@pytest.mark.parametrize("dim", [6, 200])
def test_the_peak(dim: int) -> None:
    """Hardly any component is larger, and it is no larger than the largest."""
    index, data = FlatIndex(dim), clustered(300, dim, 3)
    assert index.peak is None
    for label, row in enumerate(data):
        index.add(label, row)
    assert index.peak is not None
    assert np.mean(np.abs(data).max(1) <= index.peak) == pytest.approx(0.99, abs=0.01)


def test_labels_are_unique() -> None:
    """A label already there, and one that is not there, are errors of the caller."""
    index = FlatIndex(2)
    index.add(1, axis(0, 2))
    with pytest.raises(ValueError, match="already"):
        index.add(1, axis(1, 2))
    with pytest.raises(KeyError):
        index.remove(2)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=120), st.integers(0, 1000))
def test_against_a_dict(steps: list[tuple[bool, int]], seed: int) -> None:
    """Whatever is added and removed, search gives what a dict of rows would, and growth is foretold."""
    data = clustered(41, 6, seed)
    index, rows = FlatIndex(6), {}
    for adding, label in steps:
        before, most = index.nbytes, index.growth()
        if adding and label not in rows:
            index.add(label, data[label])
            rows[label] = data[label]
            assert index.nbytes <= before + most
        elif not adding and label in rows:
            index.remove(label)
            del rows[label]
    assert len(index) == len(rows)
    found = index.search(data[0], 4, 0.1)
    assert [sim for _, sim in found] == pytest.approx([sim for _, sim in naive(rows, data[0], 4, 0.1)], abs=1e-5)
    assert {label for label, _ in found} <= set(rows)


def test_numbers_too_large_for_float32() -> None:
    """What overflows on the way to float32 is refused without a warning."""
    with pytest.raises(ValueError, match="no direction"):
        unit(np.array([1e300, 0.0]), 2)
