"""Names and types: a parsed condition against the signals there are. Whatever passes here cannot fail by its types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import re2

from wrp_signals.signal import ValueType

from . import messages
from .ast import Binary, Call, Conditional, Items, Literal, Logic, Member, Name, Node, Unary
from .errors import WhenError
from .operations import (
    ARITHMETIC,
    EQUALITY,
    FUNCTIONS,
    METHODS,
    ORDER,
    UNARY,
    Apply,
    Overload,
    among,
    as_tuple,
    searcher,
    unwrap,
    widen,
)
from .types import (
    BOOL,
    INT,
    NULL,
    NULLABLE_INT,
    NUMBERS,
    OF_LITERAL,
    Type,
    articled,
    bare,
    comparable,
    joined,
    list_of,
)
from .variables import FACTS, NAMESPACES, RESERVED_NAMES, SIGNAL_FIELDS, Variable, signal_variable

_EXACT = 2**53


@dataclass(frozen=True, slots=True)
class Typed:
    """A piece with its type. A `variable` reads itself; `apply` makes the value out of those of the `parts`; only
    literals, `&&`, `||` and `? :` have neither."""

    node: Node
    type: Type
    parts: tuple[Typed, ...] = ()
    apply: Apply | None = None
    variable: Variable | None = None

    def variables(self) -> Iterator[Variable]:
        """All variables here and below, left to right, repeated where they are."""
        if self.variable is not None:
            yield self.variable
        for part in self.parts:
            yield from part.variables()


def check(tree: Node, schema: Mapping[str, ValueType]) -> Typed:
    """The tree with all names resolved. Raises WhenError where it is not a bool or an operation does not fit."""
    typed = _Checker(schema).of(tree)
    if typed.type != BOOL:
        raise messages.not_a_condition(tree, typed.type)
    return typed


class _Checker:
    __slots__ = ("_schema",)

    def __init__(self, schema: Mapping[str, ValueType]) -> None:
        self._schema = schema

    def of(self, node: Node) -> Typed:
        match node:
            case Literal():
                return Typed(node, OF_LITERAL[node.kind])
            case Name():
                return self._variable(node, node.name, "")
            case Member():
                return self._member(node)
            case Items():
                return self._items(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Logic():
                return self._logic(node)
            case Conditional():
                return self._conditional(node)
            case Call():
                return self._call(node)
        raise TypeError(f"{type(node).__name__} is no piece of a condition")

    def _items(self, node: Items) -> Typed:
        parts = tuple(map(self.of, node.items))
        element = joined([part.type for part in parts])
        if element is None:
            raise WhenError("the elements of a list must be of one type", node.start)
        return Typed(node, list_of(element), parts, as_tuple)

    def _member(self, node: Member) -> Typed:
        if isinstance(node.target, Name):
            return self._variable(node, node.target.name, node.field)
        target = self.of(node.target)
        raise messages.no_field(node, str(target.type))

    def _variable(self, node: Name | Member, root: str, field: str) -> Typed:
        if root not in self._schema and root not in RESERVED_NAMES:
            raise messages.unknown_name(node, root, self._schema)
        if root in self._schema and root in RESERVED_NAMES:
            raise messages.ambiguous(node, root)
        found = self._signal(root, field) if root in self._schema else FACTS.get(f"{root}.{field}" if field else root)
        if found is not None:
            return Typed(node, found.type, variable=found)
        if root in NAMESPACES:
            raise messages.unknown_fact(node, root, field)
        raise messages.no_field(node, f"`{root}`", SIGNAL_FIELDS if root in self._schema else ())

    def _signal(self, root: str, field: str) -> Variable | None:
        return signal_variable(root, field, self._schema[root]) if field in ("", *SIGNAL_FIELDS) else None

    def _unary(self, node: Unary) -> Typed:
        part = _without_null(self.of(node.operand))
        apply = UNARY.get((node.op, part.type.name))
        if apply is None:
            raise messages.wrong_operand(node, part.type)
        return Typed(node, part.type, (part,), apply)

    def _binary(self, node: Binary) -> Typed:
        left, right = self.of(node.left), self.of(node.right)
        if node.op == "in":
            return _membership(node, left, right)
        if node.op in EQUALITY:
            return _equality(node, left, right)
        left, right = _without_null(left), _without_null(right)
        if node.op in ORDER:
            return _order(node, left, right)
        apply = ARITHMETIC.get((node.op, left.type.name)) if left.type == right.type else None
        if apply is None:
            raise messages.wrong_arithmetic(node, left.type, right.type)
        return Typed(node, left.type, (left, right), apply)

    def _logic(self, node: Logic) -> Typed:
        parts = tuple(map(self.of, node.terms))
        for part in parts:
            if part.type != BOOL:
                raise messages.not_a_bool(part.node, part.type, node.op)
        return Typed(node, BOOL, parts)

    def _conditional(self, node: Conditional) -> Typed:
        test, yes, no = self.of(node.test), self.of(node.yes), self.of(node.no)
        if test.type != BOOL:
            raise messages.not_a_bool(test.node, test.type, "?")
        return Typed(node, _branches(node, yes.type, no.type), (test, yes, no))

    def _call(self, node: Call) -> Typed:
        """Functions are looked up as methods of their first argument."""
        if node.target is None:
            known, given = FUNCTIONS, node.arguments
        else:
            known, given = METHODS, (node.target, *node.arguments)
        if not any(name == node.name for name, _ in known):
            raise messages.unknown_call(node)
        if not given:
            raise WhenError(f"`{node.name}` takes one argument", node.start)
        receiver, *arguments = (_without_null(self.of(part)) for part in given)
        overload = known.get((node.name, receiver.type.name))
        if overload is None:
            takes = [type_ for name, type_ in known if name == node.name]
            raise messages.wrong_receiver(node, receiver.type, takes)
        return _called(node, overload, receiver, arguments)


def _without_null(part: Typed) -> Typed:
    return Typed(part.node, bare(part.type), (part,), unwrap) if part.type.nullable else part


def _membership(node: Binary, left: Typed, right: Typed) -> Typed:
    element = right.type.element
    if element is None:
        raise messages.not_a_list(node, right.type)
    if left.type.element is not None or not comparable(left.type, element):
        raise messages.never_equal(node, left.type, element)
    if isinstance(right.node, Items) and all(_is_literal(item, left.type) for item in right.node.items):
        choices = frozenset(item.value for item in right.node.items if isinstance(item, Literal))
        return Typed(node, BOOL, (left,), choices.__contains__)
    return Typed(node, BOOL, (left, right), among)


def _is_literal(item: Node, type_: Type) -> bool:
    return isinstance(item, Literal) and item.kind == type_.name


def _widened(part: Typed, other: Typed) -> Typed:
    """The side as it is compared with the other. Ints that a double holds exactly compare alike either way."""
    if part.type.name != "int" or other.type.name != "double":
        return part
    value = part.node.value if isinstance(part.node, Literal) else None
    if isinstance(value, int) and abs(value) <= _EXACT:
        return part
    return Typed(part.node, Type("double", nullable=part.type.nullable), (part,), widen)


def _equality(node: Binary, left: Typed, right: Typed) -> Typed:
    if left.type.element is not None or right.type.element is not None:
        raise WhenError("lists are not compared", node.start, "ask with `in`, or for the size()")
    if not comparable(left.type, right.type):
        raise messages.never_equal(node, left.type, right.type)
    return Typed(node, BOOL, (_widened(left, right), _widened(right, left)), EQUALITY[node.op])


def _order(node: Binary, left: Typed, right: Typed) -> Typed:
    names = {left.type.name, right.type.name}
    if not (names <= NUMBERS or names == {"string"}):
        raise messages.wrong_order(node, left.type, right.type)
    return Typed(node, BOOL, (_widened(left, right), _widened(right, left)), ORDER[node.op])


def _branches(node: Conditional, yes: Type, no: Type) -> Type:
    if bare(yes) == bare(no):
        return yes if yes.nullable else no
    if {bare(yes), bare(no)} == {INT, NULL}:
        return NULLABLE_INT
    raise WhenError(f"one branch is {articled(yes)}, the other {articled(no)}", node.start)


def _called(node: Call, overload: Overload, receiver: Typed, arguments: list[Typed]) -> Typed:
    if tuple(argument.type for argument in arguments) != overload.arguments:
        raise messages.wrong_arguments(node, overload.arguments)
    if node.name != "matches":
        return Typed(node, overload.result, (receiver, *arguments), overload.apply)
    pattern = arguments[0].node
    if not isinstance(pattern, Literal):
        raise WhenError("the pattern must be a literal", pattern.start)
    try:
        return Typed(node, overload.result, (receiver,), searcher(str(pattern.value)))
    except re2.error as error:
        raise WhenError(f"bad pattern: {messages.text_of(error)}", pattern.start) from None
