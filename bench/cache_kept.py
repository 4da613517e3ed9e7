"""Graphs of bench/cache.py, kept from one run to the next: to fill one takes far longer than to search it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from wrp_cache.hnsw import Graph, HnswIndex
from wrp_cache.native import version
from wrp_cache.partition import PartitionIndex

Found = dict[str, Any]


def path(folder: Path, size: int, shape: Graph) -> Path:
    """Where the graph of so many of these vectors is, by all that it depends on but the vectors: those are the
    folder's."""
    return folder / f"{size}-{shape.m}-{shape.construction}-{version()}.graph"


def keep(file: Path, index: PartitionIndex, found: Found) -> None:
    """A graph whose labels are its rows, and what was measured while it was filled."""
    graph = index.index
    assert isinstance(graph, HnswIndex), "too few for a graph"
    labels = [graph.at(row) for row in range(graph.span)]
    file.write_bytes(graph.saved())
    np.save(file.with_suffix(".npy"), np.array(labels, np.uint32))
    file.with_suffix(".json").write_text(json.dumps({"peak": graph.peak, "found": found}))


def kept(file: Path, shape: Graph) -> tuple[PartitionIndex, Found] | None:
    """The index and what was measured when it was filled; None if there is none."""
    if not file.with_suffix(".json").exists():
        return None
    about = json.loads(file.with_suffix(".json").read_text())
    labels = np.load(file.with_suffix(".npy"))
    graph = HnswIndex(384, shape, about["peak"])
    assert graph.restore(file.read_bytes(), len(labels), np.arange(len(labels), dtype=np.uint32), wear=0.0)
    for row, label in enumerate(labels.tolist()):
        graph.claim(row, label)
    index = PartitionIndex(384, shape)
    index.begin_with(graph)
    return index, about["found"]
