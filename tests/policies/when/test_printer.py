"""Trees back to text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.when.phrases import SOUP, SOURCES
from wrp_policies.when import WhenError, format, parse
from wrp_policies.when.ast import Binary, Call, Conditional, Items, Literal, Logic, Member, Name, Node, Unary
from wrp_policies.when.printer import quote

LITERALS: st.SearchStrategy[Node] = st.one_of(
    st.booleans().map(lambda value: Literal("bool", value)),
    st.integers(-(2**63), 2**63 - 1).map(lambda value: Literal("int", value)),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: Literal("double", value)),
    st.text(max_size=5).map(lambda value: Literal("string", value)),
    st.just(Literal("null", None)),
)
NAMES = st.sampled_from(("a", "size", "e5", "x1", "_"))


def _larger(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        several.map(Items),
        st.builds(Member, inner, NAMES),
        st.builds(Call, st.one_of(st.none(), inner), NAMES, several),
        st.builds(Unary, st.sampled_from("!-"), inner),
        st.builds(Binary, st.sampled_from(("==", "<", "in", "+", "-", "*", "%")), inner, inner),
        st.builds(Logic, st.sampled_from(("&&", "||")), st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Conditional, inner, inner, inner),
    )


TREES = st.recursive(st.one_of(LITERALS, NAMES.map(Name)), _larger, max_leaves=12)


@given(TREES)
def test_every_tree_can_be_written(tree: Node) -> None:
    """Parsing what was written gives the same tree, and writing it again the same text."""
    text = format(tree)
    assert parse(text) == tree
    assert format(parse(text)) == text


@given(st.one_of(SOURCES, SOUP))
def test_every_source_can_be_rewritten(source: str) -> None:
    """parse(format(parse(s))) == parse(s)."""
    try:
        tree = parse(source)
    except WhenError:
        return
    assert parse(format(tree)) == tree


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("(a)&&((b||c))", "a && (b || c)"),
        ("(a && b) && c", "(a && b) && c"),
        ("(a+b)+c", "a + b + c"),
        ("a+(b+c)", "a + (b + c)"),
        ("!(a in ['x',])", '!(a in ["x"])'),
        ("-(1)", "-(1)"),
        ("-(1).f()", "-(1.f())"),
        ("-(!a)", "-(!a)"),
        ("!(!a)", "!!a"),
        ("(a ? b : c) ? a : (b ? a : c)", "(a ? b : c) ? a : b ? a : c"),
        ("a ? (b ? a : c) : c", "a ? (b ? a : c) : c"),
        ("f( a,1.50,null,true )", "f(a, 1.5, null, true)"),
        (r"'\n\x01\U0001F62C\\\"'", r'"\n\u0001😬\\\""'),
    ],
)
def test_no_more_parentheses_than_needed(source: str, written: str) -> None:
    """The canonical form is the one a person would write."""
    assert format(parse(source)) == written


def test_what_cannot_be_shown_is_escaped() -> None:
    """Controls and unassigned characters do not reach a terminal."""
    assert quote("\x1b\u2028\U0010ffff") == r'"\u001b\u2028\U0010ffff"'


def test_only_pieces_can_be_written() -> None:
    """A piece of an unknown kind is a programming error."""
    with pytest.raises(TypeError):
        format(Node())
