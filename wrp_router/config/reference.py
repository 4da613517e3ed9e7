"""All keys of the configuration as Markdown tables, made from the structs."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import inspect as types

from .describe import Type, begins, brief, description, plain, shorthand, unwrap
from .structs import Config
from .units import UNITS, written

_HEAD = "| key | type | default | meaning |\n|---|---|---|---|\n"


def reference() -> str:
    """One section a struct, in the order in which they are met from the top; kinds stand under the key they are for."""
    return reference_of(Config)


def reference_of(kind: Any) -> str:
    """The same for any struct type."""
    seen: set[type] = set()
    return "\n".join(
        section for root, path in _structs(types.type_info(kind), "") for section in _sections(root, path, seen)
    )


def _sections(kind: types.StructType, path: str, seen: set[type]) -> Iterator[str]:
    if kind.cls in seen:
        return
    seen.add(kind.cls)
    yield _section(kind, path)
    for one in kind.fields:
        below = f"{path}.{one.encode_name}" if path else one.encode_name
        for inner, suffix in _structs(one.type, ""):
            yield from _sections(inner, below + suffix, seen)


def _section(kind: types.StructType, path: str) -> str:
    title = f"`{path}`" if path else "The file"
    if kind.tag is not None:
        title += f" with `{kind.tag_field}: {plain(kind.tag)}`"
    said = " ".join((kind.cls.__doc__ or "").split())
    rows = "".join(_row(one) for one in kind.fields)
    short = shorthand(kind)
    known = " or ".join([f"`{beginning}…`" for beginning in begins(kind) if beginning])
    note = f"\n{f'Plain text {known}' if known else 'Plain text'} stands for `{short}`.\n" if short else ""
    return f"## {title}\n\n{said}\n{note}" + (f"\n{_HEAD}{rows}" if rows else "")


def _row(one: types.Field) -> str:
    default = "required" if one.required else _default(one)
    return f"| `{one.encode_name}` | {brief(one.type)} | {default} | {_cell(description(one.type))} |\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _default(one: types.Field) -> str:
    value: Any = one.default_factory() if one.default is msgspec.NODEFAULT else one.default
    if value is None or (isinstance(value, tuple | list | dict | frozenset | set) and not value):
        return "none"
    unit = next((unit for unit in _units(one.type)), "")
    if unit and isinstance(value, int | float):
        return f"`{written(unit, value)}`"
    return f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    """A default as YAML in one line; of a struct, only its kind if it has one."""
    if isinstance(value, msgspec.Struct):
        config = value.__struct_config__
        return f"{{{config.tag_field}: {config.tag}}}" if config.tag is not None else "{}"
    if isinstance(value, tuple | list | frozenset | set):
        return "[" + ", ".join(_yaml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, enum.Enum) or not isinstance(value, float):
        return plain(value)
    return f"{value:g}"


def _units(kind: Type) -> Iterator[str]:
    bare, unit = unwrap(kind)
    if unit in UNITS:
        yield unit
    elif isinstance(bare, types.UnionType):
        for member in bare.types:
            yield from _units(member)


def _structs(kind: Type, suffix: str) -> Iterator[tuple[types.StructType, str]]:
    """The structs in a field's type, and how a path goes on to them: `[]` into a list, `.*` into a mapping."""
    bare, _ = unwrap(kind)
    if isinstance(bare, types.StructType):
        yield bare, suffix
    elif isinstance(bare, types.UnionType):
        for member in bare.types:
            yield from _structs(member, suffix)
    else:
        into = _INTO.get(type(bare))
        for inner, step in into(bare) if into else ():
            yield from _structs(inner, suffix + step)


def _item(kind: Any) -> tuple[tuple[Type, str], ...]:
    return ((kind.item_type, "[]"),)


_INTO: dict[type[Type], Callable[[Any], tuple[tuple[Type, str], ...]]] = {
    **dict.fromkeys((types.ListType, types.VarTupleType, types.SetType, types.FrozenSetType), _item),
    types.DictType: lambda kind: ((kind.value_type, ".*"),),
    types.TupleType: lambda kind: tuple((item, f"[{i}]") for i, item in enumerate(kind.item_types)),
}
