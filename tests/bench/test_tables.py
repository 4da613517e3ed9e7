"""What benchmarks of several rows share."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bench.tables import Tables, benchmark, command
from wrp_router.cli.progress import Bar

TABLES: Tables = {"sums": (("a", "b"), [("1", "2")])}


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Runs a benchmark of two rows; what is kept of it then."""
    results = tmp_path / "results.json"

    def measured(asked: argparse.Namespace, bar: Bar) -> tuple[dict[str, int], Tables]:
        return {"seeds": asked.seeds}, TABLES

    def played(*argv: str) -> dict[str, Any]:
        parser = command("A benchmark.", ("one", "other"))
        parser.add_argument("--seeds", type=int, default=5)
        rows = {"one": measured, "other": measured}
        assert benchmark(parser, rows, results, argv, tries=lambda asked: asked.seeds == 1) == 0
        found: dict[str, Any] = json.loads(results.read_text()) if results.exists() else {}
        return found

    return played


def test_all_rows_are_measured_unless_some_are_named(play, capsys):
    """Each is kept and shown; what was kept of others stays."""
    assert play("other") == {"figures": {"other": {"seeds": 5}}, "table": {"sums": [["a", "b"], [["1", "2"]]]}}
    assert "\nother\n\nsums\n| a | b |\n| --- | --- |\n| 1 | 2 |\n" in capsys.readouterr().out
    assert play("--seeds", "3")["figures"] == {"other": {"seeds": 3}, "one": {"seeds": 3}}


def test_figures_are_printed(play, capsys):
    """As JSON, a row at a time."""
    play("one", "--json")
    assert json.loads(capsys.readouterr().out) == {"one": {"seeds": 5}}


def test_nothing_is_kept_of_a_try(play, capsys):
    """It is shown all the same."""
    assert play("--seeds", "1", "--json") == {}
    assert capsys.readouterr().out.count('"seeds": 1') == 2


def test_a_row_that_there_is_not(play, capsys):
    """Nothing is measured, not even the rows before it."""
    with pytest.raises(SystemExit):
        play("one", "none")
    said = capsys.readouterr()
    assert ("there is no row none; there are one, other" in said.err, said.out) == (True, "")


def test_a_benchmark_without_rows():
    """Takes no names."""
    parser = command("A benchmark.")
    assert parser.parse_args(["--json"]).json
    with pytest.raises(SystemExit):
        parser.parse_args(["one"])
