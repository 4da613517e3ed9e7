"""Graphs that a bench keeps from one run to the next."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cache_kept import keep, kept, path
from tests.cache.makers import clustered
from wrp_cache.hnsw import Graph, available
from wrp_cache.partition import PartitionIndex

pytestmark = pytest.mark.skipif(not available(), reason="usearch is not installed")


def test_a_kept_graph_answers_as_it_did(tmp_path: Path) -> None:
    """Whoever was found is found, by the same label; and what filling took is told again."""
    data, shape = clustered(300, 384, 5), Graph()
    index = PartitionIndex(384, shape, promote_at=100)
    for label, row in enumerate(data):
        index.add(label, row)
    while index.step(50):
        pass
    file = path(tmp_path, 300, shape)
    assert kept(file, shape) is None
    keep(file, index, {"put": 3})
    found = kept(file, shape)
    assert found is not None
    again, told = found
    assert (told, again.kind, len(again)) == ({"put": 3}, "hnsw", 300)
    for query in clustered(20, 384, 6):
        assert again.search(query, 4) == index.search(query, 4)


def test_other_shapes_are_other_files(tmp_path: Path) -> None:
    """A graph of another shape is not taken for this one."""
    assert len({path(tmp_path, size, Graph(m=m)) for size in (10, 20) for m in (8, 16)}) == 4
