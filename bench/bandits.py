"""Policies that learn online, on streams of questions of which every model's answer is known.

    python bench/bandits.py [shares] [recovery] [budget] [cost] --data DIR [--seeds N]

30 % of the feedback comes up to 200 requests late, 20 % never. Writes bench/results/bandits.json. One set of
defaults for all streams; every contender meets the same requests, seed by seed. All rows take some eight minutes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bandits_rows import budgets, cost, recovery, shares
from bench.tables import Tables, chosen, command, kept, shown
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "bandits.json"

ROWS: dict[str, Callable[[argparse.Namespace, Bar], tuple[Any, Tables]]] = {
    "shares": shares,
    "recovery": recovery,
    "budget": budgets,
    "cost": cost,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--data", type=Path, help="the development data")
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args(argv)
    bar = Bar()
    for name in chosen(parser, asked, tuple(ROWS)):
        figures, tables = ROWS[name](asked, bar)
        bar.end()
        kept(RESULTS, name, figures, tables)
        print(json.dumps({name: figures}, indent=1) if asked.json else shown(name, tables), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
