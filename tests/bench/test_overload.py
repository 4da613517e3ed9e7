"""Bursts before a real router: a short one of each kind, and what is made of answers."""

from __future__ import annotations

import json

import pytest

from bench import overload
from bench.open_loop import Answer


def answers(*each: tuple[str, float, float, int]) -> list[Answer]:
    return [Answer(name, due, took, status, b"\r\nretry-after-ms: 1000") for name, due, took, status in each]


def test_goodput_counts_what_came_in_the_burst():
    """To what the engine can answer in that time."""
    begun = overload.BEFORE + overload.RAMP
    came = answers(("a", begun, 0.1, 200), ("a", begun, 0.1, 503), ("a", 0.0, 0.1, 200), ("a", begun, 99.0, 200))
    assert overload.goodput(came, 1.5) == pytest.approx(1 / overload.CAPACITY)


def test_recovery_is_the_last_that_was_not_as_before():
    """In tenths of a second after the burst; who was served late counts as not served."""
    end = overload.BEFORE + 2.0
    assert overload.recovery(answers(("a", end + 0.05, 0.5, 200)), 2.0) == 0.0
    assert overload.recovery(answers(("a", end + 0.55, 0.5, 503), ("a", end + 0.75, 0.5, 200)), 2.0) == 0.6
    assert overload.recovery(answers(("a", end + 0.55, 9.0, 200)), 2.0) == 0.6


def test_a_short_burst(capsys: pytest.CaptureFixture[str]):
    """Who matters is served, engines do not idle, nobody is left without an answer; nothing is kept of a try."""
    before = overload.RESULTS.read_bytes()
    assert overload.main(["overload", "--seeds", "1", "--seconds", "3", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out).values()
    assert found["critical served"][0] > 0.9
    assert found["goodput"][0] > 0.5
    assert found["sheddable served"][0] < found["default served"][0] < found["critical served"][0]
    assert found["neither 200 nor 503"] == found["refusals without retry-after-ms"] == [0.0]
    assert overload.RESULTS.read_bytes() == before


def test_a_storm(capsys: pytest.CaptureFixture[str]):
    """Engines that fail are not asked more often than the budget lets; nearly all callers are told not to try again."""
    assert overload.main(["storm", "--seeds", "1", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out).values()
    assert found["attempts to bound"][0] <= 1
    assert found["x-should-retry: false"][0] > 0.95
    assert found["not answered with 5xx"] == [0.0]
