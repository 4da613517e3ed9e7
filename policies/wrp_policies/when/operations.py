"""What operators and methods do, and to which types: the overloads of CEL. Where CEL has an error, this has UNKNOWN."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import re2

from .env import UNKNOWN, Unknown
from .types import BOOL, DOUBLE, INT, STRING, Type

Apply = Callable[..., Any]

_INT_MIN, _INT_MAX = -(2**63), 2**63 - 1
_PATTERN_MEMORY = 1 << 20


class Overload(NamedTuple):
    """`arguments` are those after the receiver; `apply` gets receiver and arguments."""

    arguments: tuple[Type, ...]
    result: Type
    apply: Apply


def _in_range(value: int) -> int | Unknown:
    return value if _INT_MIN <= value <= _INT_MAX else UNKNOWN


def _add(a: int, b: int) -> int | Unknown:
    return _in_range(a + b)


def _subtract(a: int, b: int) -> int | Unknown:
    return _in_range(a - b)


def _multiply(a: int, b: int) -> int | Unknown:
    return _in_range(a * b)


def _divide(a: int, b: int) -> int | Unknown:
    """Towards zero."""
    if b == 0:
        return UNKNOWN
    quotient = abs(a) // abs(b)
    return _in_range(quotient if (a < 0) == (b < 0) else -quotient)


def _remainder(a: int, b: int) -> int | Unknown:
    """With the sign of the dividend; the smallest int by -1 overflows, as its quotient does."""
    if b == 0 or (a == _INT_MIN and b == -1):
        return UNKNOWN
    remainder = abs(a) % abs(b)
    return remainder if a >= 0 else -remainder


def _divide_double(a: float, b: float) -> float:
    """By IEEE 754, where Python raises."""
    if b:
        return a / b
    return math.nan if a == 0 or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _negate(a: int) -> int | Unknown:
    return _in_range(-a)


def _to_int(a: float) -> int | Unknown:
    """Towards zero. CEL refuses the two borders themselves: as doubles they are not exact."""
    return int(a) if _INT_MIN < a < _INT_MAX else UNKNOWN


def _to_double(a: int) -> float | Unknown:
    return float(a) if _INT_MIN <= a <= _INT_MAX else UNKNOWN


def _same(a: Any) -> Any:
    return a


def unwrap(value: int | None) -> int | Unknown:
    """An int where null would be an error."""
    return UNKNOWN if value is None else value


def widen(value: int | None) -> float | Unknown | None:
    """An int where it meets a double: CEL compares the two as doubles, Python exactly."""
    return None if value is None else _to_double(value)


def _equal(a: Any, b: Any) -> bool:
    if a.__class__ is b.__class__ or not (isinstance(a, int | float) and isinstance(b, int | float)):
        return bool(a == b)
    return float(a) == float(b)


def among(value: Any, items: tuple[Any, ...]) -> bool:
    """`in` by CEL's equality: NaN is not even itself, which Python's `in` gets wrong."""
    return any(_equal(value, item) for item in items)


def as_tuple(*values: Any) -> tuple[Any, ...]:
    return values


def searcher(pattern: str) -> Apply:
    """`text.matches(pattern)`, in time linear in the text. Raises re2.error on a bad pattern."""
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _PATTERN_MEMORY
    search = re2.compile(pattern.encode(), options).search

    def matches(text: str) -> bool | Unknown:
        try:
            return search(text.encode()) is not None
        except UnicodeEncodeError:
            return UNKNOWN

    return matches


ARITHMETIC: Final[dict[tuple[str, str], Apply]] = {
    ("+", "int"): _add,
    ("-", "int"): _subtract,
    ("*", "int"): _multiply,
    ("/", "int"): _divide,
    ("%", "int"): _remainder,
    ("+", "double"): operator.add,
    ("-", "double"): operator.sub,
    ("*", "double"): operator.mul,
    ("/", "double"): _divide_double,
    ("+", "string"): operator.add,
}
"""(operator, type of both sides, which is also the type of the result)."""

ORDER: Final[dict[str, Apply]] = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
EQUALITY: Final[dict[str, Apply]] = {"==": operator.eq, "!=": operator.ne}
UNARY: Final[dict[tuple[str, str], Apply]] = {
    ("!", "bool"): operator.not_,
    ("-", "int"): _negate,
    ("-", "double"): operator.neg,
}

METHODS: Final[dict[tuple[str, str], Overload]] = {
    ("startsWith", "string"): Overload((STRING,), BOOL, str.startswith),
    ("endsWith", "string"): Overload((STRING,), BOOL, str.endswith),
    ("contains", "string"): Overload((STRING,), BOOL, operator.contains),
    ("matches", "string"): Overload((STRING,), BOOL, searcher),
    ("size", "string"): Overload((), INT, len),
    ("size", "list"): Overload((), INT, len),
}
"""(method, type of what it is called on)."""

FUNCTIONS: Final[dict[tuple[str, str], Overload]] = {
    ("size", "string"): Overload((), INT, len),
    ("size", "list"): Overload((), INT, len),
    ("int", "int"): Overload((), INT, _same),
    ("int", "double"): Overload((), INT, _to_int),
    ("double", "int"): Overload((), DOUBLE, _to_double),
    ("double", "double"): Overload((), DOUBLE, _same),
}
"""(function, type of its one argument)."""

COERCIONS: Final[frozenset[Apply]] = frozenset((unwrap, widen))
"""Put in by the checker: nothing in the source stands for them."""

TROUBLE: Final = {
    "/": "division by zero, or overflow",
    "%": "division by zero, or overflow",
    "int": "outside the range of int",
    "double": "outside the range of int",
    "matches": "the text is not valid Unicode",
}
"""Why an operation with known operands may have no value; of the others: overflow."""
