"""The lexis of CEL."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.when.phrases import SOUP
from wrp_policies.when.errors import WhenError
from wrp_policies.when.lexer import MAX_SOURCE, Token, tokens


def values(source: str) -> list[object]:
    return [token.value for token in tokens(source)[:-1]]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("'a'", "a"),
        ('"it\'s"', "it's"),
        ("'''a'b\n'''", "a'b\n"),
        ('"""a"b"""', 'a"b'),
        ('""', ""),
        ('""""""', ""),
        (r'r"\d"', r"\d"),
        (r"R'''\'''", "\\"),
        (r'"\a\b\f\n\r\t\v\\\?\"\'\`"', "\a\b\f\n\r\t\v\\?\"'`"),
        (r'"\x41\X42\u0043\U00000044\105"', "ABCDE"),
        ('"\\U0001F62C é"', "😬 é"),
        ("0", 0),
        ("0x1F", 31),
        ("9223372036854775807", 2**63 - 1),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.5E-1", 0.15),
        ("true", True),
        ("null", None),
        ("_a1", "_a1"),
    ],
)
def test_literals(source: str, value: object) -> None:
    """Each literal means what CEL means by it, in type too."""
    (found,) = values(source)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("source", "offset", "says"),
    [
        ("'abc", 0, "not closed"),
        ("a == 'b\nc'", 5, "not closed"),
        (r"'a\q'", 2, r"\q is no escape"),
        (r"'\ud800'", 1, "is no character"),
        (r"'\U00110000'", 1, "is no character"),
        ("'a\ud800'", 2, "surrogate"),
        ("r'\ud800'", 2, "surrogate"),
        ("a = 1", 2, "did you mean `==`?"),
        ("a & b", 2, "did you mean `&&`?"),
        ("{1: 2}", 0, "means nothing here"),
        ("#", 0, "means nothing here"),
        ("1u", 0, "write 1"),
        ("1x", 1, "runs into a name"),
        ("1_000", 1, "runs into a name"),
        ("99999999999999999999", 0, "64 bits"),
        ("1e999", 0, "too large"),
        ("b'x'", 0, "byte strings"),
        ("rb'x'", 0, "byte strings"),
        ("a" * (MAX_SOURCE + 1), MAX_SOURCE, "4096 characters"),
    ],
)
def test_refused(source: str, offset: int, says: str) -> None:
    """What is no token is refused where it stands."""
    with pytest.raises(WhenError) as refused:
        tokens(source)
    assert refused.value.offset == offset
    assert says in str(refused.value)


def test_space_and_comments_count_for_nothing() -> None:
    """Only the tokens between them remain, with their places."""
    found = tokens("\t a // all of it && ||\n\f &&\r\n b // the end")
    assert [(token.kind, token.start) for token in found] == [("name", 2), ("&&", 25), ("name", 30), ("end", 42)]


def test_fullwidth_digits_are_no_digits() -> None:
    """Only ASCII makes numbers and names."""
    with pytest.raises(WhenError):
        tokens("１")


def read(source: str) -> tuple[list[Token], int]:
    try:
        return tokens(source), 0
    except WhenError as error:
        return [], error.offset


@given(st.one_of(SOUP, st.text()))
def test_any_text_is_read_or_refused(source: str) -> None:
    """Tokens come in order, do not overlap and end with the text; nothing but WhenError is raised."""
    found, offset = read(source)
    assert 0 <= offset <= len(source)
    assert all(left.end <= right.start for left, right in itertools.pairwise(found))
    assert not found or (found[-1].kind, found[-1].start) == ("end", len(source))
