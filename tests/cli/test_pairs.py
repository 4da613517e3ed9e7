"""Labelled pairs from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.judged import written
from wrp_router.cli.pairs import embedded, read_pairs
from wrp_router.cli.progress import Bar
from wrp_signals import HashingEmbedder

GOOD = {"a": "How do I restore my password?", "b": "How can I recover my password?", "dup": 1}


def test_lines(tmp_path: Path):
    """Labels may be said in several ways; a pair without a category is of `default`."""
    path = written(tmp_path / "pairs", [GOOD, GOOD | {"dup": False, "category": "code"}, GOOD | {"dup": "yes"}])
    pairs, bad = read_pairs(path)
    assert bad == []
    assert [(one.dup, one.category) for one in pairs] == [(True, "default"), (False, "code"), (True, "default")]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("{", "not valid JSON"),
        ("[]", "not a JSON object"),
        (json.dumps({"b": "x", "dup": 1}), "`a` is no text"),
        (json.dumps(GOOD | {"b": " "}), "`b` is no text"),
        (json.dumps(GOOD | {"a": "x" * 100_001}), "`a` has more than 100000 characters"),
        (json.dumps(GOOD | {"category": 3}), "`category` is no text"),
        (json.dumps({"a": "x", "b": "y"}), "no `dup`"),
        (json.dumps(GOOD | {"dup": "perhaps"}), "perhaps"),
        ("[" * 100_000, "recursion"),
    ],
)
def test_lines_that_cannot_be_used(tmp_path: Path, line: str, wrong: str):
    """Are told with file and line; the others are read."""
    path = tmp_path / "pairs.jsonl"
    path.write_text(f"{json.dumps(GOOD)}\n\n{line}\n")
    pairs, bad = read_pairs(str(path))
    assert len(pairs) == 1
    assert [str(error).startswith(f"{path}:3: ") for error in bad] == [True]
    assert wrong in str(bad[0])


def test_cosines(tmp_path: Path):
    """Of the vectors of both; a text that stands in several pairs is embedded once."""
    pairs, _ = read_pairs(written(tmp_path / "pairs", [GOOD, GOOD | {"b": GOOD["a"]}]))
    first, second = embedded(pairs, HashingEmbedder(), Bar())
    assert second.similarity == pytest.approx(1.0, abs=1e-5)
    assert first.similarity < 0.999
