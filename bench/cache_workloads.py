"""What bars per category, a budget of wrong hits, relief and verified entries do to a workload whose truth is known.

    python bench/cache_workloads.py [mixed] [budget] [overload] [verified] [--seeds 11 12 13] [--requests N] [--json]

Everything is simulated: questions are vectors (bench/cache_truth.py), answers are known, and the cache is the real one
without its guard, for there are no texts; the overload runs in the router's own simulator. Takes minutes for a row.
Writes what was measured into bench/results/cache_workloads.json, unless --requests asks for a try.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.cache_mixed import BAD, KINDS, PRICES, at_price, mixed, total
from bench.cache_rows import budget, overload, verified
from bench.tables import Table, benchmark, command
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "cache_workloads.json"
Row = dict[str, Any]

ROWS: dict[str, tuple[Callable[..., Row], int]] = {
    "mixed": (mixed, 8_000),
    "budget": (budget, 120_000),
    "overload": (overload, 16_000),
    "verified": (verified, 20_000),
}
"""What is measured, and on how many requests for each seed."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[11, 12, 13])
    parser.add_argument("--requests", type=int, help="for each seed, instead of what a row takes")
    rows = {name: partial(measured, name) for name in ROWS}
    return benchmark(parser, rows, RESULTS, argv, tries=lambda asked: asked.requests is not None)


def measured(name: str, asked: argparse.Namespace, bar: Bar) -> tuple[Row, dict[str, Table]]:
    """A row, and its tables."""
    measure, requests = ROWS[name]
    result = {"seeds": asked.seeds, **measure(asked.seeds, asked.requests or requests, bar)}
    return result, TABLES[name](result)


def share(value: float) -> str:
    return f"{100 * value:.2f} %"


def spanned(value: Sequence[float]) -> str:
    """A rate with its interval."""
    return f"{share(value[0])} ({100 * value[1]:.2f} to {100 * value[2]:.2f})"


def ranged(values: Sequence[float]) -> str:
    """Mean, least and most over the seeds."""
    return f"{100 * sum(values) / len(values):.1f} % ({100 * min(values):.1f} to {100 * max(values):.1f})"


def mixed_tables(result: Row) -> dict[str, Table]:
    runs = list(at_price(result, PRICES[len(PRICES) // 2]))
    bars = result["bars"][str(PRICES[len(PRICES) // 2])]
    sides = [[run[side] for run in runs if run[side] is not None] for side in ("aware", "uniform")]
    rows = [
        [kind, f"{bars[kind][0]}, {bars[kind][1]:.0f} s", *(counted([of[kind] for of in side]) for side in sides)]
        for kind in KINDS
    ]
    every = [counted([{name: total(of, name) for name in ("right", *BAD)} for of in side]) for side in sides]
    points = ", ".join(f"{run['uniform_bar'][0]} and {run['uniform_bar'][1]:.0f} s" for run in runs)
    head = ["", "its bar", "right / wrong / stale", "best uniform"]
    rows.append(["all", f"uniform: {points}", *every])
    return {"mixed": (head, rows), "mixed_prices": prices(result)}


def prices(result: Row) -> Table:
    rows = []
    for price in PRICES:
        runs = list(at_price(result, price))
        more = [total(run["aware"], "right") / total(run["uniform"], "right") - 1 for run in runs if run["uniform"]]
        bad = [
            "none" if run["fewest_bad_of_uniform_with_as_many_right"] is None
            else f"{run['fewest_bad_of_uniform_with_as_many_right'] / max(1, total(run['aware'], *BAD)):.2f}"
            for run in runs
        ]  # fmt: skip
        ours = " / ".join(str(total(run["aware"], *BAD)) for run in runs)
        theirs = " / ".join(str(total(run["uniform"], *BAD)) if run["uniform"] else "none" for run in runs)
        rows.append([f"{price:.0f}", ours, theirs, ranged(more) if more else "", " / ".join(bad)])
    head = [
        "a bad hit costs",
        "bad hits, seed by seed",
        "best uniform's",
        "more right than it",
        "bad hits of a uniform one with as many right, to ours",
    ]
    return head, rows


def counted(of: Sequence[dict[str, int]]) -> str:
    return " / ".join(f"{sum(counts[name] for counts in of):,}" for name in ("right", *BAD))


def budget_tables(result: Row) -> dict[str, Table]:
    rows, costs = [], []
    for run in result["runs"]:
        line = [str(run["seed"])]
        for kind in ("semantic_hits", "all_hits"):
            found = run[f"wrong_in_windows_of_{kind}"]
            worst = max(found, key=lambda one: one[0], default=(0.0, 0.0, 1.0))
            line += [str(len(found)), spanned(worst)]
        rows.append([*line, share(run["worst_sliding_window_of_semantic_hits"])])
        quarters = (" / ".join(f"{100 * one:.1f}" for one in run[key]) for key in BY_QUARTER)
        costs.append([str(run["seed"]), *quarters, *(f"{100 * run[key]:.1f} %" for key in COSTS),
                      share(run["static_0.95_hits_and_worst_window"][1])])  # fmt: skip
    drift = [[kind, *map(share, of)] for kind, of in result["drift"].items()]
    return {"budget": (WINDOWS, rows), "budget_costs": (COST, costs), "budget_drift": (DRIFT, drift)}


WINDOWS = (
    "seed",
    "windows of 5,000 hits by likeness",
    "wrong in the worst (95 %)",
    "windows of 5,000 hits of any kind",
    "wrong in the worst (95 %)",
    "wrong in the worst 5,000 in a row by likeness",
)
COST = (
    "seed",
    "hits by likeness in 100 requests, by quarter",
    "the oracle's",
    "in all",
    "the oracle",
    "one threshold, the best in hindsight",
    "wrong in the worst window at 0.95",
)
DRIFT = ("wrong from a cosine of 0.95 on", "1st quarter", "2nd", "3rd", "4th")
BY_QUARTER = ("semantic_hits_by_quarter", "oracle_hits_by_quarter")
COSTS = ("semantic_hits", "oracle_hits", "best_static_hits")


def overload_tables(result: Row) -> dict[str, Table]:
    rows = [
        [str(run["seed"]), run["bars"], f"{100 * run['less_traffic']:.1f} %", spanned(run["wrong_on"]),
         *(f"{100 * run[f'{key}_off']:.1f} % / {100 * run[f'{key}_on']:.1f} %" for key in ("hits", "failed")),
         f"{run['p95_s_off']:.1f} s / {run['p95_s_on']:.1f} s"]
        for run in result["runs"]
    ]  # fmt: skip
    head = [
        "seed",
        "bars",
        "less traffic",
        "wrong hits (95 %)",
        "hits by likeness, without / with",
        "unanswered",
        "p95",
    ]
    return {"overload": (head, rows)}


def verified_tables(result: Row) -> dict[str, Table]:
    of = {name: row for name, row in result.items() if name.startswith("delta")}
    rows = [
        [
            name,
            *(spanned(row[key]) for key in ("wrong_per_neighbour", "wrong_per_hit")),
            share(row["served_of_neighbours"]),
        ]
        for name, row in of.items()
    ]
    return {"verified": (["", "wrong to neighbours", "wrong to hits", "served of neighbours"], rows)}


TABLES: dict[str, Callable[[Row], dict[str, Table]]] = {
    "mixed": mixed_tables,
    "budget": budget_tables,
    "overload": overload_tables,
    "verified": verified_tables,
}

if __name__ == "__main__":
    sys.exit(main())
