"""Conditions: each can be understood, and the routes together leave no request out and none in vain."""

from __future__ import annotations

from collections.abc import Mapping

from wrp_policies.when import RESERVED_NAMES, WhenError, compile, parse
from wrp_policies.when.ast import Name, walk
from wrp_policies.when.lexer import MAX_SOURCE
from wrp_signals import ValueType

from .checked import Checked, listed, text_at
from .inside import place_inside
from .nodes import MapNode, Scalar
from .problems import Place, nearest, shown
from .structs import Config, RouteConfig


def conditions(checked: Checked) -> None:
    """Every `when`, and the cache's `unless`, is a condition over signals that exist, also in routes that could not be
    decoded."""
    schema = schema_of(checked.config)
    defined = _defined(checked)
    written = [text_at(route, "when") for route in listed(checked.tree, "routes")]
    for when in [*written, text_at(checked.tree, "cache", "unless")]:
        if when is None or not 0 < len(str(when.value)) <= MAX_SOURCE:
            continue
        try:
            _condition(checked, when, schema, defined)
        except WhenError as error:
            checked.problems.add(_inside(checked, when, error.offset), "E030", error.message, error.hint)


def schema_of(config: Config) -> dict[str, ValueType]:
    """The type of every signal's value, by name: what conditions are compiled against."""
    return {name: spec.value_type for name, spec in config.signals.items()}


def _condition(checked: Checked, when: Scalar, schema: Mapping[str, ValueType], defined: list[str]) -> None:
    """Notes all names that stand for nothing or, if there are none, wrong types. Raises WhenError for bad syntax."""
    names = [node for node in walk(parse(str(when.value))) if isinstance(node, Name)]
    unknown = [name for name in names if name.name not in defined and name.name not in RESERVED_NAMES]
    for name in unknown:
        hint = nearest(name.name, [*defined, *sorted(RESERVED_NAMES)])
        message = f"there is no signal or fact {shown(name.name)}"
        checked.problems.add(_inside(checked, when, name.start), "E021", message, hint)
    if unknown or not all(name.name in schema or name.name in RESERVED_NAMES for name in names):
        return
    try:
        compile(str(when.value), schema)
    except WhenError as error:
        checked.problems.add(_inside(checked, when, error.offset), "E031", error.message, error.hint)


def reach(checked: Checked) -> None:
    """Some route takes what no other does, none stands behind it, and each can be taken."""
    if not checked.has_all_routes:
        return
    ordered = in_order(checked.config)
    schema = schema_of(checked.config)
    always = [_constant(route, schema) for route in ordered]
    if True in always:
        _behind(checked, ordered, always.index(True))
    elif ordered:
        at = checked.at(ordered[-1], "name")
        checked.problems.add(at, "W001", "no route takes the requests that these leave", "add a route without `when`")
    for route, constant in zip(ordered, always, strict=True):
        if constant is False:
            message = f"the condition of {shown(route.name)} is never true"
            checked.problems.add(checked.at(route, "when"), "W007", message)


def in_order(config: Config) -> list[RouteConfig]:
    """The routes in the order in which they are tried."""
    return sorted(config.routes, key=lambda route: -route.priority)


def _behind(checked: Checked, ordered: list[RouteConfig], last: int) -> None:
    for route in ordered[last + 1 :]:
        message = f"{shown(route.name)} is never reached: {shown(ordered[last].name)} takes everything before it"
        checked.problems.add(checked.at(route, "name"), "W002", message)


def _constant(route: RouteConfig, schema: Mapping[str, ValueType]) -> object:
    """What the condition always is, if it depends on nothing."""
    if route.when == "true":
        return True
    try:
        return compile(route.when, schema).constant
    except WhenError:
        return None


def _defined(checked: Checked) -> list[str]:
    """The signals that the file defines, decoded or not."""
    signals = checked.tree.get("signals") if isinstance(checked.tree, MapNode) else None
    return [entry.key.text for entry in signals.entries] if isinstance(signals, MapNode) else []


def _inside(checked: Checked, when: Scalar, offset: int) -> Place:
    return place_inside(when, offset, checked.sources.get(when.at.file, ""))
