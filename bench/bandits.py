"""Policies that learn online, on streams of questions of which every model's answer is known.

    python bench/bandits.py [shares] [recovery] [budget] [cost] --data DIR [--seeds N]

30 % of the feedback comes up to 200 requests late, 20 % never. Writes bench/results/bandits.json. One set of
defaults for all streams; every contender meets the same requests, seed by seed. All rows take some eight minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bandits_rows import budgets, cost, recovery, shares
from bench.tables import Measure, benchmark, command

RESULTS = Path(__file__).parent / "results" / "bandits.json"

ROWS: dict[str, Measure] = {
    "shares": shares,
    "recovery": recovery,
    "budget": budgets,
    "cost": cost,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--data", type=Path, help="the development data")
    parser.add_argument("--seeds", type=int, default=5)
    return benchmark(parser, ROWS, RESULTS, argv)


if __name__ == "__main__":
    sys.exit(main())
