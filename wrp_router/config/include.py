"""Several files into one tree: what an included file holds comes before what the including file holds. Reads nothing
itself; every node keeps the file and line it came from."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from .expand import expand
from .nodes import Entry, ListNode, MapNode, Node, Scalar
from .problems import Place, Problems, shown
from .syntax import lines_of
from .yaml import read

MOST_FILES = 32
MOST_BYTES_IN_ALL = 4 << 20


class Files(Protocol):
    """What files are read through."""

    def config(self, path: str) -> bytes:
        """A configuration file's bytes. Raises OSError; ValueError for what is not a file."""
        ...

    def secret(self, path: str) -> str:
        """A secret file's text without its last line break. Raises OSError; ValueError for what is not short text."""
        ...


@dataclass(slots=True)
class Gatherer:
    """Reads a file and all it includes. `sources` collects the texts by name, for showing lines of them."""

    files: Files
    env: Mapping[str, str]
    problems: Problems
    sources: dict[str, str] = field(default_factory=dict)
    _total: int = 0

    def file(self, name: str) -> Node | None:
        """The merged tree of a file on disk, or None; problems say why."""
        data = self._data(name, Place(name, 1, 1))
        return None if data is None else self.text(name, data)

    def text(self, name: str, data: bytes) -> Node | None:
        """The merged tree of a text that was read already."""
        tree = self._tree(name, data)
        return self._with_includes(name, tree, (posixpath.normpath(name),)) if isinstance(tree, MapNode) else tree

    def _with_includes(self, name: str, tree: MapNode, above: tuple[str, ...]) -> MapNode:
        merged: MapNode | None = None
        for path in _paths(tree):
            part = self._included(name, path, above)
            if part is not None:
                merged = part if merged is None else self._merged(merged, part)
        return tree if merged is None else self._merged(merged, tree)

    def _included(self, name: str, path: Scalar, above: tuple[str, ...]) -> MapNode | None:
        written = str(path.value)
        if posixpath.isabs(written):
            self.problems.add(path.at, "E050", f"{shown(path.text)} is not a relative path")
            return None
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), written))
        if target in above:
            self.problems.add(path.at, "E051", f"{shown(path.text)} includes itself, by way of {above[-1]}")
            return None
        if target in self.sources:
            self.problems.add(path.at, "E050", f"{shown(path.text)} is included twice", "include it once")
            return None
        data = self._data(target, path.at)
        tree = None if data is None else self._tree(target, data)
        if tree is None:
            return None
        if not isinstance(tree, MapNode):
            self.problems.add(tree.at, "E050", "an included file holds fields, like the main file", "write name: value")
            return None
        return self._with_includes(target, self._checked(tree), (*above, target))

    def _checked(self, tree: MapNode) -> MapNode:
        """What `include` holds in an included file is not decoded later, so it is looked at here."""
        given = tree.get("include")
        paths = [item for item in given.items if _is_text(item)] if isinstance(given, ListNode) else []
        if given is not None and (not isinstance(given, ListNode) or len(paths) < len(given.items)):
            self.problems.add(given.at, "E050", "include: is not a list of paths")
        return tree

    def _data(self, name: str, asked: Place) -> bytes | None:
        try:
            data = self.files.config(name)
        except OSError as error:
            self.problems.add(asked, "E007", f"{shown(name, 200)} cannot be read: {error.strerror or error}")
            return None
        except ValueError as error:
            self.problems.add(asked, "E007", f"{shown(name, 200)} cannot be read: {error}")
            return None
        self._total += len(data)
        if len(self.sources) >= MOST_FILES or self._total > MOST_BYTES_IN_ALL:
            most = f"{MOST_FILES} files and {MOST_BYTES_IN_ALL} bytes in all"
            self.problems.add(asked, "E006", f"too much is included; the most is {most}", "include less")
            return None
        return data

    def _tree(self, name: str, data: bytes) -> Node | None:
        self.problems.reading(name)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            before = lines_of(data[: error.start].decode())
            place = Place(name, len(before), len(before[-1]) + 1)
            self.problems.add(place, "E001", f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")
            return None
        text = text.removeprefix("\ufeff")
        self.sources[name] = text
        tree = read(text, name, self.problems)
        return None if tree is None else expand(tree, self.env, self.files.secret, self.problems)

    def _merged(self, first: MapNode, second: MapNode) -> MapNode:
        """Lists are joined, mappings merged; `second` is the including file, whose place the result has."""
        entries = {entry.key.text: entry for entry in first.entries if entry.key.text != "include"}
        for entry in second.entries:
            known = entries.get(entry.key.text)
            entries[entry.key.text] = entry if known is None else Entry(entry.key, self._joined(known, entry))
        return MapNode(second.at, tuple(entries.values()))

    def _joined(self, known: Entry, entry: Entry) -> Node:
        one, two = known.value, entry.value
        if isinstance(one, ListNode) and isinstance(two, ListNode):
            return replace(two, items=one.items + two.items)
        if isinstance(one, MapNode) and isinstance(two, MapNode):
            return self._merged(one, two)
        if not (entry.key.text == "version" and isinstance(one, Scalar) and isinstance(two, Scalar)):
            at = known.key.at
            hint = f"it is set in {at.file}:{at.line} already; keep one"
            self.problems.add(entry.key.at, "E052", f"{shown(entry.key.text)} is set in two files", hint)
        return two


def _paths(tree: MapNode) -> list[Scalar]:
    """What can be followed; anything else under `include` is noted by whoever checks its type."""
    given = tree.get("include")
    items = given.items if isinstance(given, ListNode) else ()
    return [item for item in items if isinstance(item, Scalar) and _is_text(item)]


def _is_text(node: Node) -> bool:
    return isinstance(node, Scalar) and isinstance(node.value, str) and bool(node.value) and "\0" not in node.value
