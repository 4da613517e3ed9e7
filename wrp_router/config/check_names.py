"""Names: each there once, and each reference to one that exists. Works on the tree, so that what could not be decoded
still counts as defined."""

from __future__ import annotations

from collections.abc import Iterator

from wrp_policies import pools_of
from wrp_policies.when import RESERVED_NAMES, WhenError, parse
from wrp_policies.when.ast import Name, walk
from wrp_signals import KeywordSpec, Materials, SignalError

from .checked import Checked, listed, names_of, text_at
from .nodes import Entry, ListNode, MapNode, Node, Scalar
from .problems import Problems, one_of, shown
from .scalars import said


def unique(tree: Node, problems: Problems) -> None:
    """No two pools and no two routes have the same name."""
    for kind in ("pools", "routes"):
        seen: dict[str, Scalar] = {}
        for item in listed(tree, kind):
            name = text_at(item, "name")
            if name is None:
                continue
            first = seen.get(str(name.value))
            if first is None:
                seen[str(name.value)] = name
            else:  # an alias is the very node that it stands for
                message = f"there are two {kind} with the name {said(name)}"
                problems.add(name.at, "E022", message, f"the first is at {first.at.file}:{first.at.line}; rename one")


def pools_exist(tree: Node, problems: Problems) -> None:
    """Routes, tests and signals of load name pools that are defined."""
    known = names_of(tree, "pools")
    for item in listed(tree, "routes"):
        for name in _pool_names(item):
            _refer(name, known, "E020", "pool", problems)
    for item in listed(tree, "tests"):
        _refer(text_at(item, "expect", "pool"), known, "E020", "pool", problems)
    _refer(text_at(tree, "cache", "adapt", "judge", "pool"), known, "E020", "pool", problems)
    _refer(text_at(tree, "cache", "adapt", "judge"), known, "E020", "pool", problems)
    for entry in _signals(tree):
        kind = text_at(entry.value, "kind") if isinstance(entry.value, MapNode) else None
        if kind is not None and kind.value == "load":
            _refer(text_at(entry.value, "pool"), known, "E020", "pool", problems)


def routes_exist(tree: Node, problems: Problems) -> None:
    """Tests name routes and signals that are defined, and what listens to conversations a signal that can."""
    known = names_of(tree, "routes")
    signals = [entry.key.text for entry in _signals(tree)]
    for item in listed(tree, "tests"):
        _refer(text_at(item, "expect", "route"), known, "E023", "route", problems)
        expect = item.get("expect")
        expected = expect.get("signals") if isinstance(expect, MapNode) else None
        for entry in expected.entries if isinstance(expected, MapNode) else ():
            _refer(entry.key, signals, "E021", "signal", problems)
    _refer(text_at(tree, "feedback", "signal"), signals, "E021", "signal", problems)


def signals_can_be_named(tree: Node, problems: Problems) -> None:
    """No signal is called like something that conditions know already."""
    for entry in _signals(tree):
        if entry.key.text in RESERVED_NAMES:
            message = f"a signal cannot be called {said(entry.key)}: conditions know that name already"
            problems.add(entry.key.at, "E024", message)


class _Unread(Exception):
    """A file that a declaration names. It is read when the signal is built to be used, not here."""


def _leave(path: str) -> bytes:
    raise _Unread(path)


def signals_build(checked: Checked) -> None:
    """Signals that need no embedder can be built: their patterns compile."""
    for spec in checked.config.signals.values():
        broken = isinstance(spec, KeywordSpec) and _has_bad_pattern(checked, spec)
        if not spec.wants_vector and not broken:
            try:
                spec.build(Materials(read_file=_leave))
            except _Unread:
                continue
            except SignalError as error:
                checked.problems.add(checked.at(spec), "E025", str(error))


def _has_bad_pattern(checked: Checked, spec: KeywordSpec) -> bool:
    """Each pattern by itself, so that all bad ones are named and pointed at."""
    node = checked.places.field(spec, "regex")
    found = False
    for item, pattern in zip(node.items if isinstance(node, ListNode) else (), spec.regex, strict=False):
        try:
            KeywordSpec(regex=(pattern,), case=spec.case).build()
        except SignalError as error:
            found = True
            checked.problems.add(item.at, "E025", f"this pattern: {str(error).rpartition(': ')[2]}")
    return found


def used(checked: Checked) -> None:
    """What is defined and never used costs time or money, or is a mistake."""
    config = checked.config
    if not config.routes or not checked.has_all_routes:
        return
    in_use = {name for route in config.routes for name in (*pools_of(route.use), *route.use.asks)}
    if config.cache is not None and config.cache.judge is not None:
        in_use.add(config.cache.judge.pool)
    for pool in config.pools:
        if pool.name not in in_use:
            message = f"no route uses the pool {shown(pool.name)}"
            checked.problems.add(checked.at(pool, "name"), "W004", message, "name it in a route, or remove it")
    wanted = {name for route in config.routes for name in _names_in(route.when)}
    if config.cache is not None:
        wanted |= _names_in(config.cache.unless)
    wanted |= {name for test in config.tests for name in test.expect.signals} | {config.feedback.signal or ""}
    by_category = any(route.use.by_category for route in config.routes)
    if config.cache is not None or by_category or any(test.expect.category for test in config.tests):
        wanted.add("category")
    for entry in _signals(checked.tree):
        if entry.key.text in config.signals and entry.key.text not in wanted:
            message = f"nothing uses the signal {said(entry.key)}"
            checked.problems.add(entry.key.at, "W004", message, "use it in a `when`, or remove it")


def _names_in(when: str) -> set[str]:
    try:
        return {node.name for node in walk(parse(when)) if isinstance(node, Name)}
    except WhenError:
        return set()


_ROLES = ("small", "large", "write", "router")
"""Fields of policies that name one pool each."""


def _pool_names(above: MapNode) -> Iterator[Scalar]:
    """Those of what a route uses, and of what that is made of."""
    for part in ("use", "shadow"):
        use = above.get(part)
        if isinstance(use, MapNode):
            yield from _pool_names(use)
            yield from _named_in(use.get("pools"))
            yield from _asked_in(use.get("accept"))
            yield from _named_in(use.get("ask"))
            yield from (name for role in _ROLES if (name := text_at(use, role)) is not None)


def _asked_in(verifier: Node | None) -> Iterator[Scalar]:
    """Pools that a verifier asks, or those that it is made of."""
    if not isinstance(verifier, MapNode):
        return
    name, parts = text_at(verifier, "pool"), verifier.get("of")
    if name is not None:
        yield name
    for part in parts.items if isinstance(parts, ListNode) else ():
        yield from _asked_in(part)


def _named_in(pools: Node | None) -> Iterator[Scalar]:
    if isinstance(pools, MapNode):
        yield from (entry.key for entry in pools.entries)
    for item in pools.items if isinstance(pools, ListNode) else ():
        if isinstance(item, Scalar) and isinstance(item.value, str):
            yield item


def _signals(tree: Node) -> tuple[Entry, ...]:
    signals = tree.get("signals") if isinstance(tree, MapNode) else None
    return signals.entries if isinstance(signals, MapNode) else ()


def _refer(name: Scalar | None, known: list[str], code: str, kind: str, problems: Problems) -> None:
    if name is None:
        return
    used_name = name.text if name.expanded is None else name.expanded
    if used_name not in known:
        fallback = one_of(known) or f"define one under {kind}s:"
        problems.add(name.at, code, f"there is no {kind} {said(name)}", fallback, near=(name.text, known))
