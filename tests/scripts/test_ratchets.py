"""The ratchets."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.ratchets import FILE_LINES, FUNCTION_LINES, files, too_long


@pytest.fixture
def breaches(tmp_path: Path):
    def of(text: str) -> list[str]:
        path = tmp_path / "some.py"
        path.write_text(text)
        return list(too_long(path, tmp_path))

    return of


def function(lines: int, head: str = "def f():") -> str:
    return f"{head}\n" + "    pass\n" * lines


def test_files(breaches):
    """At the bound is within it; one more line is not."""
    assert breaches("pass\n" * FILE_LINES) == []
    assert breaches("pass\n" * (FILE_LINES + 1)) == [f"some.py: {FILE_LINES + 1} lines"]


def test_functions(breaches):
    """From the first statement to the last: a docstring counts, a long head does not."""
    assert breaches(function(FUNCTION_LINES)) == []
    assert breaches(function(FUNCTION_LINES + 1)) == [f"some.py:1 f: {FUNCTION_LINES + 1} lines"]
    assert breaches(function(FUNCTION_LINES, "def f(\n    a,\n    b,\n):")) == []
    assert breaches(function(FUNCTION_LINES + 1, "async def f():")) == [f"some.py:1 f: {FUNCTION_LINES + 1} lines"]


def test_functions_inside(breaches):
    """Of classes and of other functions, each by itself."""
    body = "".join(f"        {line}" for line in ["pass\n"] * (FUNCTION_LINES + 1))
    assert breaches(f"class A:\n    def f(self):\n{body}") == [f"some.py:2 f: {FUNCTION_LINES + 1} lines"]


def test_this_repository():
    """Keeps to it, its tests, benchmarks and scripts included."""
    assert [breach for path in files() for breach in too_long(path)] == []
