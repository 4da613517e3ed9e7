"""The graph beside its exact twin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cache.makers import axis, clustered
from wrp_cache.hnsw import Graph, HnswIndex, available
from wrp_cache.index import FlatIndex
from wrp_signals.facts import Vector

pytestmark = pytest.mark.skipif(not available(), reason="usearch is not installed")


def recall(flat: FlatIndex, graph: HnswIndex, dim: int) -> float:
    """The share of true neighbours among eight that the graph finds, for vectors it has not seen."""
    met = wanted = 0
    for query in clustered(100, dim, 6):
        truth = {label for label, _ in flat.search(query, 8)}
        met += len(truth & {label for label, _ in graph.search(query, 8)})
        wanted += len(truth)
    return met / wanted


def twins(data: Vector) -> tuple[FlatIndex, HnswIndex]:
    """The same rows, by their places, in an exact index and in a graph."""
    flat, graph = FlatIndex(data.shape[1]), HnswIndex(data.shape[1], Graph())
    for label, row in enumerate(data):
        flat.add(label, row)
        graph.add(label, row)
    return flat, graph


def test_recall_beside_the_twin() -> None:
    """At least 95 of 100 true neighbours are found, after a third of the rows were removed."""
    flat, graph = twins(clustered(1500, 32, 5))
    for label in range(0, 1500, 3):
        flat.remove(label)
        graph.remove(label)
    assert graph.tombstones == 500
    assert recall(flat, graph, 32) >= 0.95


def test_recall_after_everyone_was_replaced() -> None:
    """It does not wear out: not even where each row has been taken five times, and those that stayed are found too."""
    data = clustered(3500, 32, 5)
    flat, graph = FlatIndex(32), HnswIndex(32, Graph())
    for label in range(500):
        flat.add(label, data[label])
        graph.add(label, data[label])
    for label in range(500, 3500):
        gone = label - 450 if label >= 500 + 50 else label - 500 + 50
        flat.remove(gone)
        graph.remove(gone)
        flat.add(label, data[label])
        graph.add(label, data[label])
    assert (len(graph), graph.span) == (500, 500)
    assert recall(flat, graph, 32) >= 0.95
    assert sum(graph.search(data[label], 1)[0][0] == label for label in range(50)) >= 48


def test_similarities_are_cosines() -> None:
    """What the graph reports is what the twin reports to within bytes, and nothing below the floor."""
    graph = HnswIndex(3, Graph())
    graph.add(7, np.array([3.0, 4.0, 0.0], np.float32))
    graph.add(9, axis(2, 3))
    assert graph.search(axis(1, 3), 2, 0.5) == [(7, pytest.approx(0.8, abs=5e-3))]
    assert graph.search(axis(1, 3), 0) == []
    assert graph.vector(7).tolist() == pytest.approx([0.6, 0.8, 0.0], abs=5e-3)
    assert [graph.at(place) for place in range(graph.span)] == [7, 9]


def test_growth_is_foretold() -> None:
    """Memory rises by what was announced, and not at all where a row is taken again."""
    graph = HnswIndex(4, Graph())
    for label, row in enumerate(clustered(300, 4, 1)):
        before, most = graph.nbytes, graph.growth()
        graph.add(label, row)
        assert graph.nbytes == before + most > before
    graph.remove(5)
    assert graph.growth() == 0
    assert graph.growth(2) > 0
    graph.add(300, axis(0, 4))
    assert graph.nbytes == before + most


def test_a_million_entries_fit() -> None:
    """By its own books a million entries of 384 dimensions take less than 800 bytes each, and fewer not much more."""
    assert Graph().nbytes(384, 1_000_000) < 800 * 1_000_000
    for rows in (10_000, 100_000, 1 << 20 | 1):
        assert Graph().nbytes(384, rows) < 850 * rows


def test_nothing_left_to_find() -> None:
    """An empty graph, and one of tombstones, find nothing and do not raise."""
    graph = HnswIndex(4, Graph())
    assert graph.search(axis(0, 4), 4) == []
    graph.add(1, axis(0, 4))
    graph.remove(1)
    assert graph.search(axis(0, 4), 4) == []
    assert len(graph) == 0


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
    with pytest.raises(KeyError):
        graph.vector(5)
    assert (len(graph), graph.span) == (1, 1)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=200), st.integers(0, 1000))
def test_against_a_dict(steps: list[tuple[bool, int]], seed: int) -> None:
    """Whatever comes and goes: who is there is found, by its own vector first, and who is gone is never found."""
    data = clustered(41, 24, seed)
    graph, held = HnswIndex(24, Graph()), set()
    for adding, label in steps:
        if adding and label not in held:
            graph.add(label, data[label])
            held.add(label)
        elif not adding and label in held:
            graph.remove(label)
            held.remove(label)
        assert label not in held or graph.search(data[label], 1)[0][1] > 0.97
    assert {label for label in range(41) if label in graph} == held
    assert {label for label, _ in graph.search(data[0], 100)} == held
    assert {graph.at(place) for place in range(graph.span)} - {None} == held


def test_a_worn_graph_is_searched_wider() -> None:
    """In proportion to the rows that were taken again, and a restored one is as worn as it was."""
    graph = HnswIndex(8, Graph(ef=40, wider=0, worn=0.5))
    data = clustered(200, 8, 3)
    for label in range(100):
        graph.add(label, data[label])
    assert (graph.wear, graph.shape.width(100, graph.wear)) == (0.0, 40)
    for label in range(50):
        graph.remove(label)
        graph.add(100 + label, data[100 + label])
    assert (graph.wear, graph.shape.width(100, graph.wear)) == (0.5, 50)
    for label in range(50, 150):
        graph.remove(label)
        graph.add(100 + label, data[label])
    assert graph.shape.width(100, graph.wear) == 60
    other = HnswIndex(8, graph.shape)
    rows = np.arange(100, dtype=np.uint32)
    assert other.restore(graph.saved(), 100, rows, wear=0.25)
    assert other.wear == 0.25


def test_a_floor_is_met_early() -> None:
    """The higher the floor, the fewer candidates are looked at, down to a third; a worn graph needs more of them."""
    graph = Graph(ef=40, wider=0, worn=0.5)
    widths = [graph.width(10_000, 0.0, floor) for floor in (-1.0, 0.6, 0.7, 0.8, 0.95)]
    assert widths == [40, 40, 27, 14, 14]
    assert graph.width(10_000, 1.0, 0.8) == 21


def test_what_is_near_is_found_at_a_floor() -> None:
    """Whatever is at the floor or nearer is found as by the twin, from unseen vectors close to what is there."""
    data = clustered(3000, 32, 5)
    flat, graph = twins(data)
    asked = data[::30] + 0.08 * clustered(100, 32, 9)
    for query in (asked / np.linalg.norm(asked, axis=1, keepdims=True)).astype(np.float32):
        true, found = flat.search(query, 1, 0.85), graph.search(query, 1, 0.84)
        assert not true or found[0][0] == true[0][0]
