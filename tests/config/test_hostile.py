"""Whatever a file holds: problems, never exceptions, and no more than it is worth."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.config.makers import LEAST
from wrp_router.config import loads, render, render_json
from wrp_router.config.problems import MOST

pytestmark = pytest.mark.fault("K3")

VOCABULARY = """
    version pools name servers url model signals kind shape tokens keyword regex words domain embedding examples
    routes when use static weighted cheapest_capable priority cache categories default threshold ttl quota keys
    tenant key sha256 listen admin tests ask expect route pool include local true false null 1 0.5 30s 40% 1MiB $5
    ${A} ${ http://h 127.0.0.1:1 0.0.0.0:1 (
"""
WORDS = st.sampled_from(VOCABULARY.split())
TREES = st.recursive(
    WORDS | st.integers(-5, 5) | st.floats() | st.none() | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)


def flow(value: object) -> str:
    """Plain data as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, float):
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(str(value), str(value))
    return f"'{value}'" if isinstance(value, str) and set(value) & set("{}$:%(") else str(value).lower()


def survives(text: str) -> None:
    loaded = loads(text, "f.yaml", {"A": "x"})
    assert render(loaded.problems, loaded.sources).isascii() in (True, False)
    assert render_json(loaded.problems)
    assert (loaded.config is None) == any(problem.is_error for problem in loaded.problems)


@given(st.dictionaries(WORDS, TREES, max_size=6))
def test_any_tree(data: dict[str, object]) -> None:
    """Known words in unknown places."""
    survives("\n".join(f"{flow(key)}: {flow(value)}" for key, value in data.items()))


@given(st.sampled_from(["listen", "signals", "routes", "cache", "keys", "tests", "timeouts", "include"]), TREES)
def test_any_value_of_a_field(name: str, value: object) -> None:
    """In an otherwise good configuration."""
    survives(f"{LEAST}{name}: {flow(value)}\n")


@given(st.text(max_size=100))
def test_any_condition(when: str) -> None:
    """Conditions are text that people write."""
    quoted = "'" + when.replace("'", "''") + "'"
    survives(f"{LEAST}routes: [{{name: a, when: {quoted}, use: {{kind: static, pools: [local]}}}}]\n")


@given(st.integers(0, 400), st.integers(0, 400), st.text(max_size=3))
@settings(max_examples=200)
def test_damaged_configuration(start: int, end: int, put: str) -> None:
    """A good file with a piece cut out or put in."""
    good = (
        LEAST
        + "signals:\n  a: {kind: tokens}\n"
        + "routes:\n  - name: x\n    when: a > 1\n    use: {kind: static, pools: [local]}\n"
    )
    survives(good[:start] + put + good[max(start, end) :])


BOMBS = {
    "aliases": "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9 if i else ['x'] * 9)}]\n" for i in range(9)),
    "depth": "[" * 500_000,
    "block depth": "".join(" " * i + "a:\n" for i in range(500)),
    "explicit keys": "? " * 100_000,
    "values": "pools:\n" + "- x\n" * 100_000,
    "keys": "".join(f"k{i}: 1\n" for i in range(60_000)),
    "equal keys": "a: 1\n" * 60_000,
    "long word": "a: " + "x" * 900_000,
    "long key": "x" * 900_000 + ": 1",
    "quotes": "'" * 900_000,
    "anchors": "".join(f"a{i}: &a{i} 1\n" for i in range(20_000)),
    "variables": "a: '" + "${A}" * 200_000 + "'",
    "unset": "".join(f"a{i}: ${{B{i}}}\n" for i in range(20_000)),
    "pools": LEAST + "".join(f"  - {{name: p{i}, serverz: 1}}\n" for i in range(8_000)),
    "references": LEAST + "routes:\n" + "".join(f"- {{use: {{pools: [l{i}]}}}}\n" for i in range(8_000)),
    "comment": "#" * 1_000_000,
    "tabs": "\t\n" * 400_000,
    "too long": "a" * (2 << 20),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    """A megabyte of malice is refused, with a list of problems that somebody can read."""
    loaded = loads(BOMBS[name], "f.yaml", {"A": "x"})
    assert render(loaded.problems, loaded.sources)
    assert loaded.config is None
    assert len(loaded.problems) <= MOST + 1
    assert any(problem.is_error for problem in loaded.problems)


@pytest.mark.parametrize("name", ["aliases", "values", "anchors"])
def test_memory(name: str) -> None:
    """What it costs is bounded."""
    tracemalloc.start()
    loads(BOMBS[name], "f.yaml", {"A": "x"})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50 << 20
