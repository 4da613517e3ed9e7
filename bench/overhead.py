"""What the gateway costs: beside the Rust routers, the Python ones and nginx, in turn on the same cores.

    python bench/overhead.py [plain] [exact] [full] [semantic] [model] [python] [hits] [latency] [stream] [memory]
                             [workers] [--rounds N] [--seconds N] [--only NAME ...] [--python PATH]
                             [--production-stack DIR] [--requests N] [--json]

Gateways are pinned to core 0, the load (wrk, paced.py) and the engine (mock_engine.c) to another. All contenders of a
row run before the same engine and are measured in turn, there and back, in at least five rounds; ratios are taken round
by round. The others are installed into bench/.peers, each into a venv of its own. Writes bench/results/overhead.json
and overhead.svg; of fewer than five rounds, or with --only, nothing is kept.
"""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.overhead_others import latency, memory, stream
from bench.overhead_report import machine
from bench.overhead_rows import exact, full, hits, model, plain, python, semantic, workers
from bench.tables import Measure, benchmark, command

RESULTS = Path(__file__).parent / "results" / "overhead.json"
ENOUGH = 5

ROWS: dict[str, Measure] = {
    "plain": plain,
    "exact": exact,
    "full": full,
    "semantic": semantic,
    "model": model,
    "python": python,
    "hits": hits,
    "latency": latency,
    "stream": stream,
    "memory": memory,
    "workers": workers,
}


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--rounds", type=int, default=ENOUGH, help="of every contender (default: 5)")
    parser.add_argument("--seconds", type=int, default=3, help="of load in each (default: 3)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="contenders to measure, such as wrp; nothing is kept")
    parser.add_argument("--requests", type=int, default=1_000_000, help="of memory: how many (default: a million)")
    parser.add_argument(
        "--python", type=Path, default=Path(sys.executable), help="that runs ours and the other Pythons"
    )
    parser.add_argument("--production-stack", type=Path, metavar="DIR", help="a clone of vllm-project/production-stack")
    if shutil.which("wrk") is None:
        parser.error("the load comes from wrk: apt-get install wrk")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that who is ended ends those that it started
    found = machine(parser.parse_args(argv).python)
    print(f"Python {found['python']}, where sum(range(5000)) takes {found['yardstick_us']} us", file=sys.stderr)
    status = benchmark(parser, ROWS, RESULTS, argv, tries=lambda asked: asked.rounds < ENOUGH or bool(asked.only))
    if RESULTS.exists():
        drawn()
    return status


def drawn() -> None:
    """The picture of what is kept. Says so where there is nothing to draw it with."""
    try:
        from bench.overhead_plot import draw
    except ImportError:
        print("no picture: pip install 'wrp-router[plot]'", file=sys.stderr)
        return
    draw(RESULTS, RESULTS.with_suffix(".svg"))


if __name__ == "__main__":
    sys.exit(main())
