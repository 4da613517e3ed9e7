"""Off-policy estimates where the truth is known: how often intervals hold it, and how far values are off.

    python bench/offpolicy.py [estimators] [intervals] [missing] [canary] --data DIR [--replications N] [--quick]

Every question of four public sets was answered by every model. Logs are drawn from one half of the questions, with
replacement, by policies that were fitted on the other half; so is the truth about the candidates. Where the overlap's
verdict is `none` in more than half of the replications, a scene counts as refused. Writes bench/results/offpolicy.json,
unless --quick asks for a try of a few replications. All rows take some seven minutes of processor time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.offpolicy_canary import canary
from bench.offpolicy_rows import estimators, intervals, missing
from bench.offpolicy_worlds import World, worlds
from bench.tables import Measure, Tables, benchmark, command
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "offpolicy.json"

Row = Callable[[Sequence[World], int, Bar], tuple[Any, Tables]]
"""Worlds and how many replications -> figures and tables."""

ROWS: dict[str, Row] = {
    "estimators": estimators,
    "intervals": intervals,
    "missing": missing,
    "canary": canary,
}

QUICK = 20


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--replications", type=int, default=500)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} replications, and nothing is kept")
    once = cache(read)

    def over(row: Row) -> Measure:
        return lambda asked, bar: row(once(asked.data, bar), QUICK if asked.quick else asked.replications, bar)

    rows = {name: over(row) for name, row in ROWS.items()}
    return benchmark(parser, rows, RESULTS, argv, tries=lambda asked: asked.quick)


def read(data: Path, bar: Bar) -> list[World]:
    """What all rows are measured on."""
    bar("texts", 0.0)
    return list(worlds(data))


if __name__ == "__main__":
    sys.exit(main())
