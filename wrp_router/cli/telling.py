"""How commands that judge say what they found: bad lines to standard error, a report as lines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

TOLD = 100
"""Bad lines that are told one by one; of more, how many."""


def tell(bad: Sequence[Exception]) -> None:
    """What is wrong with lines, each on one of its own."""
    for error in bad[:TOLD]:
        sys.stderr.write(f"{error}\n")
    if len(bad) > TOLD:
        sys.stderr.write(f"and {len(bad) - TOLD} more\n")


def table(report: Mapping[str, Any]) -> list[str]:
    """A report as lines: what is plain first, then each part that has parts."""
    lines = [f"{name:26s} {shown(value)}" for name, value in report.items() if not isinstance(value, dict)]
    for name, value in report.items():
        if isinstance(value, dict):
            lines += ["", name, *(f"  {key:24s} {shown(one)}" for key, one in value.items())]
    return lines


def shown(value: Any) -> str:
    """A figure to four digits; several side by side."""
    if isinstance(value, dict):
        return "  ".join(f"{key} {shown(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    return f"{value:.4g}" if isinstance(value, float) else str(value)
