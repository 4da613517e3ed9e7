"""Graphs from before."""

from __future__ import annotations

import pytest

from tests.cache.snapshots import DIM, PLACE, built, data_of, name
from wrp_cache.heritage import Heritage
from wrp_cache.hnsw import Graph, available
from wrp_cache.partition import PartitionIndex
from wrp_cache.snapshot import read

pytestmark = pytest.mark.skipif(not available(), reason="usearch is not installed")
WHERE = ("a", b"p", "c")


def left(dim: int = DIM) -> tuple[Heritage, PartitionIndex, int]:
    """A heritage that waits for `WHERE`, the index of that place, and what that took over."""
    heritage, index = Heritage(), PartitionIndex(dim, Graph(), promote_at=10)
    assert not heritage
    heritage.leave(PLACE, read(data_of(built()), PLACE, "mini"), lambda where: PLACE if where == WHERE else "other")
    assert heritage.open(("b", b"p", "c"), dim, PartitionIndex(dim, Graph())) == 0
    return heritage, index, heritage.open(WHERE, dim, index)


def test_a_place_takes_over_its_graph() -> None:
    """From its first vector on, and once."""
    heritage, index, taken = left()
    assert (taken, index.nbytes, index.kind) == (index.nbytes, taken, "hnsw")
    assert heritage
    assert heritage.open(WHERE, DIM, PartitionIndex(DIM, Graph())) == 0
    assert heritage.has(WHERE, name(7))
    assert not heritage.has(("b", b"p", "c"), name(7))
    assert heritage.claim(WHERE, name(7), 99, built().vector(7))
    assert not heritage.claim(WHERE, name(7), 98, built().vector(7))
    assert index.search(built().vector(7), 1)[0][0] == 99


def test_an_index_that_is_followed_by_another_is_not_claimed_from() -> None:
    """Rows that its successor has passed would be lost."""
    heritage, index, _ = left()
    for row in range(5, 300):
        if row > 8:
            assert heritage.claim(WHERE, name(row), row, built().vector(row))
    for row in range(9, 297):
        index.remove(row)
    index.add(1000, built().vector(9))
    assert index.pending
    assert not heritage.claim(WHERE, name(7), 7, built().vector(7))


def test_a_place_that_is_gone_has_no_heritage() -> None:
    """Nothing waits there for whoever comes next, also while all is being given back."""
    heritage, _, _ = left()
    assert heritage.close(WHERE) == 295 * 28
    assert not heritage.claim(WHERE, name(7), 7, built().vector(7))
    assert (heritage.close(WHERE), bool(heritage)) == (0, False)
    given: list[int] = []
    other, _, _ = left()
    steps = other.settle(given.append)
    assert next(steps) == 32
    assert (other.has(WHERE, name(299)), other.close(WHERE)) == (False, 0)
    assert (32 + sum(steps), given) == (295, [-295 * 28])


def test_all_is_given_back() -> None:
    """What waited for a place, and what waited to be claimed."""
    given: list[int] = []
    heritage, index, _ = left()
    assert sum(heritage.settle(given.append)) == 295
    assert (sum(given) < 0, bool(heritage), len(index)) == (True, False, 0)
    other, _, taken = left(dim=12)
    assert taken == 0
    assert sum(other.settle(given.append)) == 295
