"""A checked condition to closures: one that answers, in three-valued logic, and one that says which signals it still
wants. Evaluates no text: everything was decided when the condition was compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from wrp_signals.facts import Facts

from .ast import Literal, Logic
from .check import Typed
from .env import UNKNOWN, Env
from .operations import Apply
from .variables import Read, Variable

Needs = Callable[[Env], frozenset[str]]

NOTHING: Final[frozenset[str]] = frozenset()
_NOWHERE: Final = Env(Facts(id="", operation="chat", asked_model=""), {}, 0.0)
"""Where constants are folded: nothing of it is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """`run` gives the value or UNKNOWN; `constant` is that value if it depends on nothing. `needs` gives the signals
    without a reading that could change it: none where it is known, and none where it is unknown for good."""

    typed: Typed
    run: Read
    needs: Needs
    parts: tuple[Compiled, ...] = ()
    is_constant: bool = False
    constant: object = None


def compiled(typed: Typed) -> Compiled:
    """The closures of a piece and of all below it; what depends on nothing is worked out now."""
    parts = tuple(map(compiled, typed.parts))
    node = typed.node
    if typed.variable is not None:
        return Compiled(typed, typed.variable.read, _variable_needs(typed.variable))
    if typed.apply is not None:
        run, needs = _strict(typed.apply, parts), _strict_needs(parts)
    elif isinstance(node, Literal):
        return _constant(typed, node.value, parts)
    elif isinstance(node, Logic):
        run, needs = _logic(parts, node.op == "||"), _logic_needs(parts, node.op == "||")
    else:
        run, needs = _conditional(*parts), _conditional_needs(*parts)
    if all(part.is_constant for part in parts):
        return _constant(typed, run(_NOWHERE), parts)
    return Compiled(typed, run, needs, parts)


def _constant(typed: Typed, value: object, parts: tuple[Compiled, ...]) -> Compiled:
    return Compiled(typed, lambda env: value, _needs_nothing, parts, True, value)


def _needs_nothing(env: Env) -> frozenset[str]:
    return NOTHING


def _variable_needs(variable: Variable) -> Needs:
    signal = variable.signal
    if not signal:
        return _needs_nothing
    itself = frozenset((signal,))

    def needs(env: Env) -> frozenset[str]:
        return NOTHING if signal in env.readings or signal in env.absent else itself

    return needs


def _strict(apply: Apply, parts: tuple[Compiled, ...]) -> Read:
    """Unknown as soon as one part is."""
    if len(parts) == 1:
        return _strict_one(apply, parts[0].run)
    if len(parts) == 2:
        right = parts[1].constant if parts[1].is_constant else UNKNOWN
        if right is not UNKNOWN:
            return _strict_constant(apply, parts[0].run, right)
        return _strict_two(apply, parts[0].run, parts[1].run)
    runs = tuple(part.run for part in parts)

    def run(env: Env) -> object:
        values = [each(env) for each in runs]
        return UNKNOWN if any(value is UNKNOWN for value in values) else apply(*values)

    return run


def _strict_one(apply: Apply, part: Read) -> Read:
    def run(env: Env) -> object:
        value = part(env)
        return UNKNOWN if value is UNKNOWN else apply(value)

    return run


def _strict_two(apply: Apply, left: Read, right: Read) -> Read:
    def run(env: Env) -> object:
        a = left(env)
        if a is UNKNOWN:
            return UNKNOWN
        b = right(env)
        return UNKNOWN if b is UNKNOWN else apply(a, b)

    return run


def _strict_constant(apply: Apply, left: Read, right: object) -> Read:
    def run(env: Env) -> object:
        a = left(env)
        return UNKNOWN if a is UNKNOWN else apply(a, right)

    return run


def _strict_needs(parts: tuple[Compiled, ...]) -> Needs:
    """All that the unknown parts need, unless one of them is unknown for good."""
    pairs = tuple((part.run, part.needs) for part in parts)

    def needs(env: Env) -> frozenset[str]:
        wanted = NOTHING
        for run, part_needs in pairs:
            if run(env) is UNKNOWN:
                more = part_needs(env)
                if not more:
                    return NOTHING
                wanted |= more
        return wanted

    return needs


def _logic(parts: tuple[Compiled, ...], decisive: bool) -> Read:
    """Kleene's `||` (True decides) and `&&` (False decides), in CEL's sense: the decisive value absorbs unknowns on
    either side."""
    runs = tuple(part.run for part in parts)
    otherwise = not decisive

    def run(env: Env) -> object:
        result: object = otherwise
        for part in runs:
            value = part(env)
            if value is decisive:
                return decisive
            if value is UNKNOWN:
                result = UNKNOWN
        return result

    return run


def _logic_needs(parts: tuple[Compiled, ...], decisive: bool) -> Needs:
    pairs = tuple((part.run, part.needs) for part in parts)

    def needs(env: Env) -> frozenset[str]:
        wanted = NOTHING
        for run, part_needs in pairs:
            value = run(env)
            if value is decisive:
                return NOTHING
            if value is UNKNOWN:
                wanted |= part_needs(env)
        return wanted

    return needs


def _conditional(test: Compiled, yes: Compiled, no: Compiled) -> Read:
    """An unknown test leaves all unknown, even if both branches agree: so says CEL."""
    asks, if_true, if_false = test.run, yes.run, no.run

    def run(env: Env) -> object:
        value = asks(env)
        if value is UNKNOWN:
            return UNKNOWN
        return if_true(env) if value else if_false(env)

    return run


def _conditional_needs(test: Compiled, yes: Compiled, no: Compiled) -> Needs:
    """While the test is open, either branch may still come to matter; if the test is unknown for good, neither."""

    def needs(env: Env) -> frozenset[str]:
        value = test.run(env)
        if value is UNKNOWN:
            first = test.needs(env)
            return first | yes.needs(env) | no.needs(env) if first else NOTHING
        return yes.needs(env) if value else no.needs(env)

    return needs
