"""`wrp test`: a configuration's own tests, and which of its routes they reach."""

from __future__ import annotations

import argparse
import json
import sys
from time import time

from wrp_router.config.structs import Config
from wrp_router.rehearsal import Rehearsal, Verdict, judge
from wrp_signals import SignalError

from .reading import read
from .telling import failed


def run(options: argparse.Namespace) -> int:
    """0 where every test holds, 1 where one does not or the file cannot be read."""
    config = read(options.file)
    if config is None:
        return 1
    try:
        rehearsal = Rehearsal(config, now=time())
    except (SignalError, OSError) as error:
        return failed(error)
    verdicts = [judge(rehearsal, test) for test in config.tests]
    if options.json:
        sys.stdout.write(json.dumps(_as_json(config, verdicts), indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(config, verdicts)) + "\n")
    return 1 if any(verdict.differences for verdict in verdicts) else 0


def _coverage(config: Config, verdicts: list[Verdict]) -> dict[str, int]:
    taken = [verdict.row.route for verdict in verdicts]
    return {route.name: taken.count(route.name) for route in config.routes}


def _lines(config: Config, verdicts: list[Verdict]) -> list[str]:
    if not verdicts:
        return ["no tests in this file: add some under `tests:`"]
    lines = []
    for verdict in verdicts:
        lines.append(f"{'FAIL' if verdict.differences else 'ok  '} {verdict.ask[:100]}  -> {verdict.row.route}")
        lines += [f"       {difference}" for difference in verdict.differences]
    failed = sum(bool(verdict.differences) for verdict in verdicts)
    reached = _coverage(config, verdicts)
    lines.append(f"{len(verdicts) - failed} passed, {failed} failed")
    lines.append(f"routes reached: {sum(map(bool, reached.values()))} of {len(reached)}")
    lines += [f"       not reached: {name}" for name, count in reached.items() if not count]
    return lines


def _as_json(config: Config, verdicts: list[Verdict]) -> dict[str, object]:
    tests = [{"ask": v.ask, "route": v.row.route, "differences": list(v.differences)} for v in verdicts]
    return {"tests": tests, "coverage": _coverage(config, verdicts)}
