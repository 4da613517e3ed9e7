"""Tokens to a tree, by the grammar of CEL (precedence climbing). Knows no names and no types."""

from __future__ import annotations

from typing import Final, cast

from .ast import Binary, Call, Conditional, Items, Literal, Logic, Member, Name, Node, Unary
from .errors import WhenError
from .lexer import Token, tokens

MAX_DEPTH: Final = 64
"""The deepest nesting, of operators and of parentheses."""

POWER: Final = {
    "||": 1, "&&": 2,
    "==": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "in": 3,
    "+": 4, "-": 4,
    "*": 5, "/": 5, "%": 5,
}  # fmt: skip
"""How tightly each binary operator binds."""

RESERVED_WORDS: Final = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
})  # fmt: skip
"""What CEL keeps for the languages it is embedded in: no names of signals."""

_NUMBERS = ("int", "double")
_LITERALS = ("int", "double", "string", "bool", "null")
_MEANT = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!", "is": "=="}


def parse(source: str) -> Node:
    """The tree of an expression. Raises WhenError, and nothing else, whatever the text."""
    return _Parser(tokens(source)).whole()


class _Parser:
    __slots__ = ("_at", "_depth", "_tokens")

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._next.kind == "end":
            raise WhenError("the condition is empty", 0, "write true for a route that always matches")
        node = self._expression()
        if self._next.kind != "end":
            raise self._unexpected("an operator or the end")
        return node

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _took(self, kind: str) -> bool:
        if self._next.kind != kind:
            return False
        self._at += 1
        return True

    def _expect(self, kind: str) -> None:
        if not self._took(kind):
            raise self._unexpected(f"`{kind}`")

    def _unexpected(self, wanted: str) -> WhenError:
        token = self._next
        met = f"`{token.kind}`"
        if token.kind == "end":
            met = "the end"
        elif token.kind in (*_LITERALS, "name"):
            met = f"`{token.value}`" if token.kind == "name" else f"a {token.kind}"
        meant = _MEANT.get(str(token.value)) if token.kind == "name" else None
        return WhenError(f"expected {wanted}, met {met}", token.start, f"did you mean `{meant}`?" if meant else "")

    def _span(self, start: int, *below: Node) -> tuple[int, int, int]:
        """Where a piece that begins at `start` and ends with the last token stands, and how high it is."""
        height = 1 + max((node.height for node in below), default=0)
        if height > MAX_DEPTH:
            raise WhenError(f"more than {MAX_DEPTH} levels", start, "split the route in two")
        return start, self._tokens[self._at - 1].end, height

    def _expression(self) -> Node:
        start = self._next.start
        test = self._binary(0)
        if not self._took("?"):
            return test
        yes = self._binary(0)
        self._expect(":")
        self._deeper()
        no = self._expression()
        self._depth -= 1
        first, end, height = self._span(start, test, yes, no)
        return Conditional(test, yes, no, start=first, end=end, height=height)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise WhenError(f"more than {MAX_DEPTH} levels", self._next.start, "split the route in two")

    def _binary(self, floor: int) -> Node:
        """Everything from here that binds tighter than `floor`."""
        self._deeper()
        start = self._next.start
        left = self._unary()
        while (power := POWER.get(self._next.kind, 0)) > floor:
            left = self._logic(left, power, start) if power <= 2 else self._operation(left, power, start)
        self._depth -= 1
        return left

    def _operation(self, left: Node, power: int, start: int) -> Node:
        op = self._take().kind
        right = self._binary(power)
        first, end, height = self._span(start, left, right)
        return Binary(op, left, right, start=first, end=end, height=height)

    def _logic(self, left: Node, power: int, start: int) -> Node:
        op = self._next.kind
        terms = [left]
        while self._took(op):
            terms.append(self._binary(power))
        first, end, height = self._span(start, *terms)
        return Logic(op, tuple(terms), start=first, end=end, height=height)

    def _unary(self) -> Node:
        ops: list[Token] = []
        while self._next.kind in ("!", "-") and (not ops or self._next.kind == ops[0].kind):
            ops.append(self._take())
        minus = self._next.kind in _NUMBERS and bool(ops) and ops[-1].kind == "-"
        if minus:
            ops.pop()
        elif ops and self._next.kind == "-" and self._tokens[self._at + 1].kind in _NUMBERS:
            self._at += 1  # !-1: the minus belongs to the number
            minus = True
        node = self._postfix(minus)
        for op in reversed(ops):
            start, end, height = self._span(op.start, node)
            node = Unary(op.kind, node, start=start, end=end, height=height)
        return node

    def _postfix(self, minus: bool) -> Node:
        start = self._tokens[self._at - 1].start if minus else self._next.start
        node = self._number(start, minus) if self._next.kind in _NUMBERS else self._primary()
        while self._next.kind in (".", "["):
            if self._next.kind == "[":
                raise WhenError("indexing is not supported", self._next.start, "ask with `in`")
            self._take()
            node = self._member(node, start)
        return node

    def _member(self, target: Node, start: int) -> Node:
        if self._next.kind != "name":
            raise self._unexpected("a field or a method")
        name = str(self._take().value)
        if self._took("("):
            arguments = self._list(")")
            first, end, height = self._span(start, target, *arguments)
            return Call(target, name, arguments, start=first, end=end, height=height)
        first, end, height = self._span(start, target)
        return Member(target, name, start=first, end=end, height=height)

    def _number(self, start: int, minus: bool) -> Node:
        token = self._take()
        value = cast("int | float", token.value)
        if token.kind == "int" and value == 2**63 and not minus:
            raise WhenError("an int has 64 bits", start)
        return Literal(token.kind, -value if minus else value, start=start, end=token.end)

    def _primary(self) -> Node:
        token = self._next
        if token.kind in _LITERALS:
            self._take()
            return Literal(token.kind, token.value, start=token.start, end=token.end)
        if token.kind == "name":
            return self._named()
        if self._took("("):
            node = self._expression()
            self._expect(")")
            return node
        if self._took("["):
            items = self._list("]")
            start, end, height = self._span(token.start, *items)
            return Items(items, start=start, end=end, height=height)
        raise self._unexpected("a value")

    def _named(self) -> Node:
        token = self._take()
        name = str(token.value)
        if name in RESERVED_WORDS:
            raise WhenError(f"`{name}` is a reserved word", token.start, "rename the signal")
        if name in _MEANT and self._next.kind in (*_LITERALS, "name"):
            raise WhenError(f"`{name}` is no operator", token.start, f"did you mean `{_MEANT[name]}`?")
        if self._took("("):
            arguments = self._list(")")
            start, end, height = self._span(token.start, *arguments)
            return Call(None, name, arguments, start=start, end=end, height=height)
        return Name(name, start=token.start, end=token.end)

    def _list(self, close: str) -> tuple[Node, ...]:
        """Expressions up to the closing bracket; a list (not a call) may end in a comma."""
        items: list[Node] = []
        while not self._took(close):
            if items:
                self._expect(",")
                if close == "]" and self._took(close):
                    break
            items.append(self._expression())
        return tuple(items)
