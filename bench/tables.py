"""What benchmarks of several rows share: which are asked for, what is kept of them, and how their tables are shown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from wrp_router.cli.progress import Bar

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Head and rows, as they are shown."""

Tables = Mapping[str, Table]
"""By their titles in the documentation."""

Measure = Callable[[argparse.Namespace, Bar], tuple[Mapping[str, Any], Tables]]
"""A row: what was asked for -> figures, and the tables of them."""


def command(text: str | None, rows: Collection[str] = ()) -> argparse.ArgumentParser:
    """A parser that takes --json and, where there are any, names of rows."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    if rows:
        parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(rows)}; all without")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


def benchmark(
    parser: argparse.ArgumentParser,
    rows: Mapping[str, Measure],
    results: Path,
    argv: Sequence[str] | None = None,
    tries: Callable[[argparse.Namespace], bool] = lambda asked: False,
) -> int:
    """Measure the rows that are asked for, keep what was found in `results`, and show it, each as it comes: the exit
    status. Of what `tries` says is only a try nothing is kept."""
    asked = parser.parse_args(argv)
    bar = Bar()
    for name in chosen(parser, asked, tuple(rows)):
        figures, tables = rows[name](asked, bar)
        bar.end()
        if not tries(asked):
            kept(results, name, figures, tables)
        print(json.dumps({name: figures}, indent=1) if asked.json else shown(name, tables), flush=True)
    return 0


def chosen(parser: argparse.ArgumentParser, asked: argparse.Namespace, rows: Sequence[str]) -> Sequence[str]:
    """The rows that were asked for; the parser ends the program where there is no such row."""
    unknown = [row for row in asked.rows if row not in rows]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; there are {', '.join(rows)}")
    return asked.rows or rows


def kept(path: Path, name: str, figures: Mapping[str, Any], tables: Tables) -> None:
    """What was measured in this row, and the tables that the documentation shows of it; what else there is stays."""
    found = json.loads(path.read_text()) if path.exists() else {"table": {}, "figures": {}}
    found["figures"].setdefault(name, {}).update(figures)
    found["table"] |= tables
    path.write_text(json.dumps(found, indent=1) + "\n")


def shown(name: str, tables: Tables) -> str:
    """For a terminal, in Markdown."""
    lines = [f"\n{name}"]
    for title, (head, rows) in tables.items():
        lines += [f"\n{title}", *(" | ".join(line).join(("| ", " |")) for line in (head, ["---"] * len(head), *rows))]
    return "\n".join(lines)
