"""What every signal keeps, whichever it is: a new kind is held to these by being in the union."""

import typing
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import HashingEmbedder, Message, RequestView, SignalSpec
from wrp_signals.spec import EVIDENCE, LENGTH, Spec

README = Path(__file__).parents[2] / "signals" / "README.md"
EMBEDDER = HashingEmbedder(64)
TYPES = {"bool": bool, "string": str, "number": float}
DECLARED = [  # at least one of each kind, as YAML would say it
    {"kind": "shape"},
    {"kind": "shape", "clients": ["x"]},
    {"kind": "tokens"},
    {"kind": "keyword", "words": ["refund", "café", "北京"], "regex": [r"\d+", "e"], "where": "all"},
    {"kind": "keyword", "words": [f"w{n}" for n in range(20)], "match": "all", "where": "system"},
    {"kind": "embedding", "examples": ["I want a refund", "x" * 500], "aggregate": "max"},
    {"kind": "embedding", "examples": ["hello there"], "aggregate": "centroid", "threshold": 0.0},
    {"kind": "domain", "categories": {"a" * 300: ["one two"], "b": ["three"]}, "unknown_below": 0.5},
]
HOSTILE = [
    "",
    " ",
    "\0",
    "\ud800",
    "a" * 1_000_000,
    "é w1 " * 50_000,
    "🙂" * 1000,
    "\u202eevil\u200b",
    "w1 " * 9,
    "{" * 99,
]
KINDS = [struct.__struct_config__.tag for struct in typing.get_args(SignalSpec)]
SIGNALS = {f"{n}-{d['kind']}": msgspec.convert(d, SignalSpec).build(EMBEDDER) for n, d in enumerate(DECLARED)}


def views():
    """Views that a client could send, and some that none should."""
    yield RequestView("chat", "", ())
    yield RequestView("embedding", "m", (Message("", ""),), size=-1, n=0)
    for text in HOSTILE:
        yield RequestView("chat", "m", (Message("user", text),), tools=(text[:300],) * 50, size=10**9)
        yield RequestView("messages", "m", (Message("system", text), Message("tool", text, 3), Message("user", "hi")))
    headers = {"user-agent": "cline " * 1000, "x-title": "\ud800"}
    yield RequestView("responses", "m", (Message("user", "x", 0, 10**6, 10**6),) * 500, headers=headers)


def check(signal, view):
    """One reading, held to every rule."""
    vector = EMBEDDER.embed([view.asked()])[0]
    before = (view.messages, dict(view.headers), vector.copy())
    reading = signal.read(view, vector)
    assert type(reading.value) is TYPES[signal.value_type]
    assert 0.0 <= reading.score <= 1.0
    assert len(reading.evidence) <= EVIDENCE
    assert all(type(line) is str and len(line) <= LENGTH for line in reading.evidence)
    assert signal.read(view, vector) == reading
    assert (view.messages, view.headers) == before[:2]
    assert np.array_equal(vector, before[2])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_held_to_these_rules(kind):
    """A kind in the union without a declaration here is a mistake."""
    assert kind in {declared["kind"] for declared in DECLARED}


@pytest.mark.parametrize("name", SIGNALS)
def test_hostile_views_get_a_lawful_reading(name):
    """The type it promises, a score within [0, 1], bounded evidence, the same twice, and inputs untouched."""
    for view in views():
        check(SIGNALS[name], view)


@pytest.mark.parametrize("name", SIGNALS)
@given(st.lists(st.builds(Message, st.sampled_from(["system", "user", "assistant", "tool"]), st.text(max_size=50))))
def test_any_conversation_gets_a_lawful_reading(name, messages):
    """Conversations of any roles and texts."""
    check(SIGNALS[name], RequestView("chat", "m", tuple(messages)))


@pytest.mark.parametrize("name", SIGNALS)
def test_costs_order_evaluation(name):
    """Every signal says what it costs, below a millisecond."""
    assert 0 < SIGNALS[name].expected_cost < 1e-3


@pytest.mark.parametrize("struct", typing.get_args(SignalSpec))
def test_declarations_are_frozen_strict_and_tell_what_they_give(struct):
    """Unknown keys are refused; type and need of a vector are known before anything is built."""
    assert issubclass(struct, Spec)
    assert struct.__struct_config__.frozen
    assert struct.__struct_config__.forbid_unknown_fields
    signal = next(s for n, s in SIGNALS.items() if n.endswith(struct.__struct_config__.tag))
    assert (struct.value_type, struct.wants_vector) == (signal.value_type, signal.wants_vector)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_a_row_of_the_readme(kind):
    """The table says what it reads, costs and is worth."""
    assert f"| `{kind}` |" in README.read_text(encoding="utf-8")
