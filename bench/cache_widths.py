"""How many candidates a graph must look at: recall and distances computed, by width, links and threshold.

    python bench/cache_widths.py FILE.npy ... [--sizes 10000,20000] [--links 16] [--construction 200] [--json]

Each file has unit vectors of one collection of texts; the last 2,000 of a random order are asked and not stored. Counts
of distances are the same on a busy machine. By these tables the widths of `wrp_cache.hnsw.Graph` were chosen.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WIDTHS = (8, 12, 16, 20, 24, 28, 32, 36, 40, 48, 64, 128)
FLOORS = (0.6, 0.7, 0.78, 0.85)
ASKED = 2000
AGAIN = 4
Rows = npt.NDArray[np.float32]
Codes = npt.NDArray[np.int8]


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


class Contest:
    """So many rows of one file, what is asked of them, and the true answers."""

    def __init__(self, file: Path, size: int) -> None:
        vectors = np.load(file, mmap_mode="r")
        order = np.random.default_rng(7).permutation(len(vectors))
        if len(order) < size + ASKED:
            raise SystemExit(f"{file} has {len(order):,} vectors; {size + ASKED:,} are wanted")
        self.rows, self.asked = (np.array(vectors[part]) for part in (order[:size], order[-ASKED:]))
        parts = range(0, size, 65536)
        self.best: Rows = np.max([(self.asked @ self.rows[at : at + 65536].T).max(1) for at in parts], 0)
        peak = np.quantile(np.abs(self.rows[:1024]).max(1), 0.99)
        self.codes, self.questions = (self._coded(part, peak) for part in (self.rows, self.asked))

    @staticmethod
    def _coded(rows: Rows, peak: Any) -> Codes:
        """As `wrp_cache.native` does."""
        return np.rint(np.clip(rows * np.float32(127.0 / peak), -127.0, 127.0)).astype(np.int8)

    def right(self, found: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the nearest of each question's candidates is the true one, by bytes and the question as it is."""
        wide = self.codes[found].astype(np.float32)
        near = np.einsum("qkd,qd->qk", wide, self.asked) / np.linalg.norm(wide, axis=2)
        first = self.rows[found[np.arange(len(found)), near.argmax(1)]]
        return np.einsum("ij,ij->i", self.asked, first) >= self.best - 1e-5


def graph(codes: Codes, links: int, construction: int) -> Any:
    """Of these rows, by their numbers."""
    native: Any = importlib.import_module("usearch.compiled")
    made = native.Index(
        ndim=codes.shape[1], dtype=native.ScalarKind.I8, metric_kind=native.MetricKind.IP, connectivity=links,
        expansion_add=construction,
    )  # fmt: skip
    made.add_many(np.arange(len(codes), dtype=np.uint64), codes, copy=True, threads=1, dtype=native.ScalarKind.I8)
    return made


def widths(contest: Contest, made: Any) -> list[dict[str, Any]]:
    """A row for each width. What is found above a floor is compared with what is there."""
    lines = []
    for width in WIDTHS:
        made.expansion_search = width
        found = made.search_many(contest.questions, count=AGAIN, threads=1, dtype=made.dtype)
        right = contest.right(found[0].astype(np.int64))
        floors = {f"from {floor} on": round(float(right[contest.best >= floor].mean()), 4) for floor in FLOORS}
        lines.append(
            {"width": width, "recall": round(float(right.mean()), 4), "distances": found[4] // ASKED, **floors}
        )
    return lines


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE.npy", help="vectors of one collection")
    parser.add_argument("--sizes", type=numbers, default=[10_000], help="entries, by commas")
    parser.add_argument("--links", type=numbers, default=[16], help="of a node, by commas")
    parser.add_argument("--construction", type=numbers, default=[200], help="candidates on insert, by commas")
    parser.add_argument("--json", action="store_true", help="print JSON lines")
    asked = parser.parse_args(argv)
    cases = [(file, size) for file in asked.files for size in asked.sizes]
    for file, size in cases:
        contest = Contest(file, size)
        for links, construction in [(a, b) for a in asked.links for b in asked.construction]:
            lines = widths(contest, graph(contest.codes, links, construction))
            title = {"file": file.name, "entries": size, "links": links, "construction": construction}
            if asked.json:
                print(json.dumps({**title, "widths": lines}), flush=True)
                continue
            print("\n" + ", ".join(f"{name} {value}" for name, value in title.items()))
            for line in [dict.fromkeys(lines[0], ""), *lines]:
                cells = (name if value == "" else str(value) for name, value in line.items())
                print("".join(f"{cell:>14s}" for cell in cells), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
