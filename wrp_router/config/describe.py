"""What a type is called: in messages, in the reference table. Says nothing about how it is read."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec import inspect as types

from .secret import Secret
from .units import UNITS

Type = types.Type


def unwrap(kind: Type) -> tuple[Type, str]:
    """The type without its annotations, and the unit it is marked with (or an empty string)."""
    unit = ""
    while isinstance(kind, types.Metadata):
        unit = unit or str((kind.extra or {}).get("unit", ""))
        kind = kind.type
    return kind, unit


def description(kind: Type) -> str:
    """The `Meta(description=…)` of a field's type, if it has one."""
    while isinstance(kind, types.Metadata):
        said = (kind.extra_json_schema or {}).get("description")
        if said:
            return str(said)
        kind = kind.type
    return ""


def form(kind: Type) -> str:
    """What `Meta(extra={"form": …})` says of a text's form: a pattern is for programs."""
    while isinstance(kind, types.Metadata):
        said = (kind.extra or {}).get("form")
        if said:
            return str(said)
        kind = kind.type
    return ""


def is_secret(kind: Type) -> bool:
    return isinstance(kind, types.CustomType) and kind.cls is Secret


def choices(kind: Type) -> tuple[str, ...]:
    """What a Literal or an enum allows, as written in YAML and in the order of the source."""
    if isinstance(kind, types.LiteralType):
        return tuple(plain(value) for value in sorted(kind.values, key=str))
    if isinstance(kind, types.EnumType):
        return tuple(plain(member.value) for member in kind.cls)
    return ()


def plain(value: object) -> str:
    """A value of plain data as YAML writes it."""
    if isinstance(value, enum.Enum):
        value = value.value
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or value is True or value is False
        else str(value)
    )


def shorthand(kind: types.StructType) -> str:
    """The field that plain text stands for, if the struct has one."""
    return str(getattr(kind.cls, "shorthand", ""))


def begins(kind: types.StructType) -> Mapping[str, str]:
    """How plain text begins that stands for this field, and what the field has instead of that. Any text as it is,
    where the struct does not say: it may declare `begins: ClassVar[Mapping[str, str]]`."""
    found: Mapping[str, str] = getattr(kind.cls, "begins", ANY)
    return found


ANY: Mapping[str, str] = MappingProxyType({"": ""})


def tags_of(members: list[types.StructType]) -> dict[str, types.StructType]:
    """Tagged structs by their tag."""
    return {plain(member.tag): member for member in members if member.tag is not None}


def expected(kind: Type) -> str:
    """What a message calls the type: `an integer`, `a list`, `one of: a, b`."""
    kind, unit = unwrap(kind)
    if unit in UNITS:
        return f"{UNITS[unit].title} like {UNITS[unit].example}"
    if isinstance(kind, types.UnionType):
        members = [member for member in kind.types if not isinstance(member, types.NoneType)]
        return " or ".join(dict.fromkeys(expected(member) for member in members))
    if choices(kind):
        return "one of: " + ", ".join(choices(kind))
    if isinstance(kind, types.TupleType):
        return f"a list of {len(kind.item_types)}"
    return "text" if is_secret(kind) else _NAMES.get(type(kind), "plain data")


_NAMES: dict[type[Type], str] = {
    types.StrType: "text",
    types.IntType: "an integer",
    types.FloatType: "a number",
    types.BoolType: "true or false",
    types.NoneType: "nothing",
    types.ListType: "a list",
    types.VarTupleType: "a list",
    types.SetType: "a list",
    types.FrozenSetType: "a list",
    types.DictType: "a mapping",
    types.StructType: "a mapping",
}


def brief(kind: Type) -> str:
    """What the reference calls the type: `list of text`, `duration`, `PoolConfig`."""
    kind, unit = unwrap(kind)
    if unit in UNITS:
        return unit
    if choices(kind):
        return " \\| ".join(f"`{choice}`" for choice in choices(kind))
    write = _BRIEF.get(type(kind))
    return write(kind) if write else "secret" if is_secret(kind) else "any"


def _union(kind: Any) -> str:
    members = [member for member in kind.types if not isinstance(member, types.NoneType)]
    if all(isinstance(member, types.StructType) and member.tag is not None for member in members):
        return "`kind:` " + " \\| ".join(f"`{tag}`" for tag in tags_of(members))
    return " or ".join(dict.fromkeys(brief(member) for member in members))


_BRIEF: dict[type[Type], Callable[[Any], str]] = {
    types.UnionType: _union,
    types.StrType: lambda _: "text",
    types.IntType: lambda _: "integer",
    types.FloatType: lambda _: "number",
    types.BoolType: lambda _: "true \\| false",
    types.StructType: lambda kind: str(kind.cls.__name__),
    types.ListType: lambda kind: f"list of {brief(kind.item_type)}",
    types.VarTupleType: lambda kind: f"list of {brief(kind.item_type)}",
    types.SetType: lambda kind: f"list of {brief(kind.item_type)}",
    types.FrozenSetType: lambda kind: f"list of {brief(kind.item_type)}",
    types.TupleType: lambda kind: "[" + ", ".join(brief(item) for item in kind.item_types) + "]",
    types.DictType: lambda kind: f"mapping of {brief(kind.value_type)}",
}
