"""The tables of the fault suite: which test does what, and what held when all of it was last done."""

from __future__ import annotations

import json

from .faults import ABSENT, GROUPS, ROOT, ROWS, marked
from .markdown import cell, table

KEPT = ROOT / "bench" / "results" / "faults.json"


def faults() -> str:
    """Every row of the fault suite with the tests that do it, group by group."""
    found = marked()
    parts = []
    for letter, title in GROUPS.items():
        rows = []
        for id, tried in ROWS.items():
            if id.startswith(letter):
                names = [f"[`{name.partition('::')[2]}`](../{name.partition('::')[0]})" for name in found.get(id, ())]
                rows.append(f"| {id} | {cell(tried)} | {', '.join(names) or cell(ABSENT.get(id, ''))} |")
        parts.append(f"## {title}\n\n" + table(("row", "what was tried", "by"), rows))
    return "\n".join(parts)


def held() -> str:
    """What was tried and what held, as last run by make chaos."""
    if not KEPT.exists():
        return "Not run yet: `make chaos ARGS=--keep`.\n"
    kept = json.loads(KEPT.read_text())["rows"]
    rows = []
    for id, tried in ROWS.items():
        found = kept.get(id, {"passed": 0, "verdict": "not tried yet"})
        count = f"; {found['passed']} tests" if found["passed"] else ""
        verdict = f"no test: {ABSENT[id]}" if id in ABSENT else found["verdict"] + count
        rows.append(f"| {id} | {cell(tried)} | {cell(verdict)} |")
    return table(("", "what was tried", "what came of it"), rows)
