"""What bars per category, a budget of wrong hits, relief and verified entries do to a workload whose truth is known.

    python bench/cache_workloads.py [mixed] [budget] [overload] [verified] [--seeds 11 12 13] [--requests N] [--json]

Everything is simulated: questions are vectors (bench/cache_truth.py), answers are known, and the cache is the real one
without its guard, for there are no texts. Minutes, not seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.cache_mixed import mixed
from bench.cache_rows import budget, overload, verified
from wrp_router.cli.progress import Bar

Row = dict[str, Any]
ROWS: dict[str, tuple[Callable[..., Row], int]] = {
    "mixed": (mixed, 8_000),
    "budget": (budget, 120_000),
    "overload": (overload, 40_000),
    "verified": (verified, 20_000),
}
"""What is measured, and on how many requests for each seed."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(ROWS)}; all without")
    parser.add_argument("--seeds", nargs="+", type=int, default=[11, 12, 13])
    parser.add_argument("--requests", type=int, help="for each seed, instead of what a row takes")
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asked = parser.parse_args(argv)
    unknown = [row for row in asked.rows if row not in ROWS]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    bar, results = Bar(), {}
    for name in asked.rows or ROWS:
        measure, requests = ROWS[name]
        results[name] = measure(asked.seeds, asked.requests or requests, bar)
    bar.end()
    if asked.json:
        print(json.dumps({"seeds": asked.seeds, **results}, indent=1))
    else:
        for name, result in results.items():
            print(f"\n{name}\n")
            print("\n".join(TABLES[name](result)))
    return 0


def share(value: float) -> str:
    return f"{100 * value:.2f} %"


def spanned(value: Sequence[float]) -> str:
    return f"{share(value[0])} ({100 * value[1]:.2f} to {100 * value[2]:.2f})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [" | ".join(line).join(("| ", " |")) for line in (head, ["---"] * len(head), *rows)]


def mixed_table(result: Row) -> list[str]:
    rows = []
    for run in result["runs"]:
        for name, point in result["bars"].items():
            uniform = run["uniform"]
            both = [of[name] if of else {"right": 0, "wrong": 0, "stale": 0} for of in (run["aware"], uniform)]
            told = [f"{of['right']:,} / {of['wrong']:,} / {of['stale']:,}" for of in both]
            rows.append([str(run["seed"]), name, f"{point[0]}, {point[1]:.0f} s", *told])
        sums = [{k: sum(of[n][k] for n in result["bars"]) for k in ("right", "wrong", "stale")} if of else None
                for of in (run["aware"], run["uniform"])]  # fmt: skip
        told = ["none" if of is None else f"{of['right']:,} / {of['wrong']:,} / {of['stale']:,}" for of in sums]
        bar = run["uniform"]["bar"] if run["uniform"] else None
        fewest = run["fewest_bad_of_uniform_with_as_many_right"]
        rows.append([str(run["seed"]), "all", f"uniform {bar}; as many right cost at least {fewest} bad", *told])
    return table(["seed", "category", "bar", "right / wrong / stale, per category", "best uniform"], rows)


def budget_table(result: Row) -> list[str]:
    rows = []
    for run in result["runs"]:
        for kind in ("semantic_hits", "all_hits", "requests"):
            found = run[f"wrong_in_windows_of_{kind}"]
            worst = max(found, key=lambda one: one[0], default=(0.0, 0.0, 1.0))
            over = sum(one[0] > result["epsilon"] for one in found)
            rows.append([str(run["seed"]), kind.replace("_", " "), str(len(found)), spanned(worst), str(over)])
    cost = [
        [str(run["seed"]), *(share(run[key]) for key in ("semantic_hits", "wrong", "probes", "oracle_hits")),
         share(run["best_static_hits"]), " / ".join(map(share, run["static_0.95_hits_and_worst_window"])),
         share(run["worst_sliding_window_of_semantic_hits"])]
        for run in result["runs"]
    ]  # fmt: skip
    head = [
        "seed",
        "semantic hits",
        "wrong of them",
        "probes",
        "oracle's hits",
        "best static's",
        "at 0.95 / worst window",
    ]
    return [
        *table(["seed", "windows of 5,000", "of them", "wrong in the worst (95 %)", "above epsilon"], rows),
        "",
        *table([*head, "worst sliding window"], cost),
    ]


def told(value: float | Sequence[float]) -> str:
    return share(value) if isinstance(value, float) else spanned(value)


def plain_table(result: Row) -> list[str]:
    keys = list(next(iter(result.values())))
    return table(
        ["", *(key.replace("_", " ") for key in keys)], [[n, *map(told, of.values())] for n, of in result.items()]
    )


TABLES: dict[str, Callable[[Row], list[str]]] = {
    "mixed": mixed_table,
    "budget": budget_table,
    "overload": plain_table,
    "verified": plain_table,
}

if __name__ == "__main__":
    sys.exit(main())
