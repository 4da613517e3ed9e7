"""Names, identifiers, operators, quotations."""

from __future__ import annotations

import pytest

from wrp_cache.marks import Pair, read
from wrp_cache.references import abbreviated, capitals, identifiers, known_names, operators, quotations


def pair(one: str, other: str) -> Pair:
    """Both texts, read."""
    return Pair(read(one), read(other))


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("in france", "in germany", "name: france in one only"),
        ("in france", "in it", "name: france in one only"),
        ("in the united states", "in america", None),
        ("indian food", "food of india", None),
        ("in north korea", "in korea", "name: north korea in one only"),
        ("in js", "in javascript", None),
    ],
)
def test_known_names(one: str, other: str, evidence: str | None) -> None:
    """Names of the tables, whatever case they are written in; spellings of one name are one."""
    assert known_names(pair(one, other)) == evidence


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("who is Alice", "who is bob", "name: alice in one only"),
        ("who is it", "who is Bob", "name: bob in one only"),
        ("who is Alice", "who is alice", None),
        ("the Beatles", "the beatle", None),
        ("buy a Widget", "buy widgets", None),
        ("what is AI", "what is artificial intelligence", None),
        ("what is Artificial Intelligence", "what is AI", None),
        ("in Paris", "in paris", None),
        ("costs 5 EUR", "costs 5", None),
    ],
)
def test_capitals(one: str, other: str, evidence: str | None) -> None:
    """A name must be in the other text in some writing: small, plural or spelt out."""
    assert capitals(pair(one, other)) == evidence


def test_abbreviations() -> None:
    """The short word and the words it stands for; too short or too long ones stand for nothing."""
    assert abbreviated(pair("what is ai", "artificial intelligence")) == {"ai", "artificial", "intelligence"}
    assert abbreviated(pair("a", "apple")) == set()


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("np.argmax", "np.argmin", "identifier: np.argmax in one only"),
        ("grep -r", "grep -R", "identifier: -R in one only"),
        ("call foo_bar()", "call foo_bar", None),
        ("call getName()", "call getName", None),
        ("see https://A.b/", "see https://a.b", None),
        ("open it", "open config.yaml", "identifier: config.yaml in one only"),
    ],
)
def test_identifiers(one: str, other: str, evidence: str | None) -> None:
    """The same ones in both; only flags differ by case."""
    assert identifiers(pair(one, other)) == evidence


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("x > 5", "x < 5", "operator: > != <"),
        ("2 + 2", "2 - 2", "operator: + != -"),
        ("10/2", "10*2", "operator: / != *"),
        ("a && b", "a", "operator: && != none"),
        ("well-known and/or new", "well known", None),
        ("a == b", "is a == b true", None),
    ],
)
def test_operators(one: str, other: str, evidence: str | None) -> None:
    """Comparisons and arithmetic, in order; hyphens and slashes of prose are neither."""
    assert operators(pair(one, other)) == evidence


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ('say "carpe diem"', 'say "memento mori"', "quotation: carpe diem in one only"),
        ('say "Carpe diem"', "say carpe diem", None),
        ("say 'good night'", "say “good morning”", "quotation: good night in one only"),
        ("run `ls`", "run `ls`", None),
        ("the dogs' tails", "the dogs' ears", None),
        ('an open " quote', "an open quote", None),
    ],
)
def test_quotations(one: str, other: str, evidence: str | None) -> None:
    """What is quoted must be in the other text; apostrophes quote nothing."""
    assert quotations(pair(one, other)) == evidence
