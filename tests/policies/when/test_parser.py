"""The grammar of CEL: what binds how, where pieces stand, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.when.phrases import SCHEMA, SOUP, SOURCES
from wrp_policies.when import WhenError, compile
from wrp_policies.when.ast import Binary, Call, Conditional, Items, Literal, Logic, Member, Name, Unary, walk
from wrp_policies.when.parser import MAX_DEPTH, parse

A, B, C = Name("a"), Name("b"), Name("c")
ONE = Literal("int", 1)


def refusal(make: Callable[[str], object], source: str) -> WhenError | None:
    try:
        make(source)
    except WhenError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("source", "tree"),
    [
        ("a || b && c", Logic("||", (A, Logic("&&", (B, C))))),
        ("a && b && c", Logic("&&", (A, B, C))),
        ("(a && b) && c", Logic("&&", (Logic("&&", (A, B)), C))),
        ("a == b == c", Binary("==", Binary("==", A, B), C)),
        ("a - b - c", Binary("-", Binary("-", A, B), C)),
        ("a + b * c", Binary("+", A, Binary("*", B, C))),
        ("!a in b", Binary("in", Unary("!", A), B)),
        ("!!a", Unary("!", Unary("!", A))),
        ("-a", Unary("-", A)),
        ("-1", Literal("int", -1)),
        ("--1", Unary("-", Literal("int", -1))),
        ("-(1)", Unary("-", ONE)),
        ("!-1", Unary("!", Literal("int", -1))),
        ("a - -1.5", Binary("-", A, Literal("double", -1.5))),
        ("-9223372036854775808", Literal("int", -(2**63))),
        ("a ? b : c ? a : b", Conditional(A, B, Conditional(C, A, B))),
        ("a.b.c", Member(Member(A, "b"), "c")),
        ("a.b(1, c)", Call(A, "b", (ONE, C))),
        ("a.package()", Call(A, "package", ())),
        ("size(a)", Call(None, "size", (A,))),
        ("[1, a,]", Items((ONE, A))),
        ("[]", Items(())),
        ("a\n  // why\n && b", Logic("&&", (A, B))),
    ],
)
def test_trees(source: str, tree: object) -> None:
    """Precedence, associativity and literals are CEL's."""
    assert parse(source) == tree


@pytest.mark.parametrize(
    ("source", "offset", "says"),
    [
        ("", 0, "empty"),
        ("  // nothing", 0, "empty"),
        ("a b", 2, "met `b`"),
        ("a and b", 2, "did you mean `&&`?"),
        ("not a", 0, "did you mean `!`?"),
        ("a &&", 4, "met the end"),
        ("(a", 2, "expected `)`"),
        ("a ? b", 5, "expected `:`"),
        ("a ? b ? a : b : c", 6, "expected `:`"),
        ("-!a", 1, "met `!`"),
        ("a.1", 1, "met a double"),
        ("a.", 2, "a field or a method"),
        ("a.in", 2, "met `in`"),
        ("a[0]", 1, "indexing"),
        ("f(a b)", 4, "expected `,`"),
        ("f(a,)", 4, "expected a value"),
        ("for", 0, "reserved"),
        ("9223372036854775808", 0, "64 bits"),
        ("a 'x'", 2, "met a string"),
        (".a", 0, "expected a value"),
    ],
)
def test_refused(source: str, offset: int, says: str) -> None:
    """What is no expression is refused where it stops being one."""
    with pytest.raises(WhenError) as refused:
        parse(source)
    assert (refused.value.offset, says in str(refused.value)) == (offset, True), str(refused.value)


@pytest.mark.parametrize(
    "source",
    [
        "(" * 30 + "a" + ")" * 30,
        " || ".join(["a"] * 500),
        " + ".join(["1"] * 40),
        "!" * 32 + "a",
        "true ? a : " * 24 + "a",
        "f(" * 30 + "a" + ")" * 30,
    ],
)
def test_what_cel_asks_of_implementations(source: str) -> None:
    """The repetitions and nestings that the CEL specification requires, and more, are read."""
    assert parse(source) == parse(source)


@pytest.mark.parametrize(
    "piece", ["(a", "!", "-", "[", "f(", "a ? a : ", "1+", "a.b", "a.f().", "1-(", "a||(a&&(1<(1+(1*("]
)
def test_depth_is_bounded(piece: str) -> None:
    """However the depth is made, it ends in WhenError and not in a stack overflow."""
    source = (piece * 1000)[:4000]
    with pytest.raises(WhenError):
        parse(source)
    with pytest.raises(WhenError, match="levels"):
        parse("a" + ".b" * 100)
    with pytest.raises(WhenError, match="levels"):
        parse("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1))


def test_pieces_know_where_they_stand() -> None:
    """Offsets include the parentheses inside a piece, not those around it."""
    source = "(a || b) && f(c.d) == -1"
    found = [source[node.start : node.end] for node in walk(parse(source))]
    assert found == [source, "a || b", "a", "b", "f(c.d) == -1", "f(c.d)", "c.d", "c", "-1"]


@given(st.one_of(SOUP, st.text(max_size=60)))
def test_any_text_is_a_tree_or_refused(source: str) -> None:
    """Nothing but WhenError comes out of any text, and its offset lies in the text."""
    for error in (refusal(parse, source), refusal(lambda text: compile(text, SCHEMA), source)):
        assert error is None or 0 <= error.offset <= len(source)


@given(SOURCES)
def test_heights_are_right(source: str) -> None:
    """A piece is one level higher than the highest below it."""
    for node in walk(parse(source)):
        below = [child.height for child in walk(node) if child is not node]
        assert node.height == 1 + max(below, default=0)
