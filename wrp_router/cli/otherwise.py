"""The smallest change that would have sent a request elsewhere. Looks only at what was read: it reads no signal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from wrp_policies.routes import Route
from wrp_policies.when import UNKNOWN, Env
from wrp_policies.when.ast import Conditional, Logic, Unary
from wrp_policies.when.evaluate import Compiled
from wrp_policies.when.explain import shown


class Piece(msgspec.Struct, frozen=True):
    """A part of a condition that would have to be `wanted`, and the values that make it what it is now. `distance`
    in [0, 1] is how far that is: by how much a number misses its bound, or a score misses certainty; else 1."""

    source: str
    wanted: bool
    values: tuple[str, ...]
    distance: float = 1.0


class Change(msgspec.Struct, frozen=True):
    """If all these pieces were as wanted, the request would take `route`; empty: one further down, or none."""

    route: str
    pieces: tuple[Piece, ...]


def smallest(routes: Sequence[Route], taken: str, env: Env) -> Change | None:
    """The change with the fewest pieces, among equals the nearest; None if nothing could have been otherwise.

    `routes` in the order in which they are asked, `taken` the name of the one that was (empty: none held).
    """
    found: list[Change] = []
    for place, route in enumerate(routes):
        here = route.name == taken
        root, source = route.condition.root, route.condition.source
        pieces = _flip(root, source, env, not here)
        if pieces and _would_be(root, source, env, {piece.source: piece.wanted for piece in pieces}) is not here:
            found.append(Change(_next(routes[place + 1 :], env) if here else route.name, pieces))
        if here:
            break
    return min(found, key=lambda change: _size(change.pieces), default=None)


def _size(pieces: tuple[Piece, ...]) -> tuple[int, float]:
    return len(pieces), sum(piece.distance for piece in pieces)


def _next(rest: Sequence[Route], env: Env) -> str:
    """The route that holds after the one taken, if what was read is enough to tell."""
    for route in rest:
        truth = route.condition.evaluate(env)
        if truth is not False:
            return route.name if truth is True else ""
    return ""


def _flip(piece: Compiled, source: str, env: Env, wanted: bool) -> tuple[Piece, ...] | None:
    """The fewest pieces that must change for `piece` to be `wanted`: () if it is already, None if it cannot be."""
    if piece.is_constant:
        return () if piece.constant is wanted else None
    if piece.run(env) is wanted:
        return ()
    node, parts = piece.typed.node, piece.parts
    if isinstance(node, Logic):
        return _flip_logic(parts, source, env, wanted, one_is_enough=wanted is (node.op == "||"))
    if isinstance(node, Unary):
        return _flip(parts[0], source, env, not wanted)
    if isinstance(node, Conditional) and parts[0].run(env) is not UNKNOWN:
        return _flip(parts[1 if parts[0].run(env) else 2], source, env, wanted)
    values = {one.path: shown(one.read(env)) for one in piece.typed.variables()}
    told = tuple(f"{name} = {value}" for name, value in values.items())
    return (Piece(source[node.start : node.end], wanted, told, _distance(piece, env, wanted)),)


def _flip_logic(
    parts: Sequence[Compiled], source: str, env: Env, wanted: bool, *, one_is_enough: bool
) -> tuple[Piece, ...] | None:
    flips = [_flip(part, source, env, wanted) for part in parts]
    possible = [flip for flip in flips if flip is not None]
    if one_is_enough:
        return min(possible, key=_size, default=None)
    return tuple(one for flip in possible for one in flip) if len(possible) == len(flips) else None


def _would_be(piece: Compiled, source: str, env: Env, forced: Mapping[str, bool]) -> object:
    """The value if the forced pieces had theirs wherever they stand: one piece may stand there twice, once negated."""
    node, parts = piece.typed.node, piece.parts
    text = source[node.start : node.end]
    if text in forced:
        return forced[text]
    if isinstance(node, Logic):
        values = [_would_be(part, source, env, forced) for part in parts]
        decisive = node.op == "||"
        return decisive if decisive in values else UNKNOWN if UNKNOWN in values else not decisive
    if isinstance(node, Unary):
        value = _would_be(parts[0], source, env, forced)
        return value if value is UNKNOWN else not value
    if isinstance(node, Conditional) and parts[0].run(env) is not UNKNOWN:
        return _would_be(parts[1 if parts[0].run(env) else 2], source, env, forced)
    return piece.run(env)


def _distance(piece: Compiled, env: Env, wanted: bool) -> float:
    variable = piece.typed.variable
    if variable is not None:
        reading = env.readings.get(variable.signal)
        return 1.0 if reading is None else min(1.0, abs(float(wanted) - reading.score))
    values = [part.run(env) for part in piece.parts]
    numbers = [float(value) for value in values if isinstance(value, int | float)]
    if len(numbers) != 2:
        return 1.0
    return min(1.0, abs(numbers[0] - numbers[1]) / max(abs(numbers[0]), abs(numbers[1]), 1e-9))


def sentence(change: Change | None) -> str:
    """The change in words."""
    if change is None:
        return "no value of a signal would have changed it"
    pieces = " and ".join(
        f"`{piece.source}` were {str(piece.wanted).lower()} (now {', '.join(piece.values)})" for piece in change.pieces
    )
    return f"if {pieces}, it would take {f'the route {change.route}' if change.route else 'another route'}"
