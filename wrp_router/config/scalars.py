"""One plain value against one plain type: its kind, unit and range. Answers a value or a `Misfit`, never raises."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import inspect as types

from .describe import Type, choices, expected, form, is_secret, unwrap
from .nodes import Scalar
from .problems import closest, shown
from .secret import Secret
from .units import MOST_CHARACTERS, UNITS, written


class Misfit(NamedTuple):
    """Why a value does not fit."""

    code: str
    message: str
    hint: str = ""


_YES_NO = frozenset({"yes", "no", "on", "off", "y", "n"})


def is_plain(kind: Type) -> bool:
    """Whether a single YAML value can be of this type by itself."""
    return type(unwrap(kind)[0]) in _READ


def read_scalar(node: Scalar, kind: Type) -> Any | Misfit:
    """The node's value as the type wants it."""
    bare, unit = unwrap(kind)
    if unit in UNITS:
        return _with_unit(node, bare, unit)
    read = _READ.get(type(bare))
    got = _wrong(node, bare) if read is None else read(node, bare)
    return got._replace(hint=got.hint or form(kind)) if isinstance(got, Misfit) else got


def said(node: Scalar) -> str:
    """How messages name the value: by the file's text, so that nothing that was expanded shows."""
    return shown(node.text) if node.text or node.style != "plain" else "nothing"


def _wrong(node: Scalar, kind: Type, hint: str = "") -> Misfit:
    return Misfit("E012", f"expected {expected(kind)}, got {said(node)}", hint)


def _text(node: Scalar, kind: Any) -> Any | Misfit:
    text = node.value if node.expanded is None else node.expanded
    if isinstance(text, str):
        return _fitting(node, text, kind)
    return _wrong(
        node, kind, f'put quotes around it: "{node.text}"' if node.text and len(node.text) < 40 else "write some text"
    )


def _fitting(node: Scalar, text: str, kind: Any) -> Any | Misfit:
    wrong = length_misfit(len(text), kind, "characters")
    if wrong:
        return wrong
    if kind.pattern is not None and not re.search(kind.pattern, text):
        return Misfit("E013", f"{said(node)} is not of the form {kind.pattern}")
    return text


def length_misfit(length: int, kind: Any, unit: str) -> Misfit | None:
    """The bound on a length that is not kept, if any."""
    if kind.min_length is not None and length < kind.min_length:
        if kind.min_length == 1:
            return Misfit(
                "E013", "must not be empty", f"at least one {'character' if unit == 'characters' else 'entry'}"
            )
        return Misfit("E013", f"needs at least {kind.min_length} {unit}, has {length}")
    if kind.max_length is not None and length > kind.max_length:
        return Misfit("E013", f"may have at most {kind.max_length} {unit}, has {length}")
    return None


def _bool(node: Scalar, kind: Type) -> Any | Misfit:
    if isinstance(node.value, bool):
        return node.value
    return _wrong(node, kind, "write true or false" if node.text.lower() in _YES_NO else "")


def _int(node: Scalar, kind: Any) -> Any | Misfit:
    if isinstance(node.value, bool) or not isinstance(node.value, int):
        quoted = isinstance(node.value, str) and node.style != "plain"
        return _wrong(node, kind, "remove the quotes" if quoted else "write a whole number")
    return _ranged(node, node.value, kind, "")


def _float(node: Scalar, kind: Any) -> Any | Misfit:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return _wrong(node, kind, "write a number, without a unit")
    return _ranged(node, float(node.value), kind, "")


def _with_unit(node: Scalar, kind: Any, name: str) -> Any | Misfit:
    unit = UNITS[name]
    hint = f"write it like {unit.example}; units: {', '.join(unit.names)}"
    value: float | None = None
    if isinstance(node.value, str):
        value = unit.parse(node.value) if len(node.value) <= MOST_CHARACTERS else None
    elif unit.bare and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        value = None if isinstance(kind, types.IntType) and isinstance(node.value, float) else node.value
    if value is None:
        return Misfit("E016", f"expected {unit.title}, got {said(node)}", hint)
    if value < 0:
        return Misfit("E013", f"{unit.title} cannot be negative, got {said(node)}", hint)
    if isinstance(kind, types.IntType):
        return _ranged(node, round(value), kind, name)
    return _ranged(node, float(value), kind, name)


_BOUNDS: tuple[tuple[str, str, Callable[[Any, Any], bool]], ...] = (
    ("ge", "at least", lambda value, bound: value >= bound),
    ("gt", "more than", lambda value, bound: value > bound),
    ("le", "at most", lambda value, bound: value <= bound),
    ("lt", "less than", lambda value, bound: value < bound),
    ("multiple_of", "a multiple of", lambda value, bound: value % bound == 0),
)


def _ranged(node: Scalar, value: float, kind: Any, unit: str) -> Any | Misfit:
    if not math.isfinite(value):
        return Misfit("E013", f"must be finite, got {said(node)}", "write a finite number")
    for name, words, holds in _BOUNDS:
        bound = getattr(kind, name)
        if bound is not None and not holds(value, bound):
            limit = written(unit, bound) if unit else _number(bound)
            return Misfit("E013", f"must be {words} {limit}, got {said(node)}", _range(kind, unit))
    return value


def _range(kind: Any, unit: str) -> str:
    """All bounds of the field in one hint."""
    bounds = [(words, getattr(kind, name)) for name, words, _ in _BOUNDS if getattr(kind, name) is not None]
    return "allowed: " + " and ".join(f"{words} {written(unit, b) if unit else _number(b)}" for words, b in bounds)


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:g}"


def _choice(node: Scalar, kind: Any) -> Any | Misfit:
    values = kind.values if isinstance(kind, types.LiteralType) else [member.value for member in kind.cls]
    for value in values:
        if value == node.value and type(value) is type(node.value):
            return value if isinstance(kind, types.LiteralType) else kind.cls(value)
    known = choices(kind)
    return Misfit("E014", f"{said(node)} is not one of: {', '.join(known)}", closest(node.text, known))


def _nothing(node: Scalar, kind: Type) -> Any | Misfit:
    return None if node.value is None else _wrong(node, kind)


def _custom(node: Scalar, kind: Any) -> Any | Misfit:
    if not is_secret(kind):
        return Misfit("E012", f"{kind.cls.__name__} cannot be written in YAML", "remove the field")
    text = node.text if node.expanded is None else node.expanded
    if not text.strip():
        return Misfit("E013", "a secret must not be empty", "set the variable or file that it comes from")
    return Secret(text)  # also where it looks like a number: the text is what is meant


_READ: dict[type[Type], Callable[[Scalar, Any], Any | Misfit]] = {
    types.StrType: _text,
    types.BoolType: _bool,
    types.IntType: _int,
    types.FloatType: _float,
    types.LiteralType: _choice,
    types.EnumType: _choice,
    types.NoneType: _nothing,
    types.CustomType: _custom,
}
