"""From exact search to a graph and back, one request at a time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cache.makers import clustered
from wrp_cache.hnsw import Graph, available
from wrp_cache.partition import PartitionIndex, graph_here

with_graphs = pytest.mark.skipif(not available(), reason="hnswlib has no wheel and is not installed")
DATA = clustered(400, 8, 4)


def test_without_graphs_it_stays_exact() -> None:
    """A machine without a compiler searches exactly, however much there is."""
    index = PartitionIndex(8, None, promote_at=10)
    for label in range(40):
        index.add(label, DATA[label])
    assert index.kind == "flat"
    assert index.search(DATA[3], 1)[0][0] == 3


def test_what_this_machine_can_do() -> None:
    """Graphs are built where hnswlib can be imported."""
    assert (graph_here() is not None) == available()


@with_graphs
def test_promotion_is_incremental() -> None:
    """Each put moves a few vectors; until the last has moved the exact index answers; all are found at all times."""
    index = PartitionIndex(8, Graph(), promote_at=10, stride=2)
    seen = []
    for label in range(40):
        index.add(label, DATA[label])
        seen.append(index.kind)
        assert all(index.search(DATA[known], 1)[0][0] == known for known in range(label + 1))
    assert seen[9] == "flat"
    assert seen[10] == "flat>hnsw"
    assert seen[-1] == "hnsw"
    assert seen.count("flat>hnsw") >= 5


@with_graphs
def test_removal_while_it_changes() -> None:
    """What is removed during the change is found neither before nor after, whether it had moved or not."""
    index = PartitionIndex(8, Graph(), promote_at=10, stride=1)
    for label in range(12):
        index.add(label, DATA[label])
    assert index.kind == "flat>hnsw"
    gone = {0, 5, 10, 11}
    for label in gone:
        index.remove(label)
    for label in range(20, 60):
        index.add(label, DATA[label])
    assert index.kind == "hnsw"
    assert {label for label, _ in index.search(DATA[0], 60)}.isdisjoint(gone)
    assert len(index) == 48


@with_graphs
def test_tombstones_are_left_behind() -> None:
    """A graph that is more tombstones than vectors is followed by a fresh one, and memory does not creep."""
    index = PartitionIndex(8, Graph(), promote_at=10, stride=3)
    for label in range(40):
        index.add(label, DATA[label])
    kinds = set()
    for label in range(40, 400):
        index.remove(label - 40)
        index.add(label, DATA[label])
        kinds.add(index.kind)
    assert kinds == {"hnsw", "hnsw>hnsw"}
    assert index.nbytes <= 2 * Graph().nbytes(8)
    assert index.search(DATA[399], 1)[0][0] == 399


@with_graphs
def test_a_shrunken_graph_becomes_exact_again() -> None:
    """Below half of the bar the graph is not worth its memory."""
    index = PartitionIndex(8, Graph(), promote_at=20, stride=7)
    for label in range(60):
        index.add(label, DATA[label])
    for label in range(57):
        index.remove(label)
    index.add(60, DATA[60])
    assert index.kind == "flat"
    assert {label for label, _ in index.search(DATA[58], 10)} == {57, 58, 59, 60}


@with_graphs
@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.sampled_from("aaar"), st.integers(0, 60)), max_size=150))
def test_growth_is_never_more_than_foretold(steps: list[tuple[str, int]]) -> None:
    """Whoever makes room for `growth` bytes is never surprised, successors included."""
    index, held = PartitionIndex(8, Graph(), promote_at=10, stride=2), set()
    for step, label in steps:
        before, most = index.nbytes, index.growth()
        if step == "a" and label not in held:
            index.add(label, DATA[label])
            held.add(label)
            assert index.nbytes <= before + most
        elif step == "r" and label in held:
            index.remove(label)
            held.remove(label)
            assert index.nbytes <= before
    assert len(index) == len(held)
    assert {label for label, _ in index.search(DATA[0], 100)} <= held
