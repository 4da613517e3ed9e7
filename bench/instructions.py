"""What a request costs in instructions, which are the same on a busy machine: what a change of the hot path is worth.

    python bench/instructions.py [plain] [full] [hits] [signals] [personal] [decided] [taught] [simulated]
        [--python PATH] [--against DIR] [--json]

Runs bench/in_memory.py (a gateway that needs no sockets), bench/known.py (what is known of a request before it goes
anywhere), bench/decided.py (a choice by `linucb`) or bench/simulated.py (the simulator) under valgrind's cachegrind,
twice: the difference of so many requests more is theirs alone, without the start. `--against` is another checkout,
measured beside this one. What the kernel does is not in it: sockets are a fourth of a request's CPU time.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import decided, in_memory, known, simulated
from bench.tables import Measure, Tables, benchmark, command
from wrp_router.cli.progress import Bar

HERE = Path(__file__).parents[1]
RESULTS = HERE / "bench" / "results" / "instructions.json"
PROGRAMS = {
    **dict.fromkeys(in_memory.ROWS, "in_memory.py"),
    **dict.fromkeys(known.ROWS, "known.py"),
    **dict.fromkeys(decided.ROWS, "decided.py"),
    **dict.fromkeys(simulated.ROWS, "simulated.py"),
}
"""What runs each row."""

FEW, MANY = 300, 1300
"""Requests of the two runs: the first are for what is only done once."""

PACKAGES = ("", "policies", "signals", "cache")
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")


def counted(python: Path, checkout: Path, row: str, requests: int) -> int:
    """The instructions of a whole run."""
    tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    program = [str(python), str(HERE / "bench" / PROGRAMS[row]), row, str(requests)]
    path = os.pathsep.join([str(checkout / package) for package in PACKAGES])
    # the hashes of words decide how dictionaries lie: with one seed two runs are alike
    env = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    run = subprocess.run([*tool, *program], capture_output=True, text=True, env=env)
    found = COUNTED.search(run.stderr)
    if run.returncode or found is None:
        raise SystemExit(f"{PROGRAMS[row]} failed:\n{run.stderr[-2000:]}")
    return int(found[1].replace(",", ""))


def of_a_request(python: Path, checkout: Path, row: str, bar: Bar) -> float:
    """Instructions of one."""
    totals = []
    for part, requests in enumerate((FEW, MANY)):
        bar(f"{row}, {checkout.name}", part / 2)
        totals.append(counted(python, checkout, row, requests))
    return (totals[1] - totals[0]) / (MANY - FEW)


def measured(row: str, asked: argparse.Namespace, bar: Bar) -> tuple[Mapping[str, Any], Tables]:
    """One row."""
    ours = of_a_request(asked.python, HERE, row, bar)
    figures = {"instructions": round(ours)}
    head, line = ["", "instructions a request"], [row, f"{ours:,.0f}"]
    if asked.against is not None:
        other = of_a_request(asked.python, asked.against.resolve(), row, bar)
        figures |= {"against": round(other), "ratio": round(ours / other, 3)}
        head, line = [*head, "there", "to there"], [*line, f"{other:,.0f}", f"{ours / other:.3f}"]
    return figures, {f"instructions-{row}": (head, [line])}


def main(argv: Sequence[str] | None = None) -> int:
    rows: dict[str, Measure] = {row: partial(measured, row) for row in PROGRAMS}
    parser = command(__doc__, rows)
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="that runs the gateway")
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout; nothing is kept then")
    if shutil.which("valgrind") is None:
        parser.error("instructions are counted by valgrind: apt-get install valgrind")
    return benchmark(parser, rows, RESULTS, argv, tries=lambda asked: asked.against is not None)


if __name__ == "__main__":
    sys.exit(main())
