"""Does everything to the router that the documentation says was done to it, and prints what held: `make chaos`.

    python scripts/chaos.py                # all rows, long forms included
    python scripts/chaos.py R1 C2 --json   # some of them, for programs
    python scripts/chaos.py --keep         # also write what docs/faults.md and the README show

Rows whose tests were skipped say why. 1 if any row did not hold.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.faults import ABSENT, ROOT, ROWS, marked
from scripts.faults_page import KEPT


@dataclass
class Row:
    """What became of one row: how many of its tests passed, which did not, and why some were skipped."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def verdict(self) -> str:
        """In one word or two, with the reason where something was left out."""
        if self.failed:
            return "did not hold"
        reasons = "; ".join(dict.fromkeys(self.skipped))
        if not self.passed:
            return f"skipped: {reasons}" if reasons else "not tried"
        return f"held, but for what was skipped: {reasons}" if reasons else "held"


class Rows:
    """A plugin of pytest's that hears how the tests of the wanted rows end."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self.rows = {id: Row() for id in wanted}
        self._ids: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            self._ids[item.nodeid] = [id for one in item.iter_markers("fault") for id in one.args if id in self.rows]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for id in self._ids.get(report.nodeid, ()):
            row = self.rows[id]
            if report.failed:
                row.failed.append(report.nodeid)
            elif report.skipped:
                row.skipped.append(_reason(report))
            elif report.when == "call":
                row.passed += 1


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    return str(told[2] if isinstance(told, tuple) else told).removeprefix("Skipped: ")


def ran(wanted: Sequence[str], options: Sequence[str] = ()) -> tuple[int, Mapping[str, Row]]:
    """The status of pytest, and what became of each row."""
    rows, tests = Rows(wanted), marked()
    names = dict.fromkeys(name for id in wanted for name in tests.get(id, ()))
    given = ["-q", "--chaos", "-p", "no:cacheprovider", "--rootdir", str(ROOT), *options]
    status = pytest.main([*given, *[str(ROOT / name) for name in names]], plugins=[rows]) if names else 0
    return int(status), rows.rows


def table(rows: Mapping[str, Row]) -> str:
    """For people."""
    lines = []
    for id, row in rows.items():
        verdict = f"no test: {ABSENT[id]}" if id in ABSENT else row.verdict()
        lines.append(f"{id:>4}  {row.passed:>4} passed  {verdict}")
        lines += [f"      {'':>4} failed: {name}" for name in row.failed]
        lines.append(f"      {ROWS[id]}")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if all that was tried held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="as in docs/faults.md; without any, all")
    parser.add_argument("--json", action="store_true", help="print what became of them as JSON")
    parser.add_argument("--keep", action="store_true", help="write it where the documentation takes it from")
    options = parser.parse_args(arguments)
    if unknown := [id for id in options.rows if id not in ROWS]:
        parser.error(f"no such rows: {' '.join(unknown)}")
    with redirect_stdout(sys.stderr):
        status, rows = ran(options.rows or list(ROWS))
    told = {id: {"tried": ROWS[id], "verdict": row.verdict(), **asdict(row)} for id, row in rows.items()}
    print(json.dumps(told, indent=1) if options.json else table(rows))
    if options.keep:
        before = json.loads(KEPT.read_text())["rows"] if KEPT.exists() else {}
        kept = {id: {"passed": row.passed, "verdict": row.verdict()} for id, row in rows.items()}
        KEPT.write_text(json.dumps({"rows": before | kept}, indent=1) + "\n", encoding="utf-8")
    return 1 if status not in (0, 5) or any(row.failed for row in rows.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
