"""Names, identifiers, operators, quotations."""

from __future__ import annotations

import pytest

from wrp_cache.guard import Guard
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
    ("one", "other"),
    [
        ("what is a += b", "what is a -= b"),
        ("what does !x mean", "what does x mean"),
        ("what does ~x mean", "what does x mean"),
        ("what does *p mean in C", "what does &p mean in C"),
        ("what does **kwargs mean", "what does *kwargs mean"),
        ("what does $x mean", "what does @x mean"),
        ("what does @ do in python", "what does # do in python"),
        ("what does {a} mean", "what does [a] mean"),
        ("why does x[i] fail", "why does x[j] fail"),
        ("what is a[1:] in python", "what is a[:1] in python"),
        ("regex [a-z] meaning", "regex [^a-z] meaning"),
        ("regex a.*b", "regex a.+b"),
        ("regex a? meaning", "regex a* meaning"),
        ("regex ^a meaning", "regex a$ meaning"),
        (r"regex \d meaning", r"regex \D meaning"),
        (r"regex \w+ meaning", r"regex \W+ meaning"),
        ("what does :) mean", "what does :( mean"),
        ("what does 🙂 mean", "what does 🙁 mean"),
        ("what does ♥ mean", "what does ♠ mean"),
    ],
)
def test_signs_are_all_that_differs(one: str, other: str) -> None:
    """Of code, of patterns, of faces: no word tells the two questions apart."""
    for asked, stored in ((one, other), (other, one)):
        assert (operators(pair(asked, stored)) or "").startswith("operator: ")
        assert Guard().veto(asked, stored) is not None
    assert operators(pair(one, one.replace("what does", "tell me what that does:"))) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at $5 a piece", "at 5 dollars a piece"),
        ("costs 5$ (or so)", "costs 5 USD, or so"),
        ("mail me@example.org", "mail to me@example.org?"),
        ("learn C++ and C#", "learn C# and C++!"),
        ("is it no. #1 (really)?", "is it no. 1, really?"),
        ("salt & pepper", "salt and pepper"),
        ("and/or, e.g. this...", "and/or, for example: this"),
    ],
)
def test_signs_of_prose(one: str, other: str) -> None:
    """They are no evidence."""
    assert operators(pair(one, other)) is None


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
