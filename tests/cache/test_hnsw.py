"""The graph beside its exact twin."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cache.makers import axis, clustered
from wrp_cache.hnsw import STEP, Graph, HnswIndex, available
from wrp_cache.index import FlatIndex

pytestmark = pytest.mark.skipif(not available(), reason="hnswlib has no wheel and is not installed")


def test_a_library_that_is_not_there() -> None:
    """Looking for it imports nothing and raises nothing."""
    assert not available("no_such_library")


def test_recall_beside_the_twin() -> None:
    """At least 95 of 100 true neighbours are found, after a third of the rows were removed."""
    data = clustered(1500, 32, 5)
    flat, graph = FlatIndex(32), HnswIndex(32, Graph(ef=64))
    for label, row in enumerate(data):
        flat.add(label, row)
        graph.add(label, row)
    for label in range(0, 1500, 3):
        flat.remove(label)
        graph.remove(label)
    assert graph.tombstones == 500
    met = wanted = 0
    for query in clustered(100, 32, 6):
        truth = {label for label, _ in flat.search(query, 8)}
        met += len(truth & {label for label, _ in graph.search(query, 8)})
        wanted += len(truth)
    assert met / wanted >= 0.95


def test_similarities_are_cosines() -> None:
    """What the graph reports is what the twin reports, and nothing below the floor."""
    graph = HnswIndex(3, Graph())
    graph.add(7, np.array([3.0, 4.0, 0.0], np.float32))
    graph.add(9, axis(2, 3))
    assert graph.search(axis(1, 3), 2, 0.5) == [(7, pytest.approx(0.8, abs=1e-5))]
    assert graph.vector(7).tolist() == pytest.approx([0.6, 0.8, 0.0])
    assert sorted(graph.labels()) == [7, 9]


def test_growth_is_in_steps_and_foretold() -> None:
    """Memory rises only when the slots are full, by what was announced."""
    graph = HnswIndex(4, Graph())
    for label, row in enumerate(clustered(STEP, 4, 1)):
        assert graph.growth() == 0
        graph.add(label, row)
    before, most = graph.nbytes, graph.growth()
    graph.add(STEP, axis(0, 4))
    assert graph.nbytes == before + most > before
    assert len(graph) == STEP + 1


def test_nothing_left_to_find() -> None:
    """An empty graph, and one of tombstones, find nothing and do not raise."""
    graph = HnswIndex(4, Graph())
    assert graph.search(axis(0, 4), 4) == []
    graph.add(1, axis(0, 4))
    graph.remove(1)
    assert graph.search(axis(0, 4), 4) == []
    assert len(graph) == 0


def test_neighbours_behind_tombstones() -> None:
    """Where the library meets fewer live rows than asked for it refuses them all; fewer are asked for then."""
    graph = HnswIndex(8, Graph(m=2, construction=4, ef=1))
    data = clustered(400, 8, 2)
    for label, row in enumerate(data):
        graph.add(label, row)
    for label in range(360):
        graph.remove(label)
    for query in data[:50]:
        found = graph.search(query, 40)
        assert all(label >= 360 for label, _ in found)


def test_what_it_refuses() -> None:
    """Bad vectors and labels are refused before native code sees them."""
    graph = HnswIndex(2, Graph())
    graph.add(1, axis(0, 2))
    with pytest.raises(ValueError, match="already"):
        graph.add(1, axis(0, 2))
    with pytest.raises(ValueError, match="direction"):
        graph.add(2, np.array([np.nan, 0.0], np.float32))
    with pytest.raises(ValueError, match="shape"):
        graph.search(axis(0, 3), 1)
    with pytest.raises(KeyError):
        graph.remove(5)
