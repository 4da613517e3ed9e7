"""`${NAME}`, `${NAME:-default}`, `${file:/path}` and `$$` in the values of a tree. Keys are left alone, and what is
put in is never read as YAML structure or expanded again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from .nodes import Entry, ListNode, MapNode, Node, Scalar
from .problems import Problems, shown
from .yaml import resolve

ReadSecret = Callable[[str], str]
"""The text of a secret file. Raises OSError, or ValueError for what is not short text."""

_DOLLAR = re.compile(r"\$(?:(\$)|\{([^{}]*)(\}?))")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def expand(node: Node, env: Mapping[str, str], read_secret: ReadSecret | None, problems: Problems) -> Node:
    """The tree with all values expanded. An unquoted value is read again afterwards, so `${LIMIT}` can be a number;
    a quoted one stays text. A lone `$` stays (`$5/day`). What cannot be expanded is noted and becomes empty."""
    return _Expansion(env, read_secret, problems).node(node)


class _Expansion:
    """One pass over one tree. Nodes that aliases share are expanded once and stay shared."""

    __slots__ = ("_done", "_env", "_problems", "_read_secret")

    def __init__(self, env: Mapping[str, str], read_secret: ReadSecret | None, problems: Problems) -> None:
        self._env = env
        self._read_secret = read_secret
        self._problems = problems
        self._done: dict[int, Node] = {}

    def node(self, node: Node) -> Node:
        done = self._done.get(id(node))
        if done is None:
            done = self._done[id(node)] = self._expanded(node)
        return done

    def _expanded(self, node: Node) -> Node:
        if isinstance(node, ListNode):
            return replace(node, items=tuple(self.node(item) for item in node.items))
        if isinstance(node, MapNode):
            return replace(node, entries=tuple(Entry(entry.key, self.node(entry.value)) for entry in node.entries))
        return self._scalar(node)

    def _scalar(self, node: Scalar) -> Scalar:
        if "$" not in node.text or not isinstance(node.value, str):
            return node
        parts = [self._put(found, node) for found in _DOLLAR.finditer(node.value)]
        if not parts:
            return node
        if None in parts:
            return replace(node, value=None, broken=True)
        texts = iter(parts)
        text = _DOLLAR.sub(lambda _: next(texts) or "", node.value)
        return replace(node, value=resolve(text) if node.style == "plain" else text, expanded=text)

    def _put(self, found: re.Match[str], node: Scalar) -> str | None:
        if found[1]:
            return "$"
        inside, closed = found[2], found[3]
        name, has_default, default = inside.partition(":-")
        if closed and inside.startswith("file:"):
            return self._secret(inside.removeprefix("file:"), node)
        if not closed or not _NAME.fullmatch(name):
            self._problems.add(node.at, "E017", f"{shown(found[0])} is not understood")
            return None
        value = self._env.get(name)
        if has_default:
            return value or default
        if value is None:
            self._problems.add(
                node.at, "E015", f"the variable {name} is not set", f"set it, or write ${{{name}:-default}}"
            )
        return value

    def _secret(self, path: str, node: Scalar) -> str | None:
        if self._read_secret is None:
            self._problems.add(node.at, "E015", f"{shown(path)} cannot be read: no files here", "use ${NAME}")
            return None
        try:
            return self._read_secret(path)
        except OSError as error:
            reason = error.strerror or type(error).__name__
        except ValueError as error:
            reason = str(error)
        self._problems.add(
            node.at, "E015", f"{shown(path)} cannot be read: {reason}", "check the path and its permissions"
        )
        return None
