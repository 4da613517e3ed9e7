"""JSON Schema (draft 2020-12) of the configuration, for editors. Made from the structs, so that it cannot disagree."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect as types

from .describe import Type, begins, description, is_secret, plain, shorthand, unwrap
from .structs import Config
from .units import UNITS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

_FILLED_IN: Schema = {"type": "string", "pattern": r"\$\{", "description": "Filled in from ${…} when the file is read."}


def json_schema() -> Schema:
    """The schema of a whole configuration file."""
    return schema_of(Config, "wrp-router configuration")


def schema_of(kind: Any, title: str) -> Schema:
    """The schema of any type that `decode` reads. Structs become entries of `$defs`."""
    writer = _Writer()
    root = writer.schema(types.type_info(kind))
    return {"$schema": DRAFT, "title": title, **root, "$defs": {"filled-in": _FILLED_IN, **writer.found}}


class _Writer:
    """Collects the structs on the way."""

    __slots__ = ("_names", "found")

    def __init__(self) -> None:
        self._names: dict[type, str] = {}
        self.found: dict[str, Schema] = {}

    def schema(self, kind: Type) -> Schema:
        bare, unit = unwrap(kind)
        said = description(kind)
        words: Schema = {"description": said} if said else {}
        if unit in UNITS:
            return {**_with_unit(bare, unit), **words}
        write = _WRITE.get(type(bare))
        if write is not None:
            return {**write(self, bare), **words}
        return {"type": ["string", "number", "boolean"], **words} if is_secret(bare) else words

    def union(self, kind: types.UnionType) -> Schema:
        return {"anyOf": [self.schema(member) for member in kind.types]}

    def struct(self, kind: types.StructType) -> Schema:
        name = self._names.get(kind.cls)
        if name is None:
            alike = sum(known.__name__ == kind.cls.__name__ for known in self._names)
            name = self._names[kind.cls] = kind.cls.__name__ + (str(alike + 1) if alike else "")
            self.found[name] = {}  # so that a struct may contain itself
            self.found[name] = self._struct(kind)
        return {"$ref": f"#/$defs/{name}"}

    def _struct(self, kind: types.StructType) -> Schema:
        properties: dict[str, Schema] = {}
        required = [one.encode_name for one in kind.fields if one.required]
        if kind.tag is not None and kind.tag_field is not None:
            properties[kind.tag_field] = {"const": kind.tag}
            required.insert(0, kind.tag_field)
        for one in kind.fields:
            properties[one.encode_name] = {**self.schema(one.type), **_default(one)}
        whole: Schema = {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }
        said = (kind.cls.__doc__ or "").strip()
        words: Schema = {"description": " ".join(said.split())} if said else {}
        short = shorthand(kind)
        return {"anyOf": [{**properties[short], **_begun(kind)}, whole], **words} if short else {**whole, **words}

    def items(self, kind: Any) -> Schema:
        return {"type": "array", "items": self.schema(kind.item_type), **_lengths(kind, "Items")}

    def tuple(self, kind: types.TupleType) -> Schema:
        items = [self.schema(item) for item in kind.item_types]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}

    def mapping(self, kind: types.DictType) -> Schema:
        schema = {
            "type": "object",
            "additionalProperties": self.schema(kind.value_type),
            **_lengths(kind, "Properties"),
        }
        names = self.schema(kind.key_type)
        return {**schema, "propertyNames": names} if "pattern" in names else schema

    def text(self, kind: types.StrType) -> Schema:
        pattern = {"pattern": kind.pattern} if kind.pattern is not None else {}
        exact: Schema = {"type": "string", **_lengths(kind, "Length"), **pattern}
        return exact

    def number(self, kind: Any) -> Schema:
        name = "integer" if isinstance(kind, types.IntType) else "number"
        return _or_filled_in({"type": name, **_bounds(kind)})

    def choice(self, kind: Any) -> Schema:
        values = kind.values if isinstance(kind, types.LiteralType) else [member.value for member in kind.cls]
        return _or_filled_in({"enum": sorted(values, key=plain)})


def _with_unit(kind: Any, name: str) -> Schema:
    unit = UNITS[name]
    forms: list[Schema] = [{"type": "string", "pattern": unit.pattern, "examples": [unit.example]}]
    if unit.bare:
        number = "integer" if isinstance(kind, types.IntType) else "number"
        forms.append({"type": number, "minimum": 0, **_bounds(kind)})
    return _or_filled_in(*forms)


def _begun(kind: types.StructType) -> Schema:
    """How text begins that stands for a field."""
    known = [re.escape(beginning) for beginning in begins(kind) if beginning]
    return {"pattern": rf"^({'|'.join([*known, _FILLED_IN['pattern']])})"} if known else {}


def _or_filled_in(*forms: Schema) -> Schema:
    return {"anyOf": [*forms, {"$ref": "#/$defs/filled-in"}]}


def _bounds(kind: Any) -> Schema:
    names = {
        "ge": "minimum",
        "gt": "exclusiveMinimum",
        "le": "maximum",
        "lt": "exclusiveMaximum",
        "multiple_of": "multipleOf",
    }
    return {word: getattr(kind, name) for name, word in names.items() if getattr(kind, name) is not None}


def _lengths(kind: Any, what: str) -> Schema:
    bounds = {f"min{what}": kind.min_length, f"max{what}": kind.max_length}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _default(one: types.Field) -> Schema:
    """The default, where JSON can say it."""
    value = one.default_factory() if one.default is msgspec.NODEFAULT and not one.required else one.default
    if value is msgspec.NODEFAULT or value is None:
        return {}
    return {"default": msgspec.json.decode(msgspec.json.encode(value))}


_WRITE: dict[type[Type], Callable[[_Writer, Any], Schema]] = {
    types.UnionType: _Writer.union,
    types.StructType: _Writer.struct,
    types.TupleType: _Writer.tuple,
    types.DictType: _Writer.mapping,
    types.StrType: _Writer.text,
    types.IntType: _Writer.number,
    types.FloatType: _Writer.number,
    types.LiteralType: _Writer.choice,
    types.EnumType: _Writer.choice,
    types.BoolType: lambda _writer, _kind: _or_filled_in({"type": "boolean"}),
    types.NoneType: lambda _writer, _kind: {"type": "null"},
    **dict.fromkeys((types.ListType, types.VarTupleType, types.SetType, types.FrozenSetType), _Writer.items),
}
