"""The CSV of Azure's LLM inference traces: TIMESTAMP,ContextTokens,GeneratedTokens.

It says nothing of what prompts share, so no two requests share anything here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from .arrival import Trace, TraceUnusable
from .lines import Raw, checked, numbered

BLOCK_TOKENS = 512
"""What the trace says its blocks have; there are none."""

_HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens"
_DIGITS = 9


def azure(path: Path, number: int, line: bytes) -> Trace | None:
    """None if the first line is not the header."""
    if line.decode("utf-8-sig", "replace").strip() != _HEADER:
        return None
    return Trace(path.name, BLOCK_TOKENS, lambda: checked(path, _rows(path), BLOCK_TOKENS))


def _rows(path: Path) -> Iterator[Raw]:
    lines = numbered(path)
    next(lines, None)
    begin: datetime | None = None
    for number, line in lines:
        fields = line.strip().split(b",")
        if len(fields) != 3:
            raise TraceUnusable(path, number, f"{len(fields)} fields, not 3")
        moment = _moment(path, number, fields[0])
        begin = begin or moment
        prompt, output = _count(path, number, fields[1]), _count(path, number, fields[2])
        yield number, (moment - begin).total_seconds(), prompt, output, ()


def _moment(path: Path, number: int, text: bytes) -> datetime:
    """UTC where it does not say; digits after the microsecond do not count."""
    try:
        moment = datetime.fromisoformat(text.decode("ascii"))
    except ValueError:
        raise TraceUnusable(path, number, f"no time: {text[:40]!r}") from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _count(path: Path, number: int, text: bytes) -> int:
    if not text.isdigit() or len(text) > _DIGITS:
        raise TraceUnusable(path, number, f"no number of tokens: {text[:40]!r}")
    return int(text)
