"""The tables of the fault suite."""

from __future__ import annotations

import json

from scripts.faults import ABSENT, ROWS, marked
from scripts.faults_page import KEPT, faults, held


def test_every_row_is_there():
    """In both; with all its tests in the one, and what came of it in the other."""
    page, short = faults(), held()
    for id in ROWS:
        assert page.count(f"| {id} |") == short.count(f"| {id} |") == 1
    for names in marked().values():
        for name in names:
            path, _, test = name.partition("::")
            assert f"[`{test}`](../{path})" in page
    for reason in ABSENT.values():
        assert reason in page
        assert reason in short


def test_what_is_kept_is_of_rows_that_there_are():
    """Of the last run, which may have left some out."""
    assert set(json.loads(KEPT.read_text())["rows"]) <= set(ROWS)
