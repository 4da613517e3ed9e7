"""What `make chaos` makes of how tests ended."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from scripts.chaos import Row, main, table
from scripts.faults import ROOT


@pytest.mark.parametrize(
    ("row", "verdict"),
    [
        (Row(), "not tried"),
        (Row(passed=2), "held"),
        (Row(passed=2, failed=["a"], skipped=["b"]), "did not hold"),
        (Row(skipped=["no root", "no root", "no redis"]), "skipped: no root; no redis"),
        (Row(passed=1, skipped=["no root"]), "held, but for what was skipped: no root"),
    ],
)
def test_verdicts(row: Row, verdict: str):
    """One failure is enough; what was skipped is never passed over."""
    assert row.verdict() == verdict


def test_a_table():
    """With what was done, and what failed; a row without a test has its reason."""
    text = table({"R1": Row(passed=3), "B4": Row(failed=["tests/x.py::test_y"]), "S17": Row()})
    assert "  R1     3 passed  held\n" in text
    assert "did not hold\n           failed: tests/x.py::test_y" in text
    assert "no test: there is no dashboard" in text


def test_a_row_is_run():
    """By its marks, and told for programs; another row's tests are not."""
    command = [sys.executable, str(ROOT / "scripts" / "chaos.py"), "R10", "S17", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == ["R10", "S17"]
    assert (told["R10"]["verdict"], told["S17"]["verdict"]) == ("held", "not tried")
    assert told["R10"]["passed"] > 3


def test_a_row_that_is_none(capsys: pytest.CaptureFixture[str]):
    """Is said so."""
    with pytest.raises(SystemExit):
        main(["R99"])
    assert "no such rows: R99" in capsys.readouterr().err
