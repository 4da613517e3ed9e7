"""A compiled `when`, and how one is made. Pure: the same source and schema give a condition that answers the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from wrp_signals.signal import ValueType

from .ast import Node
from .check import check
from .env import Env, Truth
from .evaluate import Compiled, Needs, compiled
from .explain import Said, Tell, Term, shown, teller, terms
from .parser import parse
from .variables import VARYING


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition over signals, facts and time.

    `tree` is what was parsed, `signals` all that it may depend on. `evaluate` answers True, False or UNKNOWN (compare
    with `is`), UNKNOWN while it depends on a signal without a reading or on an operation without a value. `needs` gives
    the signals without a reading that could still change the answer: none once it is known, and none when it is unknown
    for good. `constant` is the answer if it depends on nothing at all.
    """

    source: str
    tree: Node = field(repr=False)
    signals: frozenset[str]
    evaluate: Callable[[Env], Truth] = field(repr=False)
    needs: Needs = field(repr=False)
    root: Compiled = field(repr=False)
    tell: Tell = field(repr=False)
    constant: Truth | None = None

    @property
    def varies(self) -> bool:
        """Whether it looks at facts that may be others when the same request comes again; signals aside."""
        return not VARYING.isdisjoint([variable.path for variable in self.root.typed.variables()])

    def because(self, env: Env) -> tuple[str, ...]:
        """The values that made the answer what it is, each as `name = value`, none twice; () if it is constant."""
        said: Said = {}
        self.tell(env, said)
        return tuple([f"{name} = {shown(value)}" for name, value in said.items()])


def compile(source: str, schema: Mapping[str, ValueType]) -> Condition:
    """The condition that a text means, given the signals there are by name and type of value.

    Raises WhenError where the text is not a condition: its syntax, its names or its types.
    """
    tree = parse(source)
    root = compiled(check(tree, schema))
    evaluate = cast("Callable[[Env], Truth]", root.run)
    return Condition(
        source=source,
        tree=tree,
        signals=frozenset(variable.signal for variable in root.typed.variables() if variable.signal),
        evaluate=evaluate,
        needs=root.needs,
        root=root,
        tell=teller(root),
        constant=cast("Truth", root.constant) if root.is_constant else None,
    )


def explain(condition: Condition, env: Env) -> list[Term]:
    """Every piece of a condition with its value, outermost first, for people."""
    return terms(condition.root, condition.source, env)
