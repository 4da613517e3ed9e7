"""Conditions, and the routes together."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config

SIGNALS = "signals: {hard: {kind: tokens}, word: {kind: keyword, words: [a]}}\n"


def routes(*whens: str) -> str:
    lines = [
        f"  - {{name: r{n}, when: '{when}', use: {{kind: static, pools: [local]}}}}\n" for n, when in enumerate(whens)
    ]
    return SIGNALS + "routes:\n" + "".join(lines)


@pytest.mark.parametrize(
    ("whens", "found"),
    [
        (["hard > 1.0 && word", "true"], []),
        (["hard > 1.0 && word"], ["W001"]),
        (["hard >", "word && hard > 1.0", "true"], ["E030"]),
        (["hard && word", "true"], ["E031"]),
        (["hrd > 1.0 && wrd && hard > 1.0 && word", "true"], ["E021", "E021"]),
        (["true", "hard > 1.0 && word"], ["W002"]),
        (["hard > 1.0 && word", "1 > 2", "true"], ["W007"]),
    ],
)
def test_table(whens: list[str], found: list[str]):
    """What is wrong with each condition, and what with all of them."""
    assert codes(config(routes(*whens))) == found


def test_places_inside_of_a_condition():
    """The very name, and what it may have been."""
    (problem,) = config(routes("word && hrd > 1.0 && hard > 1.0", "true")).problems
    assert (problem.line, problem.col) == (7, 31)
    assert "hard" in problem.hint


def test_priorities_count():
    """What takes everything takes it only from those after it."""
    text = routes("true", "word && hard > 1.0").replace("name: r1", "priority: 1, name: r1")
    assert codes(config(text)) == []


@pytest.mark.parametrize(
    ("unless", "found"),
    [
        ("", []),
        ("pii || tenant == 'x'", []),
        ("ppi", ["E021"]),
        ("pii ||", ["E030"]),
        ("pii == 3", ["E031"]),
        ("'" + "x" * 5000 + "'", ["E013"]),
    ],
)
def test_what_the_cache_does_not_keep(unless: str, found: list[str]):
    """Is a condition like those of routes, and uses the signals in it."""
    signals = "signals: {pii: {kind: pii}}\n"
    got = [code for code in codes(config(f'{signals}cache: {{unless: "{unless}"}}\n')) if code.startswith("E")]
    assert got == found
