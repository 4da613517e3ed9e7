"""Why a condition is what it is: every piece with its value, and the few values that decided. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from .ast import Call, Conditional, Literal, Logic, Node
from .env import UNKNOWN, Env, Unknown
from .evaluate import Compiled
from .operations import COERCIONS, TROUBLE
from .printer import quote
from .types import articled
from .variables import Read

_LONGEST = 40


class Term(NamedTuple):
    """One piece of a condition: its source, its value (UNKNOWN where it has none) and, if UNKNOWN, why."""

    source: str
    value: Any
    reason: str = ""


def terms(root: Compiled, source: str, env: Env) -> list[Term]:
    """Every piece but literals, outermost first, each source once."""
    found: dict[str, Term] = {}
    for piece in _pieces(root):
        node = piece.typed.node
        text = source[node.start : node.end]
        if text not in found:
            value = piece.run(env)
            found[text] = Term(text, value, _reason(piece, source, env) if value is UNKNOWN else "")
    return list(found.values())


def _pieces(piece: Compiled) -> Iterator[Compiled]:
    if piece.typed.apply not in COERCIONS and not isinstance(piece.typed.node, Literal):
        yield piece
    for part in piece.parts:
        yield from _pieces(part)


def _reason(piece: Compiled, source: str, env: Env) -> str:
    """Why an UNKNOWN is one."""
    variable = piece.typed.variable
    if variable is not None:
        reading = env.readings.get(variable.signal)
        if reading is not None:
            return f"its reading is a {type(reading.value).__name__}, not {articled(variable.type)}"
        return "gave no reading" if variable.signal in env.absent else "not read yet"
    open_parts = [part for part in piece.parts if part.run(env) is UNKNOWN]
    return " and ".join(_open(part, source, env) for part in open_parts) or _trouble(piece.typed.node)


def _open(part: Compiled, source: str, env: Env) -> str:
    node = part.typed.node
    while part.typed.apply in COERCIONS:
        part = part.parts[0]
    return f"{source[node.start : node.end]} is {'null' if part.run(env) is None else 'unknown'}"


def _trouble(node: Node) -> str:
    name = node.name if isinstance(node, Call) else getattr(node, "op", "")
    return TROUBLE.get(name, "overflow")


Said = dict[str, Any]
"""Values by the name of their variable, in the order in which they are told."""

Tell = Callable[[Env, Said], None]


def teller(piece: Compiled) -> Tell:
    """The closure that collects the variables which made the value what it is: of a true `||` only those of the first
    true term, of a false `&&` only those of the first false one, of `? :` those of the test and of the branch taken."""
    node, parts = piece.typed.node, piece.parts
    if isinstance(node, Logic):
        return _logic_teller(parts, node.op == "||")
    if isinstance(node, Conditional):
        return _conditional_teller(*parts)
    if piece.typed.variable is not None or not any(_branches(part) for part in parts):
        return _plain_teller({variable.path: variable.read for variable in piece.typed.variables()})
    return _all_teller(parts)


def _plain_teller(reads: dict[str, Read]) -> Tell:
    pairs = tuple(reads.items())
    if len(pairs) != 1:
        return lambda env, said: said.update([(path, read(env)) for path, read in pairs])
    only, read_only = pairs[0]

    def tell(env: Env, said: Said) -> None:
        said[only] = read_only(env)

    return tell


def _branches(piece: Compiled) -> bool:
    return isinstance(piece.typed.node, Logic | Conditional) or any(map(_branches, piece.parts))


def _logic_teller(parts: tuple[Compiled, ...], decisive: bool) -> Tell:
    pairs = tuple((part.run, teller(part)) for part in parts)

    def tell(env: Env, said: Said) -> None:
        for run, tell_part in pairs:
            if run(env) is decisive:
                return tell_part(env, said)
        for _, tell_part in pairs:
            tell_part(env, said)
        return None

    return tell


def _conditional_teller(test: Compiled, yes: Compiled, no: Compiled) -> Tell:
    run, tell_test, tell_yes, tell_no = test.run, teller(test), teller(yes), teller(no)

    def tell(env: Env, said: Said) -> None:
        tell_test(env, said)
        value = run(env)
        if value is not UNKNOWN:
            (tell_yes if value else tell_no)(env, said)

    return tell


def _all_teller(parts: tuple[Compiled, ...]) -> Tell:
    tellers = tuple(map(teller, parts))

    def tell(env: Env, said: Said) -> None:
        for tell_part in tellers:
            tell_part(env, said)

    return tell


def _shown_text(value: str) -> str:
    return quote(value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…")


_SHOWN: Final[dict[type, Callable[[Any], str]]] = {
    bool: {True: "true", False: "false"}.__getitem__,
    str: _shown_text,
    float: "{:.4g}".format,
    tuple: lambda value: f"[{len(value)}]",
    type(None): lambda value: "null",
    Unknown: lambda value: "unknown",
}


def shown(value: Any) -> str:
    """A value in a sentence: short, and of lists (evidence may quote a prompt) only how many."""
    return _SHOWN.get(value.__class__, str)(value)
