"""`python -m wrp_router.workers`: what it loads, and what it wants to be told."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wrp_router.workers.__main__ import main

HEAVY = {"numpy", "aiohttp", "uvloop", "wrp_policies", "wrp_signals", "wrp_cache", "prometheus_client"}


def test_it_is_small():
    """It imports nothing that answers requests."""
    code = "import sys, wrp_router.workers.__main__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not HEAVY & {name.partition(".")[0] for name in loaded}


def test_it_must_be_told_what_to_hold(capsys: pytest.CaptureFixture[str]):
    """A usage error otherwise."""
    with pytest.raises(SystemExit, match="2"):
        main(["--workers", "2", "--", "-c", "x"])
    assert "--listen" in capsys.readouterr().err
