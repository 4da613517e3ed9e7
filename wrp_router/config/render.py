"""Problems for people (the line, a caret under it) and for programs (JSON), and a configuration as it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

import msgspec

from .problems import Problem
from .secret import MASK, Secret
from .structs import Config
from .syntax import lines_of

MOST_WIDE = 100

DIGITS = 12
"""Of a fingerprint, in hex."""


def render(problems: Iterable[Problem], sources: Mapping[str, str]) -> str:
    """One paragraph a problem, `file:line:col CODE message - hint` and the line, then how many there are. Ends with a
    line break, or is empty if there is nothing wrong. `sources` are `Loaded.sources`, where secrets are masked."""
    found = list(problems)
    lines = {name: lines_of(text) for name, text in sources.items()}
    paragraphs = [_paragraph(problem, lines.get(problem.file, [])) for problem in found]
    return "\n".join([*paragraphs, _summary(found) + "\n"]) if found else ""


def render_json(problems: Iterable[Problem]) -> str:
    """`{"errors": 1, "warnings": 0, "problems": [{file, line, col, code, severity, message, hint}]}` on one line."""
    found = list(problems)
    listed = [
        {**msgspec.structs.asdict(problem), "severity": "error" if problem.is_error else "warning"} for problem in found
    ]
    errors = sum(problem.is_error for problem in found)
    return msgspec.json.encode({"errors": errors, "warnings": len(found) - errors, "problems": listed}).decode()


def render_config(config: Config) -> str:
    """JSON: includes, variables and defaults are resolved, secrets are stars."""
    return pretty(msgspec.to_builtins(config, enc_hook=_shown))


def fingerprint(config: Config) -> str:
    """By which two configurations are told apart, but for their secrets: the beginning of the SHA-256 of that text."""
    return sha256(render_config(config).encode()).hexdigest()[:DIGITS]


def pretty(value: object) -> str:
    """As indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _shown(value: object) -> object:
    if isinstance(value, Secret):
        return MASK
    raise NotImplementedError(f"{type(value).__name__} in a configuration")


def _paragraph(problem: Problem, lines: list[str]) -> str:
    head = f"{problem.file}:{problem.line}:{problem.col} {problem.code} {problem.message} - {problem.hint}\n"
    if problem.line > len(lines):
        return head
    line, column = _window(lines[problem.line - 1], problem.col - 1)
    number = str(problem.line)
    blank = " " * len(number)
    return f"{head}  {number} | {line}\n  {blank} | {' ' * column}^\n"


def _window(line: str, column: int) -> tuple[str, int]:
    """The part of a line around a column, printable, and where in it the column is."""
    start = max(0, column - MOST_WIDE // 2) if len(line) > MOST_WIDE else 0
    part = line[start : start + MOST_WIDE]
    printable = "".join(c if c.isprintable() else " " for c in part)
    return printable.rstrip() if start + MOST_WIDE >= len(line) else printable, column - start


def _summary(problems: list[Problem]) -> str:
    errors = sum(problem.is_error for problem in problems)
    counts = ((errors, "error"), (len(problems) - errors, "warning"))
    return ", ".join(f"{count} {word}{'s' if count > 1 else ''}" for count, word in counts if count)
