"""Files that routes and signals name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.makers import codes, config

OTHER = "  - {name: other, servers: ['http://127.0.0.1:8001']}\n"
USES = [
    "{kind: quality, POOLS, card: FILE}",
    "{kind: linucb, POOLS, prior: FILE}",
    "{kind: cascade, POOLS, accept: {kind: logprob}, thresholds: FILE}",
    "{kind: cascade, POOLS, accept: {kind: any, of: [{kind: schema}, {kind: learned, card: FILE}]}}",
    "{kind: shadow, use: {kind: static, POOLS}, shadow: {kind: quality, POOLS, card: FILE}}",
]


def routed(use: str, file: Path | str) -> str:
    """Everything goes by it."""
    whole = use.replace("POOLS", "pools: [local, other]").replace("FILE", f"'{file}'")
    return OTHER + f"routes:\n  - {{name: r, use: {whole}}}\n"


@pytest.mark.parametrize("use", USES)
def test_of_routes(use: str, tmp_path: Path) -> None:
    """However deep they stand: warned of where they are not there, and where they are folders."""
    here = tmp_path / "card"
    here.write_bytes(b"what is in it is not looked at")
    assert codes(config(routed(use, here))) == []
    assert codes(config(routed(use, tmp_path))) == ["W012"]
    (problem,) = config(routed(use, "nowhere.npz")).problems
    assert (problem.code, problem.line) == ("W012", 7)
    assert problem.message == 'there is no file "nowhere.npz" here'


def test_of_signals() -> None:
    """Their cards, too; those that name none ship theirs."""
    assert codes(config("signals: {a: {kind: feedback, head: nowhere}}\nfeedback: {signal: a}\n")) == ["W012"]
    assert codes(config("signals: {a: {kind: feedback}}\nfeedback: {signal: a}\n")) == []


@pytest.mark.parametrize(
    ("log", "why"),
    [
        ("decisions: 'FOLDER/file/log.jsonl'", "file is no folder"),
        ("decisions: 'FOLDER'", "it is a folder"),
        ("audit: 'FOLDER/not there/audit.jsonl'", "there is no folder"),
        ("decisions: 'FOLDER/not there/log.jsonl'", ""),
        ("decisions: 'FOLDER/file'", ""),
        ("decisions: /dev/stderr", ""),
        ("audit: 'FOLDER/audit.jsonl'", ""),
    ],
)
def test_logs_that_cannot_be_written(log: str, why: str, tmp_path: Path) -> None:
    """Are warned of where they are named, and nothing is made by looking."""
    (tmp_path / "file").touch()
    found = config(f"log:\n  {log.replace('FOLDER', str(tmp_path))}\n").problems
    assert [problem.code for problem in found] == (["W017"] if why else [])
    if why:
        assert why in found[0].message
        assert (found[0].line, found[0].col > 1) == (6, True)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
