"""What the checks look at: the decoded configuration with the tree it came from, and ways to point into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .nodes import ListNode, MapNode, Node, Scalar
from .places import Places
from .problems import Place, Problems
from .structs import Config


@dataclass(frozen=True, slots=True)
class Checked:
    """One configuration. What is missing in `config` though it is in `tree` could not be decoded, and was noted."""

    tree: Node
    config: Config
    places: Places
    sources: Mapping[str, str]
    problems: Problems
    model_tier: bool

    @property
    def has_all_routes(self) -> bool:
        """False where a route could not be decoded: what is said of the routes together would then be wrong."""
        routes = self.tree.get("routes") if isinstance(self.tree, MapNode) else None
        return not isinstance(routes, ListNode) or len(routes.items) == len(self.config.routes)

    def at(self, value: object, *names: str) -> Place:
        """Where a field of a decoded struct is written; where the struct is, if the file leaves the field out."""
        node = self.places.field(value, *names) or self.places.node(value) or self.tree
        return node.at

    def is_set(self, value: object, name: str) -> bool:
        """Whether the file sets a field to something, be it decoded or not."""
        node = self.places.field(value, name)
        return node is not None and not (isinstance(node, Scalar) and node.value is None and not node.broken)


def listed(tree: Node, name: str) -> Iterator[MapNode]:
    """The mappings in a list at the top: `listed(tree, "pools")`."""
    found = tree.get(name) if isinstance(tree, MapNode) else None
    for item in found.items if isinstance(found, ListNode) else ():
        if isinstance(item, MapNode):
            yield item


def text_at(node: Node | None, *names: str) -> Scalar | None:
    """The text at a path of keys, if it is text."""
    for name in names:
        node = node.get(name) if isinstance(node, MapNode) else None
    return node if isinstance(node, Scalar) and isinstance(node.value, str) else None


def names_of(tree: Node, name: str) -> list[str]:
    """The `name` of every mapping in a list at the top, decoded or not."""
    return [str(found.value) for item in listed(tree, name) if (found := text_at(item, "name")) is not None]
