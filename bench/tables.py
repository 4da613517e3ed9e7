"""What benchmarks of several rows share: which are asked for, what is kept of them, and how their tables are shown."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

Table = tuple[Sequence[str], Sequence[Sequence[str]]]
"""Head and rows, as they are shown."""

Tables = Mapping[str, Table]
"""By their titles in the documentation."""


def command(text: str | None, rows: Iterable[str]) -> argparse.ArgumentParser:
    """A parser that takes names of rows and --json."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(rows)}; all without")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


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
