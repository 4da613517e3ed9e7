"""Which route a request takes: the first whose condition holds. Reads no signal itself: it says which ones it wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from .when import Condition, Env

_MOST_TERMS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A named rule. Among routes, the higher priority is asked first; among equals, the one written first."""

    name: str
    condition: Condition
    priority: int = 0


class Matched(msgspec.Struct, frozen=True):
    """The route to take. `index` is its position as given to `Routes`; `undecided` names the routes before it that were
    passed over because signals they depend on are unknown for good."""

    index: int
    name: str
    why: str
    undecided: tuple[str, ...] = ()


class Needs(msgspec.Struct, frozen=True):
    """Not decided yet: any of these signals may decide `route`. Read one (the cheapest), and ask again."""

    signals: frozenset[str]
    route: str


class NoMatch(msgspec.Struct, frozen=True):
    """No route holds."""

    undecided: tuple[str, ...] = ()


Decision = Matched | Needs | NoMatch


class Routes:
    """The routes of a configuration, in the order in which they are asked. Raises ValueError if two share a name."""

    __slots__ = ("_ordered", "signals")

    def __init__(self, routes: Sequence[Route]) -> None:
        names = [route.name for route in routes]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two routes are called {twice!r}")
        by_priority = sorted(enumerate(routes), key=lambda numbered: -numbered[1].priority)
        self._ordered = tuple(
            (route.condition.evaluate, index, route, _always(index, route)) for index, route in by_priority
        )
        self.signals: frozenset[str] = frozenset().union(*(route.condition.signals for route in routes))

    def decide(self, env: Env) -> Decision:
        """The first route that holds, once every route before it is false or unknown for good; until then, the signals
        that the first open route still depends on."""
        undecided: tuple[str, ...] = ()
        for evaluate, index, route, always in self._ordered:
            truth = evaluate(env)
            if truth is False:
                continue
            if truth is True:
                if always is not None and not undecided:
                    return always
                return Matched(index, route.name, _why(route, env, undecided), undecided)
            wanted = route.condition.needs(env)
            if wanted:
                return Needs(wanted, route.name)
            undecided = (*undecided, route.name)
        return NoMatch(undecided)


def _always(index: int, route: Route) -> Matched | None:
    """The decision itself, where nothing can change it."""
    return Matched(index, route.name, f"{route.name} always matches") if route.condition.constant is True else None


def _why(route: Route, env: Env, undecided: tuple[str, ...]) -> str:
    """One sentence: the route, the values that decided, and what could not be asked."""
    reasons = route.condition.because(env)
    if not reasons:
        sentence = f"{route.name} always matches"
    else:
        more = f" and {len(reasons) - _MOST_TERMS} more" if len(reasons) > _MOST_TERMS else ""
        sentence = f"{route.name} matched: {', '.join(reasons[:_MOST_TERMS])}{more}"
    return f"{sentence} (unknown, so passed over: {', '.join(undecided)})" if undecided else sentence
