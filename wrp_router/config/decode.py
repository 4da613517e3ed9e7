"""A tree into msgspec types, noting everything that does not fit and not only the first. It knows no field by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from msgspec import inspect as types

from .describe import Type, begins, expected, plain, shorthand, tags_of, unwrap
from .nodes import Entry, ListNode, MapNode, Node, Scalar
from .places import Places
from .problems import Place, Problems, closest, one_of, shown
from .scalars import Misfit, is_plain, length_misfit, read_scalar, said
from .secret import Secret

T = TypeVar("T")


class _Bad:
    """The answer for what could not be decoded; problems say why."""


BAD: Final = _Bad()


def decode(
    node: Node,
    kind: type[T],
    problems: Problems,
    places: Places | None = None,
    instead: Mapping[str, object] | None = None,
) -> T | None:
    """The tree as a `kind`, or None if it is past saving.

    With problems noted the answer is incomplete: fields that do not fit have their defaults, list items and mapping
    entries that do not fit are missing. It is then good for finding more problems and for nothing else. `instead` has
    values for required fields of the outermost struct that do not fit, so that the others are still looked at.

    Types may be anything that msgspec.inspect describes. A struct may declare `shorthand: ClassVar[str]`: the field
    that a plain string stands for; and by `begins` which strings do.
    """
    walk = _Walk(problems, places if places is not None else Places(), instead or {})
    value = walk.value(node, types.type_info(kind), "")
    return None if value is BAD else value


@dataclass(slots=True)
class _Walk:
    """One decoding. Paths are for messages: `pools[0].servers[1]`; the root is the empty path."""

    problems: Problems
    places: Places
    instead: Mapping[str, object]

    def value(self, node: Node, kind: Type, path: str) -> Any:
        if isinstance(node, Scalar) and node.broken:
            return BAD
        bare, _ = unwrap(kind)
        if isinstance(node, Scalar) and is_plain(kind):
            return self._taken(node, read_scalar(node, kind))
        read = _READ.get(type(bare))
        if read is None:
            return self._wrong(node, kind, "write a single value here")
        return read(self, node, bare, path)

    def _taken(self, node: Node, got: Any) -> Any:
        if isinstance(got, Misfit):
            self.problems.add(node.at, *got)
            return BAD
        if isinstance(got, Secret) and isinstance(node, Scalar) and node.expanded is None:
            self.places.secrets.append(node.text)
        return got

    def _wrong(self, node: Node, kind: Type, hint: str = "") -> Any:
        self.problems.add(node.at, "E012", f"expected {expected(kind)}, got {_got(node)}", hint)
        return BAD

    def union(self, node: Node, kind: types.UnionType, path: str) -> Any:
        members = kind.types
        bare = [unwrap(member)[0] for member in members]
        structs = [member for member in bare if isinstance(member, types.StructType)]
        if isinstance(node, MapNode) and structs:
            return self._tagged(node, structs, path) if len(structs) > 1 else self.struct(node, structs[0], path)
        if isinstance(node, Scalar):
            return self._plain_union(node, kind, structs, path)
        fitting = [member for member in members if type(unwrap(member)[0]) in _SHAPES[type(node)]]
        return self.value(node, fitting[0], path) if fitting else self._wrong(node, kind, _union_hint(node, structs))

    def _plain_union(self, node: Scalar, kind: types.UnionType, structs: list[types.StructType], path: str) -> Any:
        plains = [member for member in kind.types if is_plain(member)]
        misfits = []
        for member in sorted(plains, key=_exactness):
            got = read_scalar(node, member)
            if not isinstance(got, Misfit):
                return self._taken(node, got)
            if not isinstance(member, types.NoneType):
                misfits.append(got)
        short = next((struct for struct in structs if _stands_for(node, struct) is not None), None)
        if short is not None:
            return self.struct(node, short, path)
        if len(misfits) == 1 and not structs:
            return self._taken(node, misfits[0])
        return self._wrong(node, kind, _union_hint(node, structs))

    def _tagged(self, node: MapNode, structs: list[types.StructType], path: str) -> Any:
        tags = tags_of(structs)
        name = next(struct.tag_field for struct in structs if struct.tag_field)
        given = node.get(name)
        if given is None:
            self.problems.add(node.at, "E011", f"missing field {shown(name)}{_inside(path)}", one_of(list(tags)))
            return BAD
        if not isinstance(given, Scalar):
            return self._wrong(given, types.StrType(), one_of(list(tags)))
        if given.broken:
            return BAD
        chosen = tags.get(plain(given.value))
        if chosen is None:
            message = f"there is no {name} {said(given)}{_inside(path)}; there are: {', '.join(tags)}"
            self.problems.add(given.at, "E014", message, closest(given.text, tags))
            return BAD
        return self.struct(node, chosen, path)

    def struct(self, node: Node, kind: types.StructType, path: str) -> Any:
        short = _stands_for(node, kind)
        if short is not None:
            node = MapNode(node.at, (short,))
        if not isinstance(node, MapNode):
            return self._wrong(node, kind, _shape_hint(kind))
        given = {entry.key.text: entry for entry in node.entries}
        self._refuse_unknown(given, kind, path)
        values: dict[str, Any] = {}
        whole = True
        for one in kind.fields:
            value = self._field(given.get(one.encode_name), one, node.at, path)
            if value is not BAD:
                values[one.name] = value
            elif one.required and not path and one.name in self.instead:
                values[one.name] = self.instead[one.name]
            elif one.required:
                whole = False
        return self._made(node, kind, values) if whole else BAD

    def _made(self, node: Node, kind: types.StructType, values: dict[str, Any]) -> Any:
        try:
            made = kind.cls(**values)
        except (TypeError, ValueError) as error:  # what a struct's __post_init__ says
            self.problems.add(node.at, "E013", str(error))
            return BAD
        self.places.note(made, node)
        return made

    def _field(self, entry: Entry | None, one: types.Field, at: Place, path: str) -> Any:
        if entry is not None:
            return self.value(entry.value, one.type, f"{path}.{one.encode_name}" if path else one.encode_name)
        if one.required:
            hint = f"add {one.encode_name}: {expected(one.type)}"
            self.problems.add(at, "E011", f"missing field {shown(one.encode_name)}{_inside(path)}", hint)
        return BAD

    def _refuse_unknown(self, given: dict[str, Entry], kind: types.StructType, path: str) -> None:
        known = [one.encode_name for one in kind.fields]
        for name, entry in given.items():
            if name == kind.tag_field and kind.tag is not None:
                self._same_tag(entry.value, kind)
            elif name not in known:
                message = f"unknown field {shown(name)}{_inside(path)}"
                self.problems.add(entry.key.at, "E010", message, near=(name, known))

    def _same_tag(self, node: Node, kind: types.StructType) -> None:
        if not (isinstance(node, Scalar) and (node.broken or plain(node.value) == plain(kind.tag))):
            self.problems.add(node.at, "E014", f"expected {kind.tag_field}: {plain(kind.tag)}, got {_got(node)}")

    def items(self, node: Node, kind: Any, path: str) -> Any:
        if not isinstance(node, ListNode):
            return self._wrong(node, kind, "write it as a list: [a, b]")
        if self._wrong_length(node, len(node.items), kind):
            return BAD
        values = [self.value(item, kind.item_type, f"{path}[{i}]") for i, item in enumerate(node.items)]
        make: Callable[[Any], Any] = _COLLECTIONS[type(kind)]
        return make(value for value in values if value is not BAD)

    def tuple(self, node: Node, kind: types.TupleType, path: str) -> Any:
        if not isinstance(node, ListNode) or len(node.items) != len(kind.item_types):
            return self._wrong(node, kind, "write it as a list: [a, b]")
        pairs = zip(node.items, kind.item_types, strict=True)
        values = tuple(self.value(item, one, f"{path}[{i}]") for i, (item, one) in enumerate(pairs))
        return BAD if any(value is BAD for value in values) else values

    def mapping(self, node: Node, kind: types.DictType, path: str) -> Any:
        if not isinstance(node, MapNode):
            return self._wrong(node, kind, "write it as a mapping: {name: value}")
        if self._wrong_length(node, len(node.entries), kind):
            return BAD
        values: dict[Any, Any] = {}
        for entry in node.entries:
            key = self._key(entry.key, kind.key_type)
            value = self.value(entry.value, kind.value_type, f"{path}.{entry.key.text[:40]}")
            if key is not BAD and value is not BAD:
                values[key] = value
        return values

    def _key(self, key: Scalar, kind: Type) -> Any:
        if isinstance(unwrap(kind)[0], types.StrType):  # `1:` and `on:` are names too
            key = Scalar(key.at, key.text, key.text, key.style)
        return self.value(key, kind, "")

    def anything(self, node: Node, kind: Type, path: str) -> Any:
        """What a field of type Any gets: plain data."""
        if isinstance(node, Scalar):
            return node.value
        if isinstance(node, ListNode):
            return [self.value(item, kind, path) for item in node.items]
        return {entry.key.text: self.value(entry.value, kind, path) for entry in node.entries}

    def _wrong_length(self, node: Node, length: int, kind: Any) -> bool:
        wrong = length_misfit(length, kind, "entries")
        if wrong is not None:
            self.problems.add(node.at, *wrong)
        return wrong is not None


def _stands_for(node: Node, kind: types.StructType) -> Entry | None:
    """The field that plain text stands for, and what it says of it; None where it says nothing of this struct."""
    name = shorthand(kind)
    if not name or not isinstance(node, Scalar) or not isinstance(node.value, str):
        return None
    for beginning, instead in begins(kind).items():
        if node.value.startswith(beginning):
            value = node if beginning == instead else _begun(node, beginning, instead)
            return Entry(Scalar(node.at, name, name), value)
    return None


def _begun(node: Scalar, beginning: str, instead: str) -> Scalar:
    """The same text with another beginning; as `${...}` may have filled it in."""
    value = instead + str(node.value).removeprefix(beginning)
    filled = None if node.expanded is None else instead + node.expanded.removeprefix(beginning)
    return replace(node, text=instead + node.text.removeprefix(beginning), value=value, expanded=filled)


def _got(node: Node) -> str:
    if isinstance(node, Scalar):
        return said(node)
    return "a list" if isinstance(node, ListNode) else "a mapping"


def _inside(path: str) -> str:
    return f" in {path}" if path else ""


def _shape_hint(kind: types.StructType) -> str:
    fields = [one.encode_name for one in kind.fields if one.required] or [one.encode_name for one in kind.fields]
    return f"fields: {', '.join(fields)}" if fields else ""


def _union_hint(node: Node, structs: list[types.StructType]) -> str:
    """How one of the structs would be written where something else stands."""
    tags = tags_of(structs)
    if isinstance(node, Scalar) and node.text in tags:
        return f"write {{{tags[node.text].tag_field}: {node.text}}}"
    if len(structs) == 1:
        return _shape_hint(structs[0])
    known = "".join([f", or {beginning}…" for struct in structs for beginning in begins(struct) if beginning])
    return f"write {{{structs[0].tag_field}: …}}, {one_of(list(tags))}{known}" if structs else ""


def _exactness(kind: Type) -> int:
    """Narrow types are tried first: `1` becomes an int rather than a float, a word a choice rather than text."""
    order = (types.NoneType, types.LiteralType, types.EnumType, types.BoolType, types.IntType, types.FloatType)
    bare, unit = unwrap(kind)
    return len(order) if unit or type(bare) not in order else order.index(type(bare))


_COLLECTIONS: dict[type[Type], Callable[[Any], Any]] = {
    types.ListType: list,
    types.VarTupleType: tuple,
    types.SetType: set,
    types.FrozenSetType: frozenset,
}
_SHAPES: dict[type[Node], tuple[type[Type], ...]] = {
    ListNode: (*_COLLECTIONS, types.TupleType, types.AnyType),
    MapNode: (types.DictType, types.AnyType),
    Scalar: (),
}
_READ: dict[type[Type], Callable[[_Walk, Node, Any, str], Any]] = {
    types.UnionType: _Walk.union,
    types.StructType: _Walk.struct,
    types.TupleType: _Walk.tuple,
    types.DictType: _Walk.mapping,
    types.AnyType: _Walk.anything,
    **dict.fromkeys(_COLLECTIONS, _Walk.items),
}
