"""Counting instructions: where there is valgrind, of very few requests; where there is none, it says what to do."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from bench import instructions


@pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind is not installed: NOT TRIED")
def test_a_run_is_counted():
    """Some billions: the start of Python and of all that it imports is in it."""
    assert instructions.counted(Path(sys.executable), instructions.HERE, "plain", 16) > 100_000_000


def test_without_valgrind(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """The command that brings it is named."""
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit):
        instructions.main(["plain"])
    assert "apt-get install valgrind" in capsys.readouterr().err
