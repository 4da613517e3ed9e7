"""Balancing policies side by side in the simulator: one router, several, a hot prefix, servers that come and go
or become slow, overload, adapters, long prompts.

    python bench/pools.py [one] [several] [queue] [hot] [elastic] [slow] [limits] [never] [lora] [lengths]
                          [disaggregated] [cost] [speed] [--data DIR] [--seeds N] [--quick]

The policies and the fleet are those that run live; the engines are modelled. Every contender meets the same arrivals,
seed by seed. Without --data only made-up traces are played. Writes bench/results/pools.json, unless --quick asks for a
try of a few hundred requests. All rows take the better part of an hour.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.pools_adapters import adapters
from bench.pools_disaggregated import disaggregated
from bench.pools_guards import limits, never, slow
from bench.pools_lengths import lengths
from bench.pools_rows import cost, elastic, hot_prefix, one_router, queues, several_routers, speed
from bench.tables import Measure, benchmark, command

RESULTS = Path(__file__).parent / "results" / "pools.json"

ROWS: dict[str, Measure] = {
    "one": one_router,
    "several": several_routers,
    "queue": queues,
    "hot": hot_prefix,
    "elastic": elastic,
    "slow": slow,
    "limits": limits,
    "never": never,
    "lora": adapters,
    "lengths": lengths,
    "disaggregated": disaggregated,
    "cost": cost,
    "speed": speed,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--data", type=Path, help="the development data, for traces")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--scene", action="append", help="of one and several: only these traces")
    parser.add_argument("--servers", type=int, nargs="+", default=[8, 32], help="of one: how many")
    parser.add_argument("--requests", type=int, default=40_000, help="of speed: how many in each run")
    parser.add_argument("--policy", action="append", help="of speed: only these")
    parser.add_argument("--quick", action="store_true", help="a few hundred requests each, and nothing is kept")
    return benchmark(parser, ROWS, RESULTS, argv, tries=lambda asked: asked.quick)


if __name__ == "__main__":
    sys.exit(main())
