"""A tree back to text, with no more parentheses than it needs: parsing the text gives an equal tree."""

from __future__ import annotations

from .ast import Binary, Call, Conditional, Items, Literal, Logic, Member, Name, Node, Unary
from .parser import POWER

_UNARY = 6
_PRIMARY = 7
_ESCAPED = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def format(node: Node) -> str:
    """The canonical source of a tree."""
    match node:
        case Literal():
            return _literal(node)
        case Items(items):
            return f"[{_joined(items)}]"
        case Name(name):
            return name
        case Member(target, field):
            return f"{_at_least(target, _PRIMARY)}.{field}"
        case Call(target, name, arguments):
            owner = f"{_at_least(target, _PRIMARY)}." if target is not None else ""
            return f"{owner}{name}({_joined(arguments)})"
        case Unary(op, operand):
            return op + _operand(op, operand)
        case Binary(op, left, right):
            power = POWER[op]
            return f"{_at_least(left, power)} {op} {_at_least(right, power + 1)}"
        case Logic(op, terms):
            return f" {op} ".join(_at_least(term, POWER[op] + 1) for term in terms)
        case Conditional(test, yes, no):
            return f"{_at_least(test, 1)} ? {_at_least(yes, 1)} : {format(no)}"
    raise TypeError(f"{type(node).__name__} is no piece of a condition")


def quote(text: str) -> str:
    """A string literal that means the text."""
    if text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return '"' + "".join(_ESCAPED.get(char) or _visible(char) for char in text) + '"'


def _visible(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _literal(node: Literal) -> str:
    match node.value:
        case None:
            return "null"
        case bool():
            return "true" if node.value else "false"
        case str():
            return quote(node.value)
    return repr(node.value)


def _joined(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(format, nodes))


def _power(node: Node) -> int:
    match node:
        case Conditional():
            return 0
        case Binary(op=op) | Logic(op=op):
            return POWER[op]
        case Unary():
            return _UNARY
    return _PRIMARY


def _at_least(node: Node, floor: int) -> str:
    text = format(node)
    return text if _power(node) >= floor else f"({text})"


def _operand(op: str, operand: Node) -> str:
    """`-` before a digit would be read as the sign of the number, and CEL does not mix `!` and `-`."""
    if isinstance(operand, Unary):
        return format(operand) if operand.op == op else f"({format(operand)})"
    text = _at_least(operand, _PRIMARY)
    return f"({text})" if op == "-" and text[0].isdigit() else text
