"""Conditions for the property tests: a small schema, requests, and random expressions that are well typed."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

from wrp_policies.when import Env
from wrp_signals.facts import Facts, Reading
from wrp_signals.signal import ValueType

SCHEMA: dict[str, ValueType] = {"a": "bool", "b": "bool", "word": "string", "level": "number"}
FACTS = Facts(id="r1", operation="chat", asked_model="auto", tenant="acme", prompt_tokens=1200, turns=3)
NOW = 1_700_000_000.0
READINGS: dict[str, tuple[Reading, ...]] = {
    "a": (Reading(True, 0.9), Reading(False, 0.2, ("e",))),
    "b": (Reading(True), Reading(False)),
    "word": (Reading("x"), Reading("y")),
    "level": (Reading(0.0), Reading(0.5), Reading(2.0)),
}


def env(readings: dict[str, Reading] | None = None, absent: Iterable[str] = (), facts: Facts = FACTS) -> Env:
    return Env(facts, readings or {}, NOW, frozenset(absent))


def completions(start: Env) -> Iterator[Env]:
    """Every way in which the signals that are still open may turn out."""
    names = [name for name in READINGS if name not in start.readings and name not in start.absent]
    for values in itertools.product(*(READINGS[name] for name in names)):
        yield Env(start.facts, {**start.readings, **dict(zip(names, values, strict=True))}, start.now, start.absent)


def envs() -> st.SearchStrategy[Env]:
    """Some signals read, some absent, some open."""
    choices = {name: st.sampled_from((None, "absent", *values)) for name, values in READINGS.items()}

    def build(chosen: dict[str, Reading | str | None]) -> Env:
        readings = {name: value for name, value in chosen.items() if isinstance(value, Reading)}
        return env(readings, (name for name, value in chosen.items() if value == "absent"))

    return st.fixed_dictionaries(choices).map(build)


ATOMS = (
    "a", "b", "a.value", "true", "false", 'word == "x"', 'word != "y"', 'word in ["x", "z"]', "level > 0.5",
    "level <= 1", "level == 2", "a.score < 0.5", '"e" in a.evidence', 'word.startsWith("x")', 'word.matches("^y")',
    "a.evidence.size() == 1", "request.turns == 3", "request.tokens / request.images == 1", "1 / 0 == 1",
    "request.max_tokens > 5", "request.max_tokens == null", "word < tenant", "int(level) % 2 == 0",
    'word + "x" == "xx"', "-level < 0.0", "level in [0.5, a.score]", "a == b", "5.0 / level > 3.0",
)  # fmt: skip


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    return st.one_of(
        inner.map("!({})".format),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: " && ".join(f"({part})" for part in parts)),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: " || ".join(f"({part})" for part in parts)),
        pair.map(lambda two: f"({two[0]}) == ({two[1]})"),
        st.tuples(inner, inner, inner).map(lambda three: "({}) ? ({}) : ({})".format(*three)),
        pair.map(lambda two: f"(({two[0]}) ? level : a.score) > (({two[1]}) ? 0.5 : 1.0)"),
    )


SOURCES = st.recursive(st.sampled_from(ATOMS), _larger, max_leaves=8)
"""Boolean expressions over SCHEMA."""

_WORDS = (
    *ATOMS, "&&", "||", "!", "-", "in", "?", ":", "(", ")", "[", "]", ",", ".", "==", "<", "+", "%", "1", "0x1f", "2.5",
    ".5", "1e3", "'s'", '"\\n"', "r'\\d'", '"""t"""', "null", "x", "size", "f(", "//c\n", "for", "9223372036854775808",
    "1u", "b'x'", "{", "=", "“", "\\", '"', "'", "\ud800", "0",
)  # fmt: skip

SOUP = st.lists(st.one_of(st.sampled_from(_WORDS), st.text(max_size=3)), max_size=25).map(" ".join)
"""What is nearly a condition."""
