"""The types of the language. A number-valued signal is a `double`; facts that count are `int`, as in CEL."""

from __future__ import annotations

from typing import Final

import msgspec

from wrp_signals.signal import ValueType


class Type(msgspec.Struct, frozen=True):
    """`element` is set for lists only. A `nullable` int is what CEL calls a wrapper: an int, or null."""

    name: str
    element: Type | None = None
    nullable: bool = False

    def __str__(self) -> str:
        if self.element is not None:
            return f"list of {self.element}"
        return f"{self.name} or null" if self.nullable else self.name


BOOL: Final = Type("bool")
INT: Final = Type("int")
DOUBLE: Final = Type("double")
STRING: Final = Type("string")
NULL: Final = Type("null")
NULLABLE_INT: Final = Type("int", nullable=True)
ANYTHING: Final = Type("anything")
"""The element of `[]`."""

OF_LITERAL: Final = {type_.name: type_ for type_ in (BOOL, INT, DOUBLE, STRING, NULL)}
OF_SIGNAL: Final[dict[ValueType, Type]] = {"bool": BOOL, "string": STRING, "number": DOUBLE}
NUMBERS: Final = frozenset(("int", "double"))


def articled(type_: Type) -> str:
    """The type in a sentence: an int, a list of string, null."""
    if type_ == NULL:
        return "null"
    return f"an {type_}" if str(type_)[0] in "ai" else f"a {type_}"


def list_of(element: Type) -> Type:
    return Type("list", element)


def bare(type_: Type) -> Type:
    """The same without null."""
    return INT if type_.nullable else type_


def comparable(left: Type, right: Type) -> bool:
    """Whether == can ever be true: the same type, two numbers, or null and something that may be null."""
    if ANYTHING in (left, right):
        return True
    if NULL in (left, right):
        return left == right or left.nullable or right.nullable
    if left.element is not None and right.element is not None:
        return comparable(left.element, right.element)
    return left.name == right.name or {left.name, right.name} <= NUMBERS


def joined(types: list[Type]) -> Type | None:
    """The one type that all of them fit when they are only compared (the elements of a list), or None."""
    there = [type_ for type_ in types if type_ != NULL]
    if not there:
        return NULL if types else ANYTHING
    if not all(comparable(there[0], other) for other in there):
        return None
    if len(there) < len(types) or any(type_.nullable for type_ in there):
        return NULLABLE_INT if there[0].name in NUMBERS else None
    return DOUBLE if DOUBLE in there else there[0]
