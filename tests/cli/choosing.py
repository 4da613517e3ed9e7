"""Outcomes in files that the tests of `wrp eval routing` share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.cli.judged import written

PLACES = ("Rome", "Oslo", "Lima", "Cairo", "Quito", "Delhi", "Paris", "Seoul", "Accra", "Tunis", "Kyoto", "Bonn")


def line(number: int, first: int = 0) -> dict[str, Any]:
    """Sums, which `small` can do, and places, which only `large` knows; one in five goes the other way."""
    turn = number + first
    sums = turn % 2 == 0
    prompt = (
        f"Add {turn * 37} and {turn * 91 + 3}, then write the sum in words"
        if sums
        else f"Tell me of the history of {PLACES[turn % 12]} in the year {1000 + turn}, in one sentence"
    )
    odd = turn % 5 == 0
    scores = {"small": float(sums != odd), "large": float(not odd)}
    return {
        "prompt": prompt,
        "scores": scores,
        "cost": {"small": 0.001, "large": 0.01},
        "task": "sum" * sums or "place",
    }


def outcomes(path: Path, count: int = 40, first: int = 0, **change: Any) -> str:
    """A file of them; keys that `change` has are replaced, or left out where it has None."""
    rows = []
    for number in range(count):
        row = line(number, first) | change
        rows.append({key: value for key, value in row.items() if value is not None})
    return written(path, rows)
