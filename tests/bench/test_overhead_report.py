"""Rounds as ratios, bars and tables."""

from __future__ import annotations

from bench.overhead_report import Judged, bars, better, contenders, figure, of, ratio, rounded, spread

ROUNDS = {
    "direct": [{"rps": 100.0, "p50": 10.0, "errors": 0}, {"rps": 100.0, "p50": 20.0, "errors": 0}],
    "wrp": [{"rps": 30.0, "p50": 50.0, "errors": 1}, {"rps": 60.0, "p50": 60.0, "errors": 2}],
    "slow": [{"rps": 10.0, "p50": 90.0, "errors": 0}, {"rps": 15.0, "p50": 40.0, "errors": 0}],
}


def test_ratios_are_taken_round_by_round():
    """And may be those of what each adds to another."""
    assert ratio(ROUNDS, "wrp", "slow", "rps") == spread([3.0, 4.0])
    assert ratio(ROUNDS, "wrp", "slow", "p50", over="direct") == spread([40 / 80, 40 / 20])
    assert spread([3.0, 4.0]).told("x") == "3.5x [3, 4]"


def test_the_better_peer():
    """By the median; of those that were measured."""
    assert better(ROUNDS, ["direct", "slow", "absent"], "rps") == "direct"
    assert better(ROUNDS, ["wrp", "slow"], "p50", most=False) == "wrp"
    assert better(ROUNDS, ["absent"], "rps") is None


def test_a_bar_is_held_or_not():
    """At least, or at most; being equal is enough."""
    assert [Judged("a", "", value, 2.0, "least").told()["held"] for value in (1.9, 2.0, 2.1)] == [False, True, True]
    assert [Judged("a", "", value, 2.0, "most").told()["held"] for value in (1.9, 2.0, 2.1)] == [True, True, False]
    head, rows = bars([Judged("what", "1x", 1.0, 2.0, "least", "x", "beside")])
    assert dict(zip(head, rows[0], strict=True)) == {
        "": "what",
        "measured": "1x",
        "besides": "beside",
        "bar": "≥ 2x",
        "held": "NO",
    }


def test_contenders_in_a_table():
    """Medians, with the spread where it matters; errors of all rounds; nothing where nothing was measured."""
    head, rows = contenders(ROUNDS | {"absent": [], "engine": [{"rps": 1.0}]})
    assert head == ["", "requests/s", "p50 µs", "errors"]
    assert rows[1] == ["wrp", "45 [30, 60]", "55", "3"]
    assert rows[3] == ["engine", "1", "", ""]


def test_figures():
    """As many digits as one reads; in the results, five."""
    assert [figure(value) for value in (0.12345, 12.345, 12345.6)] == ["0.123", "12.3", "12,346"]
    assert rounded({"a": [{"rps": 1234567.0}]}) == {"a": [{"rps": 1234600.0}]}
    assert of(ROUNDS, "wrp", "rps").median == 45.0
