"""Restarts under load before a real gateway: one of them, gently."""

from __future__ import annotations

import json

import pytest

from bench import restart


@pytest.mark.fault("R17")
def test_one_restart(capsys: pytest.CaptureFixture[str]):
    """Nothing fails, all that was sent is counted, and every connection was ended; of one restart nothing is kept."""
    before = restart.RESULTS.read_bytes()
    asked = ["restart", "--times", "1", "--rate", "50", "--workers", "1", "--json"]
    assert restart.main(asked) == 0
    found = json.loads(capsys.readouterr().out)["restart"]
    for order in ("in turn", "the newest first"):
        one = found[order]
        assert one["answered"] > 50
        assert (one["how"], one["raced"], one["refused"], one["unsent"]) == ({}, 0, 0, 0)
        assert one["counted but not sent"] == 0
        assert one["said_close"] + one["closed_idle"] >= 32
    assert restart.RESULTS.read_bytes() == before
