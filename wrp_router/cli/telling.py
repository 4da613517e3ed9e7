"""How commands say what they found: bad lines and failures to standard error, a report as lines or as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MOST = 100
"""Bad lines that are told one by one; of more, how many."""

Told = dict[str, Any]
"""What became of a command: figures and names, some of them with parts."""


class CannotDo(Exception):
    """Why not, and what to do about it."""


def tell(bad: Sequence[Exception]) -> None:
    """What is wrong with lines, each on one of its own."""
    for error in bad[:MOST]:
        sys.stderr.write(f"{error}\n")
    if len(bad) > MOST:
        sys.stderr.write(f"and {len(bad) - MOST} more\n")


def failed(error: Exception) -> int:
    """Why nothing came of it, on one line, unless the error is empty: all was said already then. The exit status. A
    reader of our output that has gone is no failure: raises BrokenPipeError again."""
    if isinstance(error, BrokenPipeError):
        raise error
    text = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
    sys.stderr.write(f"wrp: {text}\n" if text else "")
    return 1


def found(report: Mapping[str, Any], as_json: bool, lines: Callable[[Any], Sequence[str]]) -> int:
    """A report, as `lines` says it if not as JSON. The exit status."""
    sys.stdout.write(json.dumps(report, indent=1) + "\n" if as_json else "\n".join(lines(report)) + "\n")
    return 0


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
