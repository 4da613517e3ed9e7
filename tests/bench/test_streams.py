"""Silent streams before a real gateway: a few of them, and what is said of more than there is room for."""

from __future__ import annotations

import json

import pytest

from bench import streams

pytestmark = pytest.mark.fault("R15")


def test_a_few_streams(capsys: pytest.CaptureFixture[str]):
    """They are opened, weighed and ended; of one round nothing is kept."""
    before = streams.RESULTS.read_bytes()
    assert streams.main(["idle", "--streams", "60", "--rounds", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["idle"]
    assert found["streams"] == 60
    assert found["closed after s"][0] < 30
    assert found["models p99 ms"][0] > 0
    assert streams.RESULTS.read_bytes() == before


def test_more_files_than_are_allowed(capsys: pytest.CaptureFixture[str]):
    """It says how many it would need."""
    with pytest.raises(SystemExit):
        streams.main(["--streams", "100000000"])
    assert "200000500 files" in capsys.readouterr().err


def test_workers_are_as_many_as_the_files_ask_for():
    """One where it may hold them all; two that need not share them evenly; three never."""
    assert streams.workers_for(9_000, 20_000) == 1
    assert streams.workers_for(10_000, 20_000) == 2
    with pytest.raises(ValueError, match="28500 files"):
        streams.workers_for(14_000, 20_000)


def test_a_bar_is_held_by_the_median():
    """And what has none is not judged."""
    assert streams.held("KiB a stream", [39.0, 41.0, 38.0]) == "yes"
    assert streams.held("KiB a stream", [39.0, 41.0, 42.0]) == "NO"
    assert streams.held("opened in s", [1e9]) == ""
