"""Where in the file each decoded struct came from. Knows nothing of how it was decoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from .nodes import MapNode, Node

T = TypeVar("T")


@dataclass(slots=True)
class Places:
    """Which node each decoded struct came from, so that later checks can point into the file. `secrets` are those
    that the file itself holds, to be masked where lines of it are shown."""

    _nodes: dict[int, Node] = field(default_factory=dict)
    _kept: list[object] = field(default_factory=list)  # ids stay unique only while the objects live
    secrets: list[str] = field(default_factory=list)

    def note(self, value: object, node: Node) -> None:
        self._kept.append(value)
        self._nodes[id(value)] = node

    def decoded(self, kind: type[T]) -> Iterator[T]:
        """All that was decoded as `kind`, also in structs that could not be decoded as a whole."""
        return (value for value in self._kept if isinstance(value, kind))

    def node(self, value: object) -> Node | None:
        return self._nodes.get(id(value))

    def field(self, value: object, *names: str) -> Node | None:
        """The node of a field (of a field …) of a decoded struct; None where the file does not set it."""
        node = self.node(value)
        for name in names:
            node = node.get(name) if isinstance(node, MapNode) else None
        return node
