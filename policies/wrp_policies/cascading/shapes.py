"""JSON Schema as engines and SDKs use it for structured answers, checked in bounded work.

Own code rather than a library: schemas and values are strangers', so there may be no fetching of `$ref`s, no pattern of
a backtracking engine, and no schema that takes exponential time. It knows the keywords below (JSON Schema 2020-12);
annotations and `format` say nothing, and of any other keyword it cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import re2

MOST_STEPS = 3_000
"""Pairs of a value and a schema, or a name or value of one, that are looked at: some ten milliseconds."""
DEEPEST = 64

Node = Mapping[str, Any]


class Unfit(Exception):
    """The value does not fit. `rule` is the keyword it broke; `unsure`: it may fit, but that cannot be told."""

    def __init__(self, rule: str, unsure: bool = False) -> None:
        super().__init__(rule)
        self.rule = rule
        self.unsure = unsure


def check(value: Any, schema: Any) -> None:
    """Whether a JSON value fits a schema. Raises Unfit."""
    _Walk(schema).check(value, schema, 0)


class _Walk:
    """One look at a value."""

    __slots__ = ("_left", "_root")

    def __init__(self, root: Any) -> None:
        self._root = root
        self._left = MOST_STEPS

    def check(self, value: Any, schema: Any, depth: int) -> None:
        if depth > DEEPEST:
            raise Unfit("too much to check", unsure=True)
        self.spend(1)
        if schema is True or schema is False:
            if not schema:
                raise Unfit("false")
            return
        if not isinstance(schema, Mapping):
            raise Unfit("a schema that is none", unsure=True)
        self._check_all(value, schema, depth)

    def _check_all(self, value: Any, schema: Node, depth: int) -> None:
        unsure: Unfit | None = None
        for name, rule in schema.items():
            test = _RULES.get(name) or (_silent if name in _SILENT else _unknown)
            try:
                test(self, value, rule, schema, depth)
            except Unfit as unfit:
                if not unfit.unsure:
                    raise  # whatever else there is: it does not fit
                unsure = unsure or unfit
        if unsure is not None:
            raise unsure

    def spend(self, steps: int) -> None:
        """Raises Unfit where none are left."""
        self._left -= steps
        if self._left < 0:
            raise Unfit("too much to check", unsure=True)

    def fits(self, value: Any, schema: Any, depth: int) -> bool | None:
        """None: cannot tell."""
        try:
            self.check(value, schema, depth + 1)
        except Unfit as unfit:
            return None if unfit.unsure else False
        return True

    def target(self, ref: Any) -> Any:
        """What a `$ref` inside this schema means. Raises Unfit for any other."""
        if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
            raise Unfit("$ref", unsure=True)
        found = self._root
        for part in ref.split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, Mapping) or part not in found:
                raise Unfit("$ref", unsure=True)
            found = found[part]
        return found


def _silent(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    """Nothing follows from it."""


def _unknown(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    raise Unfit("a keyword unknown here", unsure=True)


def _type(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    names = rule if isinstance(rule, list) else [rule]
    if not any(isinstance(name, str) and name in _TYPES and _TYPES[name](value) for name in names):
        raise Unfit("type")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _number,
    "integer": lambda value: _number(value) and value == value // 1,
}


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return (type(one) is type(other) and one == other) or (_number(one) and _number(other) and one == other)


def _enum(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    if isinstance(rule, list):
        walk.spend(len(rule))
        if not any(_same(value, one) for one in rule):
            raise Unfit("enum")


def _const(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    if not _same(value, rule):
        raise Unfit("const")


def _ref(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    walk.check(value, walk.target(rule), depth + 1)


def _properties(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    if isinstance(value, dict) and isinstance(rule, Mapping):
        walk.spend(len(rule))
        for name, inner in rule.items():
            if name in value:
                walk.check(value[name], inner, depth + 1)


def _additional(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    named = schema.get("properties")
    known = named if isinstance(named, Mapping) else {}
    for name in value if isinstance(value, dict) else ():
        if name not in known:
            if rule is False:
                raise Unfit("additionalProperties")
            walk.check(value[name], rule, depth + 1)


def _required(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    if isinstance(value, dict) and isinstance(rule, list) and not all(name in value for name in rule):
        raise Unfit("required")


def _items(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    before = schema.get("prefixItems")
    skipped = len(before) if isinstance(before, list) else 0
    for item in value[skipped:] if isinstance(value, list) else ():
        walk.check(item, rule, depth + 1)


def _prefix_items(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    if isinstance(value, list) and isinstance(rule, list):
        for item, inner in zip(value, rule, strict=False):
            walk.check(item, inner, depth + 1)


def _all_of(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    for inner in _listed(rule):
        walk.check(value, inner, depth + 1)


def _any_of(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    found = [walk.fits(value, inner, depth) for inner in _listed(rule)]
    if True not in found:
        raise Unfit("anyOf", unsure=None in found)


def _one_of(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    found = [walk.fits(value, inner, depth) for inner in _listed(rule)]
    if found.count(True) > 1:
        raise Unfit("oneOf")
    if None in found or True not in found:
        raise Unfit("oneOf", unsure=None in found)


def _not(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    found = walk.fits(value, rule, depth)
    if found is not False:
        raise Unfit("not", unsure=found is None)


def _listed(rule: Any) -> list[Any]:
    return rule if isinstance(rule, list) else []


def _pattern(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
    """In linear time; what that engine does not know (look-around, back-references) cannot be told."""
    if not isinstance(value, str):
        return
    try:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 1 << 20
        found = re2.compile(rule, options).search(value)
    except (re2.error, TypeError, UnicodeEncodeError):
        raise Unfit("pattern", unsure=True) from None
    if found is None:
        raise Unfit("pattern")


def _bounded(name: str, kind: Callable[[Any], bool], holds: Callable[[Any, Any], bool]) -> Callable[..., None]:
    """A rule with one number, over values of one kind."""

    def test(walk: _Walk, value: Any, rule: Any, schema: Node, depth: int) -> None:
        if kind(value) and _number(rule) and not holds(value, rule):
            raise Unfit(name)

    return test


_BOUNDS: dict[str, tuple[str, Callable[[Any, Any], bool]]] = {
    "minimum": ("number", lambda value, rule: value >= rule),
    "maximum": ("number", lambda value, rule: value <= rule),
    "exclusiveMinimum": ("number", lambda value, rule: value > rule),
    "exclusiveMaximum": ("number", lambda value, rule: value < rule),
    "multipleOf": ("number", lambda value, rule: rule <= 0 or abs(value / rule - round(value / rule)) < 1e-9),
    "minLength": ("string", lambda value, rule: len(value) >= rule),
    "maxLength": ("string", lambda value, rule: len(value) <= rule),
    "minItems": ("array", lambda value, rule: len(value) >= rule),
    "maxItems": ("array", lambda value, rule: len(value) <= rule),
    "minProperties": ("object", lambda value, rule: len(value) >= rule),
    "maxProperties": ("object", lambda value, rule: len(value) <= rule),
}
_RULES: dict[str, Callable[..., None]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "$ref": _ref,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "items": _items,
    "prefixItems": _prefix_items,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "not": _not,
    "pattern": _pattern,
    **{name: _bounded(name, _TYPES[kind], holds) for name, (kind, holds) in _BOUNDS.items()},
}
_SILENT = frozenset(
    ("$schema", "$id", "$defs", "definitions", "$comment", "title", "description", "default", "examples", "format")
) | {"deprecated", "readOnly", "writeOnly", "strict", "contentEncoding", "contentMediaType", "nullable"}
"""What says nothing of whether a value fits. (`nullable` is OpenAPI's, and JSON Schema knows no such word.)"""
