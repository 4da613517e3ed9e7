"""hnswlib beside our index, where it is installed: float32, inner product, the smallest width that finds 98 of 100."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WIDTHS = (10, 16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 192, 256, 384)
ENOUGH = 0.98
Rows = npt.NDArray[np.float32]


class Peer:
    """`width` is what it was tuned to, `recall` what it finds then, of so many `entries`."""

    def __init__(self, rows: Rows, queries: Rows, best: npt.NDArray[np.float32], graphs: Path | None = None) -> None:
        """`best`: the true nearest cosine of each query, by which its width is chosen: with hindsight, which is more
        than ours gets. `graphs`: where it is kept once it is filled."""
        self.entries = len(rows)
        self._graph = _filled(rows, graphs)
        self._graph.set_num_threads(1)
        for width in WIDTHS:
            self._graph.set_ef(width)
            found = np.array([self.search(query) for query in queries])
            self.width = width
            self.recall = float((np.einsum("ij,ij->i", queries, rows[found]) >= best - 1e-5).mean())
            if self.recall >= ENOUGH:
                break

    def search(self, query: npt.NDArray[np.float32]) -> int:
        """The nearest row."""
        labels, _ = self._graph.knn_query(query, k=4)
        return int(labels[0, 0])


def available() -> bool:
    return importlib.util.find_spec("hnswlib") is not None


def _filled(rows: Rows, graphs: Path | None) -> Any:
    library: Any = importlib.import_module("hnswlib")
    graph = library.Index(space="ip", dim=rows.shape[1])
    file = graphs / f"{len(rows)}.hnswlib" if graphs is not None else None
    if file is not None and file.exists():
        graph.load_index(str(file))
        return graph
    graph.init_index(max_elements=len(rows), ef_construction=200, M=16)
    graph.add_items(rows, np.arange(len(rows)), num_threads=1)
    if file is not None:
        graph.save_index(str(file))
    return graph
