"""A smallest valid instance of a JSON Schema. It knows the keywords that structured output uses, and refuses a schema
whose instances cannot be finite; it is no validator (`pattern` and `not` are not looked at)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

Schema = Mapping[str, Any]

_DEPTH = 64
_FORMATS = {
    "date-time": "2026-01-01T00:00:00Z",
    "date": "2026-01-01",
    "time": "00:00:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def instance(schema: Schema | bool) -> Any:
    """The value. Raises ValueError if the schema refers to nothing, allows nothing, or never ends."""
    if schema is False:
        raise ValueError("the schema allows nothing")
    return _make(schema, schema, 0) if isinstance(schema, Mapping) else {}


def _make(schema: Any, root: Schema, depth: int) -> Any:
    if depth > _DEPTH:
        raise ValueError("the schema never ends")
    if not isinstance(schema, Mapping):
        if schema is False:
            raise ValueError("the schema allows nothing")
        return None
    for keyword in ("const", "default"):
        if keyword in schema:
            return schema[keyword]
    for keyword in ("enum", "examples"):
        if schema.get(keyword):
            return schema[keyword][0]
    merged = _merged(schema, root, depth)
    if merged is not schema:
        return _make(merged, root, depth + 1)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return _first_possible(schema, choices, root, depth)
    return _MAKERS[_type_of(schema)](schema, root, depth)


def _merged(schema: Schema, root: Schema, depth: int) -> Schema:
    """The schema with its `$ref` and `allOf` folded in."""
    if depth > _DEPTH:
        raise ValueError("the schema never ends")
    parts: list[Any] = [_resolved(schema["$ref"], root)] if "$ref" in schema else []
    parts += schema.get("allOf", ())
    if not parts:
        return schema
    merged: dict[str, Any] = {}
    for part in (*parts, {k: v for k, v in schema.items() if k not in ("$ref", "allOf")}):
        if part is False:
            raise ValueError("the schema allows nothing")
        flat = _merged(part, root, depth + 1) if isinstance(part, Mapping) else {}
        properties = {**merged.get("properties", {}), **flat.get("properties", {})}
        required = [*merged.get("required", ()), *flat.get("required", ())]
        merged = {**merged, **flat}
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = required
    return merged


def _resolved(ref: str, root: Schema) -> Any:
    if not ref.startswith("#"):
        raise ValueError(f"the schema refers outside itself: {ref}")
    at: Any = root
    for name in ref[1:].split("/")[1:]:
        try:
            at = at[name.replace("~1", "/").replace("~0", "~")]
        except (KeyError, TypeError):
            raise ValueError(f"the schema refers to nothing: {ref}") from None
    return at


def _first_possible(schema: Schema, choices: list[Any], root: Schema, depth: int) -> Any:
    rest = {k: v for k, v in schema.items() if k not in ("anyOf", "oneOf")}
    # one that does not lead back to itself comes first: `{anyOf: [{$ref: "#"}, {type: "null"}]}` ends with null
    for choice in sorted(choices, key=_leads_on):
        try:
            return _make({"allOf": [rest, choice]}, root, depth + 1)
        except ValueError:
            continue
    raise ValueError("no alternative of the schema is possible")


def _leads_on(choice: Any) -> bool:
    return isinstance(choice, Mapping) and "$ref" in choice


def _type_of(schema: Schema) -> str:
    named = schema.get("type")
    if isinstance(named, list):
        named = named[0]
    if named is None:
        named = next((kind for keyword, kind in _IMPLIED.items() if keyword in schema), "object")
    if named not in _MAKERS:
        raise ValueError(f"the schema names an unknown type: {named!r}")
    return cast(str, named)


def _object(schema: Schema, root: Schema, depth: int) -> dict[str, Any]:
    properties = schema.get("properties", {})
    names = list(dict.fromkeys(schema.get("required", ())))
    names += [name for name in properties if name not in names][: max(0, schema.get("minProperties", 0) - len(names))]
    made = {name: _make(properties.get(name, {"type": "string"}), root, depth + 1) for name in names}
    while len(made) < schema.get("minProperties", 0):
        made[f"key{len(made)}"] = _make(schema.get("additionalProperties", True), root, depth + 1)
    return made


def _array(schema: Schema, root: Schema, depth: int) -> list[Any]:
    heads = schema.get("prefixItems", [])
    size = max(schema.get("minItems", 0), 1 if "contains" in schema else 0)
    kinds = [heads[at] if at < len(heads) else schema.get("items", schema.get("contains", {})) for at in range(size)]
    made = [_make(kind, root, depth + 1) for kind in kinds]
    return _told_apart(made) if schema.get("uniqueItems") else made


def _told_apart(items: list[Any]) -> list[Any]:
    """Numbers count up and strings get a number, which is enough where nothing else narrows them."""
    return [
        item + at if type(item) in (int, float) else f"{item}{at}" if isinstance(item, str) and at else item
        for at, item in enumerate(items)
    ]


def _string(schema: Schema, root: Schema, depth: int) -> str:
    text = _FORMATS.get(schema.get("format", ""), "text")
    low, high = schema.get("minLength", 0), schema.get("maxLength", len(text) + schema.get("minLength", 0))
    return text.ljust(low, "x")[:high]


def _integer(schema: Schema, root: Schema, depth: int) -> int:
    step = schema.get("multipleOf", 1)
    low, high = _bounds(schema, step)
    if low is not None:
        return int(-(-low // step) * step)
    return 0 if high is None or high >= 0 else int(high // step * step)


def _number(schema: Schema, root: Schema, depth: int) -> float:
    if "multipleOf" in schema:
        return float(_integer(schema, root, depth))
    low, high = _bounds(schema, 0)
    if low is not None and high is not None:
        return float(low + high) / 2
    if low is not None:
        return float(low) + ("exclusiveMinimum" in schema)
    return 0.0 if high is None or high > 0 else float(high) - ("exclusiveMaximum" in schema)


def _bounds(schema: Schema, step: float) -> tuple[float | None, float | None]:
    lows = [schema[k] + (step if k != "minimum" else 0) for k in ("minimum", "exclusiveMinimum") if k in schema]
    highs = [schema[k] - (step if k != "maximum" else 0) for k in ("maximum", "exclusiveMaximum") if k in schema]
    return max(lows, default=None), min(highs, default=None)


_IMPLIED = {
    "properties": "object",
    "required": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "minLength": "string",
    "maxLength": "string",
    "pattern": "string",
    "format": "string",
    "minimum": "number",
    "maximum": "number",
}

_MAKERS: dict[str, Callable[[Schema, Schema, int], Any]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "integer": _integer,
    "number": _number,
    "boolean": lambda schema, root, depth: True,
    "null": lambda schema, root, depth: None,
}
