"""From exact search to a graph and back, one request at a time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cache.makers import clustered
from wrp_cache.hnsw import Graph, available
from wrp_cache.partition import PartitionIndex, graph_here

with_graphs = pytest.mark.skipif(not available(), reason="usearch is not installed")
DATA = clustered(400, 8, 4)


def test_without_graphs_it_stays_exact() -> None:
    """A machine without the library searches exactly, however much there is."""
    index = PartitionIndex(8, None, promote_at=10)
    for label in range(40):
        index.add(label, DATA[label])
    assert index.kind == "flat"
    assert index.search(DATA[3], 1)[0][0] == 3


def test_what_this_machine_can_do() -> None:
    """Graphs are built where usearch can be imported."""
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
def test_at_capacity_nothing_is_rebuilt() -> None:
    """Where each put follows a removal the graph takes rows again: no successor, and memory does not creep."""
    index = PartitionIndex(8, Graph(), promote_at=10, stride=3)
    for label in range(40):
        index.add(label, DATA[label])
    before = index.nbytes
    for label in range(40, 400):
        index.remove(label - 40)
        index.add(label, DATA[label])
        assert index.kind == "hnsw"
    assert index.nbytes == before
    assert index.search(DATA[399], 1)[0][0] == 399


@with_graphs
def test_tombstones_are_left_behind() -> None:
    """A graph that is more empty rows than vectors is followed by a smaller one, a few vectors at each put."""
    index = PartitionIndex(8, Graph(), promote_at=10, stride=3)
    for label in range(200):
        index.add(label, DATA[label])
    for label in range(150):
        index.remove(label)
    before, kinds = index.nbytes, []
    for label in range(200, 240):
        index.add(label, DATA[label])
        kinds.append(index.kind)
        assert all(index.search(DATA[known], 1)[0][0] == known for known in range(150, label + 1))
    assert kinds[0] == "hnsw>hnsw"
    assert kinds[-1] == "hnsw"
    assert kinds.count("hnsw>hnsw") >= 10
    assert index.nbytes < before


@with_graphs
def test_who_has_time_may_hurry() -> None:
    """`step` copies what `add` would have copied, and says when there is nothing left to do."""
    index = PartitionIndex(8, Graph(), promote_at=10, stride=1)
    for label in range(100):
        index.index.add(label, DATA[label])
    assert index.step(5)
    assert (index.kind, index.pending) == ("flat>hnsw", 95)
    index.remove(99)
    steps = 1
    while index.step(10):
        steps += 1
    assert (index.kind, index.pending, steps) == ("hnsw", 0, 10)
    assert not index.step(10)
    assert {label for label, _ in index.search(DATA[0], 100)} == set(range(99))


@with_graphs
def test_a_shrunken_graph_becomes_exact_again() -> None:
    """Below half of the bar the graph is not worth its memory."""
    index = PartitionIndex(8, Graph(), promote_at=20, stride=7)
    for label in range(60):
        index.add(label, DATA[label])
    for label in range(57):
        index.remove(label)
    for label in range(60, 64):
        index.add(label, DATA[label])
    assert index.kind == "flat"
    assert {label for label, _ in index.search(DATA[58], 10)} == set(range(57, 64))


@with_graphs
@settings(max_examples=30)
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


@with_graphs
@pytest.mark.parametrize("stride", [1, 7])
def test_growth_through_every_change(stride: int) -> None:
    """From exact to a graph, to a smaller graph, and back: each add takes at most what was announced."""
    index, kinds = PartitionIndex(8, Graph(), promote_at=30, stride=stride), set()
    there: list[int] = []
    for label in range(400):
        keep = 200 if label < 220 else 60 if label < 300 else 5
        while len(there) >= keep:
            index.remove(there.pop(0))
        before, most = index.nbytes, index.growth()
        index.add(label, DATA[label])
        there.append(label)
        assert index.nbytes <= before + most
        kinds.add(index.kind)
    assert kinds == {"flat", "flat>hnsw", "hnsw", "hnsw>hnsw", "hnsw>flat"}
    assert index.kind == "flat"
    assert index.vector(399).tolist() == pytest.approx(DATA[399].tolist(), abs=0.02)


def graphed(count: int = 60) -> PartitionIndex:
    """A partition whose graph is complete."""
    index = PartitionIndex(8, Graph(), promote_at=10)
    for label in range(count):
        index.add(label, DATA[label])
    while index.step(8):
        pass
    return index


@with_graphs
def test_a_graph_that_is_held_does_not_change() -> None:
    """What goes is not found any more; what comes is found after the release, when steps have taken it in."""
    index = graphed()
    graph = index.hold()
    assert graph is not None
    assert index.hold() is None
    before, full = graph.saved(), index.nbytes
    index.remove(3)
    index.remove(4)
    index.add(3, DATA[100])
    index.add(70, DATA[101])
    index.add(71, DATA[102])
    index.remove(71)
    assert graph.saved() == before
    assert (len(index), index.nbytes > full, index.step(9)) == (60, True, False)
    assert [label in index for label in (3, 4, 5, 70, 71)] == [True, False, True, True, False]
    assert not {3, 4, 70, 71} & {label for label, _ in index.search(DATA[3], 60)}
    assert index.vector(3).tolist() == DATA[100].tolist()
    assert index.release() == {3, 4}
    while index.step(1):
        pass
    assert (index.pending, len(index), index.search(DATA[100], 1)[0][0]) == (0, 60, 3)
    assert index.search(DATA[101], 1)[0][0] == 70
    assert 4 not in {label for label, _ in index.search(DATA[4], 60)}


@with_graphs
def test_what_is_put_off_is_taken_in_by_puts_too() -> None:
    """A label that went while the graph was held may come back before the graph knows."""
    index = graphed()
    assert index.hold() is not None
    for label in range(8):
        index.remove(label)
    assert len(index.release()) == 8
    index.add(7, DATA[200])
    for label in range(80, 90):
        assert index.growth() >= 0
        index.add(label, DATA[label])
    assert (index.pending, len(index)) == (0, 63)
    assert index.search(DATA[200], 1)[0][0] == 7


@with_graphs
def test_labels_stay_unique_while_a_graph_is_held() -> None:
    """One that is there is refused, one that is not cannot be removed, and has no vector."""
    index = graphed()
    assert index.hold() is not None
    index.remove(3)
    with pytest.raises(ValueError, match="already there"):
        index.add(4, DATA[0])
    for attempt in (index.remove, index.vector):
        with pytest.raises(KeyError):
            attempt(3)
    index.release()
    with pytest.raises(KeyError):
        index.remove(3)


@with_graphs
def test_only_a_whole_graph_is_held() -> None:
    """Neither exact indexes nor those with a successor under construction."""
    index = PartitionIndex(8, Graph(), promote_at=10)
    for label in range(11):
        assert index.hold() is None
        index.add(label, DATA[label])
    assert index.kind == "flat>hnsw"
    assert index.hold() is None
