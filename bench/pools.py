"""Balancing policies side by side in the simulator: one router, several, a hot prefix, servers that come and go.

    python bench/pools.py [one] [several] [queue] [hot] [elastic] [cost] [speed] [--data DIR] [--seeds N] [--quick]

The policies and the fleet are those that run live; the engines are modelled. Every contender meets the same arrivals,
seed by seed. Without --data only made-up traces are played. Writes bench/results/pools.json, unless --quick asks for a
try of a few hundred requests. All rows take the better part of an hour.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.pools_rows import cost, elastic, hot_prefix, one_router, queues, several_routers, speed
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "pools.json"

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
Tables = Mapping[str, Table]

ROWS: dict[str, Callable[[argparse.Namespace, Bar], tuple[Any, Tables]]] = {
    "one": one_router,
    "several": several_routers,
    "queue": queues,
    "hot": hot_prefix,
    "elastic": elastic,
    "cost": cost,
    "speed": speed,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(ROWS)}; all without")
    parser.add_argument("--data", type=Path, help="the development data, for traces")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--scene", action="append", help="of one and several: only these traces")
    parser.add_argument("--servers", type=int, nargs="+", default=[8, 32], help="of one: how many")
    parser.add_argument("--quick", action="store_true", help="a few hundred requests each, and nothing is kept")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args(argv)
    unknown = [row for row in asked.rows if row not in ROWS]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; there are {', '.join(ROWS)}")
    bar = Bar()
    for name in asked.rows or ROWS:
        figures, tables = ROWS[name](asked, bar)
        bar.end()
        if not asked.quick:
            kept(name, figures, tables)
        print(json.dumps({name: figures}, indent=1) if asked.json else shown(name, tables), flush=True)
    return 0


def kept(name: str, figures: Any, tables: Tables) -> None:
    """What was measured, and the tables that the documentation shows of it; other rows stay as they are."""
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else {"table": {}, "figures": {}}
    found["figures"].setdefault(name, {}).update(figures)
    found["table"] |= tables
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


def shown(name: str, tables: Tables) -> str:
    lines = [f"\n{name}"]
    for title, (head, rows) in tables.items():
        lines += [f"\n{title}", *(" | ".join(line).join(("| ", " |")) for line in (head, ["---"] * len(head), *rows))]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
