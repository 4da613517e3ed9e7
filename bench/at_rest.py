"""What the gateway takes before it does anything: resident memory, and seconds from its start to its first answer.

    python -m bench.at_rest [served] [imports] [--rounds N] [--against DIR] [--python PATH] [--json]

`served`: `wrp serve` with the configurations of bench/overhead.py's rows `plain` (no signals) and `memory` (signals,
static tier, exact cache, decision log). Each round is a process of its own, all in turn, there and back, weighed when
its size has stayed the same for a second after its first answer. What is *its own* no other process can share; the rest
are pages of files. `imports`: what each package adds to a fresh interpreter that imports what `wrp serve` does and no
more. `--against` is another checkout, measured beside this one. All modules are compiled before, as those of an
installation are.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.contenders import ROOT, Stage, environment, own_python
from bench.loads import example
from bench.overhead_configs import PLAIN, STATIC, ours
from bench.overhead_report import machine
from bench.pinned import GATEWAY_CORE, cpu_seconds, engine, free_port, own_mb, rss_mb, running, settled, until_answered
from bench.tables import Measure, Tables, benchmark, command
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "at_rest.json"
ROUNDS = 5
BARS = {"static tier": 70.0}
"""MB, at most; of this checkout."""

SERVED: Mapping[str, tuple[str, str]] = {"plain": (PLAIN, "p2c"), "static tier": (STATIC, "dualmap")}
"""The rest of the configuration, and how servers are chosen."""

QUIET = 1.0
"""Seconds for which a router's size is the same before it is at rest."""

LEAST = 0.1
"""MB below which a package is not named."""

Rounds = Mapping[str, list[dict[str, float]]]


def served(asked: argparse.Namespace, bar: Bar) -> tuple[Mapping[str, Any], Tables]:
    """All configurations of all checkouts, in turn."""
    cast = [(name, name if tree == ROOT else f"{name}, there", tree) for tree in _trees(asked) for name in SERVED]
    found: dict[str, list[dict[str, float]]] = {label: [] for _, label, _ in cast}
    with tempfile.TemporaryDirectory() as temporary, engine(Path(temporary)) as playing:
        stage = Stage(Path(temporary), playing, asked.python)
        for number in range(asked.rounds):
            for at, (name, label, tree) in enumerate(cast if number % 2 == 0 else cast[::-1]):
                bar(f"{label}, round {number + 1}", (number + at / len(cast)) / asked.rounds)
                found[label].append(_round(stage, name, tree))
    head = ("", "RSS MB", "its own MB", "CPU s to the first answer", "s", "bar", "held")
    rows = [(label, *_told(each), *_judged(label, each)) for label, each in found.items()]
    return {"machine": machine(asked.python), "rounds": found}, {"at-rest-served": (head, rows)}


def _round(stage: Stage, name: str, tree: Path) -> dict[str, float]:
    rest, balance = SERVED[name]
    port, python = free_port(), own_python(stage)
    path = ours(f"{name.replace(' ', '-')}-{port}", rest, balance, port, stage.servers, stage.folder)
    program, log = [str(python), "-P", "-m", "wrp_router", "serve", "-c", str(path)], path.with_suffix(".log")
    env = environment(python, tree)  # and -P: of the folder in which this runs nothing is to be imported
    begun = time.monotonic()
    with running(program, log, [GATEWAY_CORE], env) as process:
        until_answered(process, port, example("numbered"), log, every=0.01)
        started, used = time.monotonic() - begun, cpu_seconds(process.pid)
        size = settled(lambda: rss_mb(process.pid), QUIET)
        return {"rss_mb": size, "own_mb": own_mb(process.pid), "cpu_s": used, "start_s": started}


def _told(rounds: Sequence[Mapping[str, float]]) -> list[str]:
    each = [[one[key] for one in rounds] for key in ("rss_mb", "own_mb", "cpu_s", "start_s")]
    return [f"{statistics.median(values):.3g} [{min(values):.3g}, {max(values):.3g}]" for values in each]


def _judged(label: str, rounds: Sequence[Mapping[str, float]]) -> tuple[str, str]:
    """By the median; nothing where there is no bar."""
    if label not in BARS:
        return "", ""
    return f"≤ {BARS[label]:g}", "yes" if statistics.median(one["rss_mb"] for one in rounds) <= BARS[label] else "NO"


def imports(asked: argparse.Namespace, bar: Bar) -> tuple[Mapping[str, Any], Tables]:
    """Medians of what each package adds, the heaviest first."""
    (tree, *others), found = _trees(asked), {}
    for number, at in enumerate([tree, *others]):
        weights = []
        for turn in range(asked.rounds):
            bar(f"imports, round {turn + 1}", (number + turn / asked.rounds) / (1 + len(others)))
            weights.append(_weighed(own_python(Stage(at, None, asked.python)), at))
        names = {name for one in weights for name in one}
        found[at] = {name: statistics.median(one.get(name, 0.0) for one in weights) for name in names}
    order = sorted(found[tree], key=lambda name: -found[tree][name])
    rows = [
        [name, *(f"{found[at].get(name, 0.0):.2f}" for at in found)] for name in order if found[tree][name] >= LEAST
    ]
    head = ("package", "MB", *("MB there" for _ in others))
    return {"mb": found[tree]}, {"at-rest-imports": (head, rows)}


def _weighed(python: Path, tree: Path) -> dict[str, float]:
    script = str(Path(__file__).with_name("import_weights.py"))
    run = subprocess.run(
        [str(python), script, "wrp_router.cli.serve"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment(python, tree)},
    )
    if run.returncode:
        raise SystemExit(f"import_weights.py failed:\n{run.stderr[-2000:]}")
    weights: dict[str, float] = json.loads(run.stdout)
    return weights


def _trees(asked: argparse.Namespace) -> list[Path]:
    return [ROOT] if asked.against is None else [ROOT, asked.against.resolve()]


ROWS: dict[str, Measure] = {"served": served, "imports": imports}


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, metavar="N", help=f"default: {ROUNDS}; fewer keep nothing"
    )
    parser.add_argument("--against", type=Path, metavar="DIR", help="another checkout; nothing is kept then")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="that runs the gateway")
    return benchmark(
        parser, ROWS, RESULTS, argv, tries=lambda asked: asked.rounds < ROUNDS or asked.against is not None
    )


if __name__ == "__main__":
    sys.exit(main())
