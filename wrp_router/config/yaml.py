"""A strict YAML 1.2 reader that keeps positions. It refuses what surprises people (yes/no as booleans, sexagesimal
numbers, merge keys, tags, duplicate keys) and whatever could cost more memory or time than the file is worth."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from .nodes import Entry, ListNode, MapNode, Node, Plain, Scalar, Style
from .problems import Place, Problems, shown
from .syntax import explain

MOST_BYTES = 1 << 20
MOST_DEPTH = 32
MOST_NODES = 50_000

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where there is one: 10 times faster
_STYLES: dict[str | None, Style] = {"'": "single", '"': "double", "|": "literal", ">": "folded"}
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,40}")
_BASED = re.compile(r"0(?:o[0-7]{1,40}|x[0-9a-fA-F]{1,40})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_TAGS = frozenset({"!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq"))})


def read(text: str, file: str, problems: Problems) -> Node | None:
    """The tree of one YAML document, or None where there is none to be had; problems say why.

    Duplicate keys, merge keys, tags and bad aliases are noted and reading goes on; bounds and syntax end it.
    """
    start = Place(file, 1, 1)
    text = text.removeprefix("\ufeff")
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        problems.add(start, "E001", "the text holds half of a surrogate pair", "save the file as UTF-8")
        return None
    if size > MOST_BYTES:
        problems.add(start, "E006", f"the file has {size} bytes, the most is {MOST_BYTES}")
        return None
    builder = _Builder(file, problems)
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            builder.take(event)
    except yaml.YAMLError as error:
        problems.add(*explain(error, text, file))
        return None
    except _OverBound as over:
        problems.add(over.place, over.code, over.message, over.hint)
        return None
    return builder.root if builder.root is not None else Scalar(start, "", None)


def resolve(text: str) -> Plain:
    """What an unquoted scalar means in the YAML 1.2 core schema."""
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", "", 1))
    return text


class _OverBound(Exception):
    """Reading ends here."""

    def __init__(self, place: Place, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.place, self.code, self.message, self.hint = place, code, message, hint


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been seen. `weight` counts its nodes, `height` its levels, aliases expanded."""

    at: Place
    anchor: str | None
    is_map: bool
    children: list[Node] = field(default_factory=list)
    weight: int = 1
    height: int = 1


class _Builder:
    """Builds the tree from parser events; its own stack is bounded, so nesting cannot exhaust Python's."""

    __slots__ = ("_anchors", "_documents", "_file", "_problems", "_stack", "_total", "root")

    def __init__(self, file: str, problems: Problems) -> None:
        self.root: Node | None = None
        self._file = file
        self._problems = problems
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._documents = 0
        self._total = 0

    def take(self, event: yaml.Event) -> None:
        act = _ACTIONS.get(type(event))
        if act is not None:
            act(self, event)

    def document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise _OverBound(self._place(event), "E004", "a second document begins here", "remove the ---")

    def scalar(self, event: Any) -> None:
        at = self._place(event)
        style = _STYLES.get(event.style, "plain")
        value = resolve(event.value) if style == "plain" and event.implicit[0] else event.value
        refused = self._refuse_tag(event, at)
        self._attach(Scalar(at, event.value, value, style, event.start_mark.index, None, refused), event.anchor, 1, 1)

    def alias(self, event: Any) -> None:
        at = self._place(event)
        known = self._anchors.get(event.anchor)
        if any(level.anchor == event.anchor for level in self._stack):
            self._problems.add(at, "E005", f"*{event.anchor} stands inside &{event.anchor}: it would contain itself")
        elif known is None:
            self._problems.add(at, "E005", f"no anchor &{event.anchor} before this alias")
        else:
            node, weight, height = known
            self._attach(node, None, weight, height, at)
            return
        self._attach(Scalar(at, f"*{event.anchor}", None, broken=True), None, 1, 1)

    def open(self, event: Any) -> None:
        at = self._place(event)
        self._refuse_tag(event, at)
        if len(self._stack) >= MOST_DEPTH:
            raise _OverBound(at, "E006", f"nested deeper than {MOST_DEPTH} levels", "nest less")
        self._stack.append(_Open(at, event.anchor, isinstance(event, yaml.MappingStartEvent)))

    def close(self, _event: Any) -> None:
        done = self._stack.pop()
        node = self._mapping(done) if done.is_map else ListNode(done.at, tuple(done.children))
        self._total -= done.weight - 1  # attaching counts the whole collection; its children were counted already
        self._attach(node, done.anchor, done.weight, done.height)

    def _attach(self, node: Node, anchor: str | None, weight: int, height: int, at: Place | None = None) -> None:
        at = at or node.at
        self._total += weight
        if self._total > MOST_NODES:
            message = f"more than {MOST_NODES} values, counting what aliases stand for"
            raise _OverBound(at, "E006", message, "use fewer aliases, or fewer values")
        if len(self._stack) + height > MOST_DEPTH + 1:
            message = f"nested deeper than {MOST_DEPTH} levels, counting what aliases stand for"
            raise _OverBound(at, "E006", message, "nest less")
        if anchor is not None:
            self._anchors[anchor] = (node, weight, height)
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        parent.children.append(node)
        parent.weight += weight
        parent.height = max(parent.height, height + 1)

    def _mapping(self, done: _Open) -> MapNode:
        seen: dict[str, Entry] = {}
        for key, value in zip(done.children[::2], done.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                self._problems.add(key.at, "E004", "a key must be a word, not a list or a mapping", "quote it")
            elif key.text == "<<" and key.style == "plain":
                self._problems.add(key.at, "E004", "merge keys (<<) are not part of YAML 1.2", "write the fields out")
            elif key.text in seen:
                first = seen[key.text].key.at.line
                self._problems.add(
                    key.at, "E002", f"{shown(key.text)} is set twice", f"it is set on line {first} already; keep one"
                )
            else:
                seen[key.text] = Entry(key, value)
        return MapNode(done.at, tuple(seen.values()))

    def _refuse_tag(self, event: Any, at: Place) -> bool:
        """Whether there is one that is noted."""
        refused = event.tag is not None and event.tag not in _TAGS
        if refused:
            name = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problems.add(
                at, "E004", f"the tag {shown(name)} is not allowed", "remove the tag; values are plain data"
            )
        return refused

    def _place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self._file, mark.line + 1, mark.column + 1)


_ACTIONS: dict[type[yaml.Event], Callable[[_Builder, Any], None]] = {
    yaml.DocumentStartEvent: _Builder.document,
    yaml.ScalarEvent: _Builder.scalar,
    yaml.AliasEvent: _Builder.alias,
    yaml.MappingStartEvent: _Builder.open,
    yaml.SequenceStartEvent: _Builder.open,
    yaml.MappingEndEvent: _Builder.close,
    yaml.SequenceEndEvent: _Builder.close,
}
