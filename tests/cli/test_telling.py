"""How reports and bad lines are shown."""

from __future__ import annotations

import pytest

from wrp_router.cli.telling import MOST, failed, found, shown, table, tell


def test_a_report():
    """What is plain first, then what has parts."""
    report = {"n": 3, "f1": {"law": 0.5, "art": {"n": 2, "recall": 1.0}}, "accuracy": 0.123456, "folds": [0.5, 1]}
    assert table(report) == [
        "n                          3",
        "accuracy                   0.1235",
        "folds                      0.5, 1",
        "",
        "f1",
        "  law                      0.5",
        "  art                      n 2  recall 1",
    ]


def test_words_stay():
    """As they are."""
    assert shown("auto") == "auto"
    assert shown(None) == "None"


def test_what_was_found(capsys):
    """As lines, or as JSON; exit status 0."""
    assert found({"n": 3}, False, table) == found({"n": 3}, True, table) == 0
    assert capsys.readouterr() == ("n                          3\n" + '{\n "n": 3\n}\n', "")


def test_failures(capsys):
    """On one line, or none where all was said already; exit status 1."""
    assert failed(ValueError("no such file")) == failed(ValueError("")) == 1
    assert capsys.readouterr() == ("", "wrp: no such file\n")


def test_files_that_are_not_there(capsys):
    """Named as they were, without a number of the system's."""
    assert failed(FileNotFoundError(2, "No such file or directory", "nope.json")) == 1
    assert capsys.readouterr().err == "wrp: nope.json: No such file or directory\n"


def test_a_reader_that_has_seen_enough():
    """Is nothing that failed: `wrp cache export - | head -1` ends quietly."""
    with pytest.raises(BrokenPipeError):
        failed(BrokenPipeError(32, "Broken pipe"))


def test_bad_lines(capsys):
    """One by one, and of very many how many more."""
    tell([ValueError(f"f:{number}: no") for number in range(MOST + 7)])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("f:0: no\nf:1: no\n")
    assert err.endswith(f"f:{MOST - 1}: no\nand 7 more\n")
    tell([])
    assert capsys.readouterr().err == ""
