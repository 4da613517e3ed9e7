"""The pieces of a parsed condition. Two are equal if they say the same; where they stood does not count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Constant = bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Any piece. `start` and `end` are character offsets into the source, `height` counts the levels below and here."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    height: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """`kind` is bool, int, double, string or null: what keeps 1, 1.0 and true apart."""

    kind: str
    value: Constant


@dataclass(frozen=True, slots=True)
class Items(Node):
    """`[a, b]`"""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Name(Node):
    """`category`"""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`target.field`"""

    target: Node
    field: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`target.name(arguments)`, or `name(arguments)` where `target` is None."""

    target: Node | None
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """`!operand` or `-operand`"""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary(Node):
    """Arithmetic, comparison or `in`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """A chain of two or more terms under one `&&` or `||`."""

    op: str
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`test ? yes : no`"""

    test: Node
    yes: Node
    no: Node


def children(node: Node) -> tuple[Node, ...]:
    """The pieces directly below, left to right."""
    match node:
        case Items(items=below) | Logic(terms=below):
            return below
        case Member(target=target):
            return (target,)
        case Call(target=None, arguments=arguments):
            return arguments
        case Call(target=Node() as target, arguments=arguments):
            return (target, *arguments)
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Conditional(test=test, yes=yes, no=no):
            return (test, yes, no)
    return ()


def walk(node: Node) -> Iterator[Node]:
    """The piece and all below it, outermost first."""
    yield node
    for child in children(node):
        yield from walk(child)
