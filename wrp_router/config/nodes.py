"""The tree of a YAML file: every key and value with its position. Says nothing about what the values mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .problems import Place

Plain = None | bool | int | float | str
Style = Literal["plain", "single", "double", "literal", "folded"]


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `text` is what the file says and all that messages may show of it; `value` is what it means.

    `index` is the offset of its first character in the file. `expanded` is the text after `${...}` was filled in, where
    there was one: never to be shown. `broken` says that the value could not be had, which has been noted, so that
    nobody complains of it again.
    """

    at: Place
    text: str
    value: Plain
    style: Style = "plain"
    index: int = 0
    expanded: str | None = None
    broken: bool = False


@dataclass(frozen=True, slots=True)
class ListNode:
    """A sequence."""

    at: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping and its value."""

    key: Scalar
    value: Node


@dataclass(frozen=True, slots=True)
class MapNode:
    """A mapping; no two entries have the same key."""

    at: Place
    entries: tuple[Entry, ...]

    def entry(self, key: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.key.text == key), None)

    def get(self, key: str) -> Node | None:
        entry = self.entry(key)
        return None if entry is None else entry.value


Node = Scalar | ListNode | MapNode
