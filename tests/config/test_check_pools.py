"""Adapters and context lengths of pools."""

from __future__ import annotations

import pytest

from tests.config.makers import codes
from wrp_router.config import Loaded, loads


def pools(*texts: str, more: str = "") -> Loaded:
    lines = [f"  - {{name: p{number}, servers: ['http://a{number}'], {text}}}\n" for number, text in enumerate(texts)]
    return loads("version: 1\npools:\n" + "".join(lines) + more, "f.yaml")


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["model: m, adapters: [sql-lora, 'law-*']"], []),
        (["model: m, adapters: [sql]", "model: n, adapters: [sql]"], []),
        (["model: m, adapters: [m]"], ["E022"]),
        (["model: m, adapters: [n]", "model: n"], ["E022"]),
        (["model: m, adapters: [auto]"], ["E022"]),
        (["model: m, adapters: [a, b, a]"], ["E022"]),
        (["model: m, adapters: ['m*']"], []),
        (["model: m, adapters: ['*']"], ["E013"]),
        (["model: m, adapters: ['a*b']"], ["E013"]),
        (["model: m, adapters: ['']"], ["E013"]),
        (["model: m, adapters: [a], balance: {kind: lora}"], []),
        (["model: m, balance: {kind: lora}"], ["W004"]),
    ],
)
def test_adapters(texts: list[str], found: list[str]):
    """Names of their own, or how such names begin; and some, where they are balanced by."""
    assert codes(pools(*texts)) == found


def test_it_points_at_the_adapter():
    """And says whose name it is, or where it stood first."""
    one, two = pools("model: m, adapters: [a, n, a]", "model: n").problems
    assert (one.line, "the adapter 'n' is also the model of pool 'p1'" in one.message.replace('"', "'")) == (3, True)
    assert one.col < two.col
    assert "the first is at f.yaml:3" in two.hint


def test_it_points_at_the_list_where_a_part_cannot_be_read():
    """What could be decoded is still checked."""
    assert sorted(codes(pools("model: m, adapters: [a, {}, a]"))) == ["E012", "E022"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{url: 'http://a', context: 8192}, 'http://b'], balance: {kind: context_length}", []),
        ("{url: 'http://a', context: 8192}, 'http://b'], context: 9000, balance: {kind: context_length}", []),
        ("{url: 'http://a', context: 8192}, 'http://b'], context: 8000, balance: {kind: context_length}", ["E046"]),
        ("{url: 'http://a', context: 8192}, 'http://b']", ["W004"]),
        ("'http://a', 'http://b'], balance: {kind: context_length}", ["W004"]),
        ("{url: 'http://a', context: -1}]", ["E013"]),
    ],
)
def test_contexts(text: str, found: list[str]):
    """Servers differ where that is looked at, and only there; none is longer than its pool."""
    assert codes(loads(f"version: 1\npools: [{{name: a, servers: [{text}}}]\n")) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("'http://a', 'http://b'], limit: {kind: adaptive}", ["W011"]),
        ("'http://a', {url: 'http://b', limit: {kind: adaptive}}], balance: {kind: preble}", ["W011"]),
        ("'http://a', 'http://b'], limit: {kind: adaptive}, balance: {kind: p2c}", []),
        ("'http://a'], limit: {kind: adaptive}", []),  # there is nothing to choose
        ("'http://a', 'http://b'], limit: 8", []),
    ],
)
def test_limits_fit_the_policy(text: str, found: list[str]):
    """One that is found makes requests wait for whoever has room, which is not where they are warm."""
    assert codes(loads(f"version: 1\npools:\n  - {{name: p, model: m, servers: [{text}}}\n")) == found
