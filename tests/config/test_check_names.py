"""Names and references."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config

USE = "use: {kind: static, pools: [local]}"
ROUTE = f"routes: [{{name: r, {USE}}}]\n"
CASCADE = "routes: [{name: r, use: {kind: cascade, pools: [local, other], accept: %s}}]\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"routes: [{{name: r, when: 'request.stream', {USE}}}, {{name: r, {USE}}}]\n", ["E022"]),
        (f"routes: [&r {{name: r, when: 'request.stream', {USE}}}, *r, {{name: s, {USE}}}]\n", ["E022"]),
        (f"routes: [{{name: &n r, when: 'request.stream', {USE}}}, {{name: *n, {USE}}}]\n", ["E022"]),
        ("routes: [{name: r, use: {kind: static, pools: [locl]}}]\n", ["E020", "W004"]),
        ("routes: [{name: r, use: {kind: weighted, pools: {local: 1, other: 1}}}]\n", ["E020"]),
        (
            f"routes: [{{name: r, use: {{kind: shadow, {USE}, shadow: {{kind: static, pools: [locl]}}}}}}]\n",
            ["E013", "E020"],
        ),
        ("routes: [{name: r, use: {kind: in_context, small: local, large: big}}]\ncache: {}\n", ["E020"]),
        ("routes: [{name: r, use: {kind: in_context, small: locl, large: big}}]\n", ["E020", "E020", "W004", "W004"]),
        (ROUTE + "tests: [{ask: a, expect: {route: s}}]\n", ["E023"]),
        (ROUTE + "tests: [{ask: a, expect: {pool: other}}]\n", ["E020"]),
        (ROUTE + "tests: [{ask: a, expect: {signals: {pii: true}}}]\n", ["E021"]),
        ("signals: {tenant: {kind: tokens}}\n", ["E024"]),
        ("signals: {a: {kind: load, pool: other}}\n", ["E020"]),
        ("signals: {a: {kind: load, pool: local}}\n", []),
        ("signals: {a: {kind: keyword, regex: ['[', ok, '(']}}\n", ["E025", "E025"]),
        ("signals: {a: {kind: keyword, regex: [ok]}}\n", []),
        (ROUTE + "signals: {a: {kind: tokens}}\n", ["W004"]),
        (ROUTE + "signals: {a: {kind: tokens}}\ntests: [{ask: a, expect: {signals: {a: 1}}}]\n", []),
        (ROUTE + "signals: {category: {kind: tokens}}\ncache: {}\n", []),
        (ROUTE + "signals: {mood: {kind: feedback}}\nfeedback: {signal: mood}\n", []),
        (ROUTE + "signals: {mood: {kind: feedback}}\n", ["W004"]),
        ("routes: [{name: r, use: {kind: elo, pools: [local]}}]\nsignals: {category: {kind: tokens}}\n", []),
        (CASCADE % "{kind: logprob}" + "signals: {category: {kind: tokens}}\n", ["E020", "W004"]),
        (CASCADE % "{kind: logprob}, thresholds: x" + "signals: {category: {kind: tokens}}\n", ["E020", "W012"]),
        (CASCADE % "{kind: learned, card: x}" + "signals: {category: {kind: tokens}}\n", ["E020", "W012"]),
    ],
)
def test_table(text: str, found: list[str]):
    """What exists once and is used is right; everything else is said."""
    assert sorted(codes(config(text))) == sorted(found)


def test_a_near_name_is_proposed():
    """With the place of the reference."""
    found = config("routes: [{name: r, use: {kind: static, pools: [locl]}}]\n").problems
    (problem,) = [one for one in found if one.code == "E020"]
    assert problem.line == 5
    assert 'did you mean "local"?' in problem.hint


def test_files_that_a_signal_names_are_not_read_here() -> None:
    """They are when it is built to be used."""
    assert codes(config("signals: {tongue: {kind: language, table: nowhere/card.json}}\n")) == []
