"""Gateways at rest: weighed once each, and what their imports weigh."""

from __future__ import annotations

import json

import pytest

from bench import at_rest


def test_both_configurations_are_weighed(capsys: pytest.CaptureFixture[str]):
    """Memory of its own is a part of all; of one round nothing is kept."""
    before = at_rest.RESULTS.read_bytes()
    assert at_rest.main(["served", "--rounds", "1", "--json"]) == 0
    rounds = json.loads(capsys.readouterr().out)["served"]["rounds"]
    assert [*rounds] == ["plain", "static tier"]
    for (one,) in rounds.values():
        assert 10 < one["own_mb"] < one["rss_mb"] < 1000
        assert one["start_s"] > 0
    assert rounds["static tier"][0]["rss_mb"] > rounds["plain"][0]["rss_mb"]
    assert at_rest.RESULTS.read_bytes() == before


def test_what_imports_weigh(capsys: pytest.CaptureFixture[str]):
    """The packages, and the interpreter before, are nearly all of it."""
    assert at_rest.main(["imports", "--rounds", "1", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["imports"]["mb"]
    whole = found.pop("all")
    assert {"interpreter", "standard library", "numpy", "aiohttp", "wrp_router.flow"} <= {*found}
    assert sum(found.values()) == pytest.approx(whole, rel=0.1)


def test_a_bar_is_held_by_the_median():
    """And what has none is not judged."""
    rounds = [{"rss_mb": value} for value in (69.0, 90.0, 60.0)]
    assert at_rest._judged("static tier", rounds) == ("≤ 70", "yes")
    assert at_rest._judged("static tier", rounds[1:2]) == ("≤ 70", "NO")
    assert at_rest._judged("plain", rounds) == ("", "")
