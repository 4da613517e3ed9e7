"""The sentences of the checker: what is wrong, and what was probably meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from wrp_signals.signal import ValueType

from .ast import Binary, Call, Literal, Member, Name, Node, Unary
from .errors import WhenError, did_you_mean
from .operations import FUNCTIONS, METHODS
from .printer import format
from .types import BOOL, DOUBLE, INT, NULL, NUMBERS, STRING, Type, articled
from .variables import FACTS, RESERVED_NAMES

_MACROS = frozenset(("has", "all", "exists", "exists_one", "map", "filter"))
_METHOD_NAMES = tuple(dict.fromkeys(name for name, _ in METHODS))
_FUNCTION_NAMES = tuple(dict.fromkeys(name for name, _ in FUNCTIONS))
_PLAIN_FACTS = frozenset(path for path in FACTS if "." not in path)


def _what(node: Node) -> str:
    """The piece itself where it is short."""
    text = format(node)
    return f"`{text}`" if len(text) <= 40 else "this"


def _is(node: Node, type_: Type) -> str:
    return f"{_what(node)} is {articled(type_)}"


def unknown_name(node: Node, root: str, schema: Mapping[str, ValueType]) -> WhenError:
    """Names with a dash are read as a difference, which deserves its own hint."""
    dashed = [name for name in schema if not name.isidentifier() and name.startswith(root)]
    if dashed:
        hint = f"rename the signal `{dashed[0]}`: only letters, digits and _ can be used here"
    else:
        hint = did_you_mean(root, (*schema, *RESERVED_NAMES, "true", "false", "null"))
    return WhenError(f"there is no signal or fact `{root}`", node.start, hint)


def ambiguous(node: Node, root: str) -> WhenError:
    hint = f"rename the signal; the fact is also request.{root}" if root in _PLAIN_FACTS else "rename the signal"
    return WhenError(f"`{root}` is both a signal and a fact", node.start, hint)


def unknown_fact(node: Node, root: str, field: str) -> WhenError:
    known = [path for path in FACTS if path.startswith(f"{root}.")]
    if not field:
        return WhenError(f"`{root}` alone is no value", node.start, f"one of {', '.join(known)}")
    return WhenError(f"`{root}` has no field `{field}`", node.start, did_you_mean(f"{root}.{field}", known))


def no_field(node: Name | Member, owner: str, known: Sequence[str] = ()) -> WhenError:
    field = node.field if isinstance(node, Member) else ""
    if field in _METHOD_NAMES and isinstance(node, Member):
        return WhenError(f"`{field}` is a method", node.start, f"write {format(node)}()")
    hint = did_you_mean(field, known)
    return WhenError(f"{owner} has no field `{field}`", node.start, hint)


def unknown_call(node: Call) -> WhenError:
    """Also macros, methods called as functions and functions called as methods."""
    kind = "function" if node.target is None else "method"
    if node.name in _MACROS:
        return WhenError(f"the macro `{node.name}` is not supported", node.start, "ask lists with `in`")
    if node.target is None and node.name in _METHOD_NAMES:
        return WhenError(f"`{node.name}` is a method", node.start, f"write value.{node.name}(...)")
    if node.target is not None and node.name in _FUNCTION_NAMES:
        return WhenError(f"`{node.name}` is a function", node.start, f"write {node.name}({format(node.target)})")
    known = _FUNCTION_NAMES if node.target is None else _METHOD_NAMES
    return WhenError(f"there is no {kind} `{node.name}`", node.start, did_you_mean(node.name, known))


def wrong_receiver(node: Call, type_: Type, takes: Collection[str]) -> WhenError:
    receiver = node.target if node.target is not None else node.arguments[0]
    return WhenError(f"{_is(receiver, type_)}, and `{node.name}` is for {' or '.join(takes)}", receiver.start)


def wrong_arguments(node: Call, wanted: Sequence[Type]) -> WhenError:
    what = f"takes {articled(wanted[0])}" if wanted else "takes no more arguments"
    return WhenError(f"`{node.name}` {what}", node.start)


def not_a_condition(node: Node, type_: Type) -> WhenError:
    return WhenError(f"a condition is true or false, and {_is(node, type_)}", node.start, _compare_it(node, type_))


def not_a_bool(node: Node, type_: Type, op: str) -> WhenError:
    return WhenError(f"`{op}` wants true or false, and {_is(node, type_)}", node.start, _compare_it(node, type_))


def _compare_it(node: Node, type_: Type) -> str:
    if not isinstance(node, Name | Member):
        return ""
    if type_ == STRING:
        return f'compare it: {format(node)} == "..."'
    if type_.name in NUMBERS:
        return f"compare it: {format(node)} > {'0.5' if type_ == DOUBLE else '0'}"
    return f'ask it: "..." in {format(node)}' if type_.element is not None else ""


def wrong_operand(node: Unary, type_: Type) -> WhenError:
    wanted = "true or false" if node.op == "!" else "a number"
    hint = "`!` binds tightly: write !(... in ...) or !(... == ...)" if node.op == "!" else ""
    return WhenError(f"`{node.op}` wants {wanted}, and {_is(node.operand, type_)}", node.start, hint)


def wrong_arithmetic(node: Binary, left: Type, right: Type) -> WhenError:
    hint = ""
    if {left, right} == {INT, DOUBLE}:
        whole = node.left if left == INT else node.right
        hint = f"write {whole.value}.0" if isinstance(whole, Literal) else f"write double({format(whole)})"
    return WhenError(f"`{node.op}` does not work on {articled(left)} and {articled(right)}", node.start, hint)


def wrong_order(node: Binary, left: Type, right: Type) -> WhenError:
    hint = ""
    for side, type_ in ((node.left, left), (node.right, right)):
        if type_ == BOOL and isinstance(side, Name):
            hint = f"use `{side.name}` by itself, or {side.name}.score"
        elif type_ == STRING and isinstance(side, Name):
            hint = f"did you mean `{side.name}.score`?"
    return WhenError(f"`{node.op}` does not order {articled(left)} and {articled(right)}", node.start, hint)


def never_equal(node: Binary, left: Type, right: Type) -> WhenError:
    if NULL in (left, right):
        other = node.left if right == NULL else node.right
        return WhenError(f"{_what(other)} is never null", node.start)
    hint = ""
    if {left, right} == {BOOL, STRING}:
        hint = "write true or false without quotes"
    return WhenError(f"{articled(left)} never equals {articled(right)}", node.start, hint)


def not_a_list(node: Binary, right: Type) -> WhenError:
    hint = f"write {format(node.right)}.contains({format(node.left)})" if right == STRING else ""
    return WhenError(f"`in` wants a list, and {_is(node.right, right)}", node.right.start, hint)


def text_of(error: Exception) -> str:
    """re2 puts bytes into its errors."""
    first = error.args[0] if error.args else str(error)
    return first.decode(errors="replace") if isinstance(first, bytes) else str(first)
