"""The pieces of a tree."""

from __future__ import annotations

from wrp_policies.when.ast import Literal, Name, children, walk
from wrp_policies.when.parser import parse


def test_places_do_not_count() -> None:
    """The same expression written elsewhere is equal, and hashes alike."""
    assert parse("a&&f(b)") == parse(" ( a ) && f( b )")
    assert hash(parse("a&&f(b)")) == hash(parse(" ( a ) && f( b )"))


def test_kinds_do_count() -> None:
    """1, 1.0 and true are three literals."""
    assert len({Literal("int", 1), Literal("double", 1.0), Literal("bool", True)}) == 3


def test_children_are_in_order() -> None:
    """Every kind of piece names what is directly below it, left to right."""
    tree = parse("!a && [b, c] == x.f(d) || (e ? g(h) : i.j)")
    assert [node.name for node in walk(tree) if isinstance(node, Name)] == ["a", "b", "c", "x", "d", "e", "h", "i"]
    assert children(Name("a")) == ()
