"""Thirty broken configurations, and exactly what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.golden_files import BROKEN, loaded, said_of
from wrp_router.config import CODES

pytestmark = pytest.mark.fault("K3")

by_file = pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)


@by_file
def test_what_is_said(file: Path) -> None:
    """Every problem of the file at once, each with its place, its line and a hint."""
    assert said_of(file) == file.with_suffix(".txt").read_text()


@by_file
def test_every_problem_helps(file: Path) -> None:
    """A code that is in the table, a place in a file that was read, a message and a hint of one line each."""
    result = loaded(file)
    assert result.problems
    for problem in result.problems:
        assert problem.code in CODES
        assert 1 <= problem.line <= len(result.sources[problem.file].splitlines()) + 1
        assert problem.col >= 1
        assert problem.message
        assert problem.hint
        assert (problem.message + problem.hint).isprintable()


def test_there_are_thirty_one() -> None:
    """None got lost."""
    assert len(BROKEN) == 31


@by_file
def test_no_configuration_comes_of_errors(file: Path) -> None:
    """There is a configuration if and only if nothing is an error."""
    result = loaded(file)
    assert (result.config is None) == any(problem.is_error for problem in result.problems)


def test_secrets_are_not_said() -> None:
    """Keys and passwords that stand in a file are in nothing that is printed."""
    said = "".join(said_of(file) for file in BROKEN)
    assert "verysecretkey" not in said
    assert "hunter2" not in said
