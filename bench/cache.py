"""The cache's index: look-ups, puts, churn at capacity, memory, and from what share of hits on it pays.

    python bench/cache.py [--sizes 10000,100000,1000000] [--churn N] [--data DATA] [--vectors FILE.npy]
                          [--graphs FOLDER] [--json]

Vectors are the model tier's, of the texts of DATA, and blends of them where a size needs more than there are; without
DATA they are clusters without meaning, and recall says little. `--vectors` keeps them from one run to the next.
Questions are texts that are not in the index. Each size runs in a process of its own, and what was found for others
stays. `--graphs` keeps what was filled, too: for the same vectors, another run only asks. Churn (for sizes up to
100,000) puts N entries (at most twice as many as there are) into a full index, each after a removal; beside it runs a
loop that does nothing, whose pauses are the machine's own. Writes bench/results/cache.json.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import cache_vectors
import numpy as np
from cache_index import QUERIES
from child import told
from tables import command

from wrp_cache.native import version
from wrp_router.cli.progress import Bar
from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.onnx import minilm

HERE = Path(__file__).parent
RESULTS = HERE / "results" / "cache.json"
CHURN_MOST = 100_000
SPARE = 80_000
MODEL_MS = 200.0
QUESTION = "how do I reset the password of my account on this site"
Found = dict[str, Any]


def vectors(args: argparse.Namespace, sizes: list[int], bar: Bar) -> tuple[cache_vectors.Rows, Found]:
    """Rows for the largest size, for churn and for questions; and how many of them are real."""
    wanted = max(size + (SPARE if size <= CHURN_MOST else 0) for size in sizes) + QUERIES
    kept = args.vectors is not None and args.vectors.exists()
    if kept:
        real = np.load(args.vectors)
    elif args.data is not None:
        real = cache_vectors.embedded(args.data, wanted, bar)
        if args.vectors is not None:
            np.save(args.vectors, real)
    else:
        return cache_vectors.synthetic(wanted), {"rows": wanted, "real": 0}
    real = real[np.random.default_rng(0).permutation(len(real))]
    rows = cache_vectors.enlarged(real[:-QUERIES], wanted - QUERIES)
    return np.concatenate((rows, real[-QUERIES:])), {"rows": wanted, "real": min(wanted, len(real))}


def one(file: Path, size: int, churn: int, graphs: Path | None, bar: Bar) -> Found:
    """One size, in a process of its own."""
    command = [sys.executable, str(HERE / "cache_index.py"), str(file), str(size), str(churn)]
    command += [str(graphs)] if graphs is not None else []
    found: Found = told(command, bar, f"{size:,} entries")
    return found


def embedding_us() -> float:
    """One short question by the model tier."""
    card = weights(EMBEDDER_CARD)
    facts = embedder_card(card)
    embedder = minilm(card, weights(facts.model), weights(facts.tokenizer), 1)
    taken = []
    for _ in range(60):
        begun = time.perf_counter()
        embedder.embed([QUESTION])
        taken.append(1e6 * (time.perf_counter() - begun))
    return median(taken)


def break_even(found: Found, embedding: float) -> Found:
    """From what share of hits on looking pays: what a miss costs, to what a hit saves of a model that takes 200 ms (its
    document is in memory)."""
    search = found["look_up"]["wall_us"]["p50"]
    return {
        "search_alone": round(search / (1e3 * MODEL_MS - search), 5),
        "with_embedding": round((search + embedding) / (1e3 * MODEL_MS - search - embedding), 5),
    }


LINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("look-up, elapsed µs: p50", ("look_up", "wall_us", "p50")),
    ("... p99", ("look_up", "wall_us", "p99")),
    ("... while nobody else was on the core: p50", ("look_up", "alone_us", "p50")),
    ("... p99", ("look_up", "alone_us", "p99")),
    ("... which was so for this share", ("look_up", "alone_us", "share")),
    ("... with the cache's threshold: p50", ("look_up", "barred", "alone_us", "p50")),
    ("... p99", ("look_up", "barred", "alone_us", "p99")),
    ("... hnswlib: p50", ("look_up", "hnswlib", "alone_us", "p50")),
    ("look-up, processor µs: p50", ("look_up", "cpu_us", "p50")),
    ("... p99", ("look_up", "cpu_us", "p99")),
    ("... with the cache's threshold, p50", ("look_up", "barred", "cpu_us", "p50")),
    ("... p99", ("look_up", "barred", "cpu_us", "p99")),
    ("... answered as exact search would", ("look_up", "barred", "as_exact")),
    ("hnswlib beside it, of so many entries", ("look_up", "hnswlib", "entries")),
    ("... processor µs: p50", ("look_up", "hnswlib", "cpu_us", "p50")),
    ("... p99", ("look_up", "hnswlib", "cpu_us", "p99")),
    ("... its recall@1", ("look_up", "hnswlib", "recall")),
    ("ours to hnswlib's, p50 (least and most of five rounds)", ("look_up", "to_hnswlib", "p50")),
    ("... p99", ("look_up", "to_hnswlib", "p99")),
    ("with the cache's threshold, to hnswlib's without, p50", ("look_up", "barred", "to_hnswlib", "p50")),
    ("... p99", ("look_up", "barred", "to_hnswlib", "p99")),
    ("a loop of 5,000 steps beside it, processor µs: p50", ("look_up", "idle", "cpu_us", "p50")),
    ("recall@1, unseen questions", ("look_up", "recall")),
    ("... whose nearest is at 0.85 or nearer", ("look_up", "recall_near")),
    ("put while it fills, elapsed µs: p50", ("put", "wall_us", "p50")),
    ("... p99", ("put", "wall_us", "p99")),
    ("put at capacity, elapsed µs: p50", ("churn", "wall_us", "p50")),
    ("... p99", ("churn", "wall_us", "p99")),
    ("... longest", ("churn", "wall_us", "max")),
    ("... over 20 ms", ("churn", "over_20_ms")),
    ("... while nobody else was on the core: p50", ("churn", "alone_us", "p50")),
    ("... p99", ("churn", "alone_us", "p99")),
    ("... longest", ("churn", "alone_us", "max")),
    ("... which was so for this share", ("churn", "alone_us", "share")),
    ("put at capacity, processor µs: p50", ("churn", "cpu_us", "p50")),
    ("... p99", ("churn", "cpu_us", "p99")),
    ("... longest", ("churn", "cpu_us", "max")),
    ("... over 20 ms", ("churn", "over_20_ms_cpu")),
    ("the loop, elapsed µs: longest", ("churn", "idle", "wall_us", "max")),
    ("... over 20 ms", ("churn", "idle_over_20_ms")),
    ("... processor µs: p50", ("churn", "idle", "cpu_us", "p50")),
    ("recall@1 after the churn", ("after_churn", "recall")),
    ("bytes per entry: resident", ("bytes_per_entry", "rss")),
    ("... by its own books", ("bytes_per_entry", "books")),
    ("snapshot: s to write", ("snapshot", "write_s")),
    ("... to read", ("snapshot", "read_s")),
    ("pays from this share of hits on", ("break_even", "search_alone")),
    ("... embedding included", ("break_even", "with_embedding")),
)


def cell(value: Any) -> str:
    """A figure; of several rounds the median, the least and the most; a dash where there is none."""
    if isinstance(value, list):
        middle, least, most = value
        return f"{middle:.2f} ({least:.2f} to {most:.2f})"
    return "-" if value is None else f"{value:,g}"


def cells(sizes: list[Found]) -> list[list[str]]:
    """A row for each line: what it is, and a figure for each size."""
    rows = []
    for what, path in LINES:
        row = [what]
        for found in sizes:
            value: Any = found
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            row.append(cell(value))
        rows.append(row)
    return rows


def tabled(sizes: list[Found]) -> Found:
    """The table for the documentation."""
    return {"sizes": [each["size"] for each in sizes], "rows": cells(sizes)}


def shown(sizes: list[Found]) -> list[str]:
    """The table for a terminal."""
    head = ["", *(f"{found['size']:,}" for found in sizes)]
    return [f"{row[0]:58s}" + "".join(f"{figure:>24s}" for figure in row[1:]) for row in [head, *cells(sizes)]]


def together(found: list[Found]) -> list[Found]:
    """What was found now, and for other sizes in earlier runs."""
    before = json.loads(RESULTS.read_text(encoding="utf-8"))["sizes"] if RESULTS.exists() else []
    sizes = {each["size"]: each for each in [*before, *found]}
    return [sizes[size] for size in sorted(sizes)]


def main() -> None:
    parser = command(__doc__)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="entries, by commas")
    parser.add_argument("--churn", type=int, default=200_000, help="puts at capacity")
    parser.add_argument("--data", type=Path, help="the development data")
    parser.add_argument("--vectors", type=Path, metavar="FILE.npy", help="embedded texts, kept from run to run")
    parser.add_argument("--graphs", type=Path, metavar="FOLDER", help="filled graphs of these vectors, kept likewise")
    args = parser.parse_args()
    if args.graphs is not None:  # now, and not when an hour's work is to be kept there
        args.graphs.mkdir(parents=True, exist_ok=True)
    sizes, bar = [int(size) for size in args.sizes.split(",")], Bar()
    rows, about = vectors(args, sizes, bar)
    about |= {"machine": platform.processor() or platform.machine(), "library": f"usearch {version()}"}
    about["embedding_us"] = round(embedding_us())
    found = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "vectors.npy"
        np.save(file, rows)
        del rows
        for size in sizes:
            churn = min(args.churn, 2 * size) if size <= CHURN_MOST else 0
            found.append({"about": about, **one(file, size, churn, args.graphs, bar)})
            found[-1]["break_even"] = break_even(found[-1], about["embedding_us"])
            every = together(found)
            results = {"table": tabled(every), "sizes": every}
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    bar.end()
    print(json.dumps(results) if args.json else "\n".join(shown(every)))


if __name__ == "__main__":
    main()
