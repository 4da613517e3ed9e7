"""Rows of bytes in a native graph."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cache.makers import axis, clustered
from wrp_cache.native import VERSIONS, ByteGraph, Shape, loaded, version

with_graphs = pytest.mark.skipif(version() is None, reason="usearch is not installed")
SHAPE = Shape(m=8, construction=32)


def test_a_library_that_is_not_there_or_was_not_tried() -> None:
    """Neither is used; looking for them imports nothing and raises nothing."""
    assert version("no-such-library") is None
    assert version("numpy") is None
    assert (version() is not None) == loaded()
    assert VERSIONS[0] < VERSIONS[1]


@with_graphs
def test_cosines_to_within_a_byte() -> None:
    """What is reported for a neighbour is its cosine, to about a thousandth."""
    graph, data = ByteGraph(384, SHAPE, 0.25), clustered(300, 384, 5)
    for row, vector in enumerate(data):
        graph.add(row, vector)
    for query in clustered(20, 384, 6):
        found = graph.near(query, 8, 32)
        assert [near for near, _ in found] == pytest.approx([float(query @ data[row]) for _, row in found], abs=3e-3)
        assert len(found) == 8
        assert graph.near(query, 8, 32, max(found)[0] + 0.2) == []


@with_graphs
@pytest.mark.parametrize("dim", [24, 384, 1536])
def test_nothing_is_left_out_at_a_floor(dim: int) -> None:
    """The library cuts off what a question has beyond whole bytes, so that all seems further away than it is."""
    graph, data = ByteGraph(dim, SHAPE, min(1.0, 5.0 * dim**-0.5)), clustered(200, dim, 5)
    data[0] = np.full(dim, dim**-0.5, np.float32)
    for row, vector in enumerate(data):
        graph.add(row, vector)
    asked = data[::4] + 0.4 * clustered(50, dim, 9)
    for query in (data[0], *(asked / np.linalg.norm(asked, axis=1, keepdims=True)).astype(np.float32)):
        found = graph.near(query, 8, 64)
        for near, row in found:
            assert row in [there for _, there in graph.near(query, 8, 64, near)]


@with_graphs
def test_components_beyond_the_peak() -> None:
    """They are cut off: the vector is less like the others than it is, never more."""
    graph, odd = ByteGraph(64, SHAPE, 0.2), np.full(64, 0.05, np.float32)
    odd[3] = (1.0 - 63 * 0.05**2) ** 0.5
    graph.add(0, odd)
    graph.add(1, axis(5, 64))
    assert 0.5 < {row: near for near, row in graph.near(odd, 2, 8)}[0] < 0.8
    fine = ByteGraph(64, SHAPE, 0.125)
    fine.add(0, np.full(64, 0.125, np.float32))
    assert fine.near(np.full(64, 0.125, np.float32), 1, 8) == [(pytest.approx(1.0), 0)]


@with_graphs
def test_vectors_come_back() -> None:
    """A row gives back its unit vector to within a byte per component, also after it was linked anew."""
    graph, data = ByteGraph(12, SHAPE, 1.0), clustered(40, 12, 5)
    for row, vector in enumerate(data):
        graph.add(row, vector)
    graph.relink(7)
    assert graph.vector(7).tolist() == pytest.approx(data[7].tolist(), abs=0.01)
    assert [row for _, row in graph.near(data[7], 1, 8)] == [7]


@with_graphs
def test_nothing_is_near_nothing() -> None:
    """An empty graph, and one that was emptied, have no neighbours."""
    graph = ByteGraph(4, SHAPE, 1.0)
    assert graph.near(axis(0, 4), 4, 8) == []
    graph.add(0, axis(0, 4))
    graph.remove(0)
    assert graph.near(axis(0, 4), 4, 8) == []


@with_graphs
def test_rows_that_come_and_go_for_ever() -> None:
    """After each of a few hundred rows was replaced dozens of times, exactly the latest vectors are there."""
    graph, data = ByteGraph(16, SHAPE, 1.0), clustered(300, 16, 2)
    for row in range(300):
        graph.add(row, data[row])
    rng, now = np.random.default_rng(1), np.arange(300)
    for row in rng.integers(0, 300, 12_000).tolist():
        now[row] = rng.integers(0, 300)
        graph.remove(row)
        graph.add(row, data[now[row]])
    for row in range(300):
        assert graph.vector(row) @ data[now[row]] > 0.999
    met = {row for vector in data for _, row in graph.near(vector, 8, 64)}
    assert met <= set(range(300))


@with_graphs
def test_a_graph_in_its_own_format() -> None:
    """It comes back with all of its rows; if it has others than it should, that is said."""
    graph, data = ByteGraph(8, SHAPE, 1.0), clustered(50, 8, 3)
    for row in range(50):
        graph.add(row, data[row])
    graph.remove(49)
    saved = graph.saved()
    other = ByteGraph(8, SHAPE, 1.0)
    assert other.restore(saved, np.arange(49, dtype=np.uint32))
    assert other.near(data[4], 3, 32) == graph.near(data[4], 3, 32)
    assert other.cosine(4, data[4]) == pytest.approx(1.0, abs=1e-3)
    other.add(49, data[49])
    assert [row for _, row in other.near(data[49], 1, 32)] == [49]
    assert not ByteGraph(8, SHAPE, 1.0).restore(saved, np.arange(48, dtype=np.uint32))
    assert not ByteGraph(8, SHAPE, 1.0).restore(saved, np.arange(1, 50, dtype=np.uint32))
