"""CEL written down a second time, for requests of which everything is known: a plain walk, errors as exceptions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from wrp_policies.when import Env
from wrp_policies.when.ast import Binary, Call, Conditional, Items, Literal, Logic, Member, Name, Node, Unary


class Error(Exception):
    """CEL's runtime error."""


class Oracle:
    """Values of expressions that stay within one request."""

    def __init__(self, env: Env) -> None:
        self._env = env

    def of(self, node: Node) -> Any:
        handlers: dict[type[Node], Callable[[Any], Any]] = {
            Literal: lambda n: n.value,
            Items: lambda n: tuple(map(self.of, n.items)),
            Name: lambda n: self._path(n.name, "value"),
            Member: lambda n: self._path(n.target.name, n.field),
            Unary: lambda n: (operator.not_ if n.op == "!" else operator.neg)(self.of(n.operand)),
            Binary: self._binary,
            Logic: self._logic,
            Conditional: lambda n: self.of(n.yes) if self.of(n.test) else self.of(n.no),
            Call: self._call,
        }
        return handlers[type(node)](node)

    def _path(self, root: str, field: str) -> Any:
        if root == "request":
            facts = self._env.facts
            return {"tokens": facts.prompt_tokens}[field] if field == "tokens" else getattr(facts, field)
        if root == "tenant":
            return self._env.facts.tenant
        if root not in self._env.readings:
            raise Error(root)
        return getattr(self._env.readings[root], field)

    def _logic(self, node: Logic) -> bool:
        decisive = node.op == "||"
        failed: Error | None = None
        for term in node.terms:
            try:
                if self.of(term) == decisive:
                    return decisive
            except Error as error:
                failed = error
        if failed is not None:
            raise failed
        return not decisive

    def _binary(self, node: Binary) -> Any:
        left, right = self.of(node.left), self.of(node.right)
        if node.op in ("/", "%") and isinstance(left, int) and right == 0:
            raise Error("division by zero")
        if node.op == "/" and right == 0:
            return float("nan") if left == 0 else float("inf")
        if node.op in ("<", ">", "<=", ">=") and None in (left, right):
            raise Error("null")
        return _OPERATIONS[node.op](left, right)

    def _call(self, node: Call) -> Any:
        receiver, *arguments = map(self.of, (*([node.target] if node.target else []), *node.arguments))
        return _CALLS[node.name](receiver, *arguments)


_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    "in": lambda item, items: item in items,
    "+": operator.add,
    "/": lambda a, b: a / b if isinstance(a, float) else a // b,
    "%": operator.mod,
}
_CALLS: dict[str, Callable[..., Any]] = {
    "startsWith": str.startswith,
    "matches": lambda text, pattern: re.search(pattern, text) is not None,
    "size": len,
    "int": int,
}
